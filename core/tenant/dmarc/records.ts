/** DMARC of each organisational domain (RFC 9989 §4.7), never weaker than the record that stands. */

import {
  type DmarcPolicy,
  type DmarcRecord,
  dmarcName,
  parseDmarc,
  policyStrength,
  renderDmarc,
} from "../../../mail/dmarc/record.ts";
import { error, type Fault, type Finding, findingsAt, warning } from "../../problem.ts";
import { isCustomers } from "../../publishers/publishers.ts";
import type { RecordContext, TenantContext, WantedRecord } from "../context.ts";
import { delegatedName, delegationOf } from "../delegation/names.ts";
import { isNameKnown } from "../existing/existing-records.ts";
import { type Organisation, organisationsOf } from "../organisations.ts";
import { text } from "../record.ts";
import { publisherOf } from "../zones.ts";
import { existingDmarc } from "./existing-dmarc.ts";
import { DMARC_POLICY } from "./purpose.ts";

/** A record as it is to be published, and what is wrong with merging it into the one that stands. */
export interface MergedDmarc {
  /** Absent where its owner keeps it, or where what stands cannot be merged. */
  record?: DmarcRecord;
  /** The text: that which stands, word for word, where nothing changes. */
  text?: string;
  findings: Finding[];
}

/** The record of an organisation. */
export function mergedDmarc(context: TenantContext, organisation: Organisation): MergedDmarc {
  const { dmarc, path } = organisation;
  if (dmarc.keep) return { findings: [] };
  const wanted = wantedOf(context, organisation);
  const standing = existingDmarc(context.tenant, organisation.domain);
  const [first, ...more] = standing;
  if (first === undefined && isGuess(context, organisation)) {
    return { findings: findingsAt(path, [guessedPolicy(context, organisation)]) };
  }
  if (first === undefined || dmarc.replace) {
    const record = { ...wanted, p: wanted.p ?? ("none" as const) };
    return { record, text: renderDmarc(record), findings: [] };
  }
  if (more.length > 0) {
    const message = `${standing.length} DMARC records stand at ${dmarcName(organisation.domain)}, and receivers heed none: which one is meant is not known`;
    const fix = "leave one of them there and in the config; or say replace: true";
    return {
      findings: findingsAt(first.path, [
        error("dmarc-several-records", "RFC 9989 §4.10.1", message, fix),
      ]),
    };
  }
  const { value } = parseDmarc(first.text);
  if (value === undefined) {
    const message = "the DMARC record that stands cannot be read, and receivers heed it in no way";
    const fix = "have it mended; or say replace: true; or dmarc: keep, and it stays as it is";
    return {
      findings: findingsAt(first.path, [
        error("dmarc-standing-unreadable", "RFC 9989 §4.10.1", message, fix),
      ]),
    };
  }
  const findings = weakenedPolicies(value, wanted, path);
  if (findings.length > 0) return { findings };
  const record = mergedRecord(value, wanted);
  const same = renderDmarc(record) === renderDmarc(value);
  return { record, text: same ? first.text : renderDmarc(record), findings: [] };
}

/** Whether a p=none that nobody asked for would go over a record of the customer's that nobody has looked at. */
function isGuess({ tenant, operator }: TenantContext, { domain, dmarc }: Organisation): boolean {
  const name = dmarcName(domain);
  return (
    dmarc.policy === undefined &&
    !dmarc.replace &&
    !isNameKnown(tenant, name) &&
    isCustomers(publisherOf(name, operator.zones))
  );
}

/** Whether no record is planned for an organisation because its owner keeps it, or nobody knows what stands. */
export function leavesDmarc(context: TenantContext, organisation: Organisation): boolean {
  return organisation.dmarc.keep || isGuess(context, organisation);
}

function guessedPolicy({ stack }: TenantContext, { domain }: Organisation): Fault {
  const message = `nothing is known of the DMARC record of ${domain}, and the config says no policy: p=none over it might take away what its owner has, so none is planned`;
  const fix = `npx sendips zone ${stack} --write records what stands there; or say policy: none, or keep`;
  return warning("dmarc-standing-unknown", "RFC 9989 §4.7", message, fix);
}

/** What the config says, and nothing that it leaves out. */
function wantedOf({ operator }: TenantContext, { dmarc }: Organisation): DmarcRecord {
  const record: DmarcRecord = {};
  if (dmarc.policy !== undefined) record.p = dmarc.policy;
  if (dmarc.subdomainPolicy !== undefined) record.sp = dmarc.subdomainPolicy;
  if (dmarc.nonexistentPolicy !== undefined) record.np = dmarc.nonexistentPolicy;
  if (dmarc.test === true) record.t = true;
  if (dmarc.organizational !== undefined) record.psd = dmarc.organizational === "yes" ? "n" : "y";
  if (dmarc.dkimAlignment === "strict") record.adkim = "s";
  if (dmarc.spfAlignment === "strict") record.aspf = "s";
  if (dmarc.failureOptions !== undefined) record.fo = [...new Set(dmarc.failureOptions)];
  const rua = [...new Set(dmarc.reports ?? operator.reports)];
  if (rua.length > 0) record.rua = rua;
  const ruf = [...new Set(dmarc.failureReports)];
  if (ruf.length > 0) record.ruf = ruf;
  return record;
}

const POLICIES = [
  ["p", "policy"],
  ["sp", "subdomainPolicy"],
  ["np", "nonexistentPolicy"],
] as const;

/** What a policy tag comes to: np falls back to sp, sp to p (RFC 9989 §4.7). */
function effectivePolicyTag(record: DmarcRecord, tag: "p" | "sp" | "np"): DmarcPolicy {
  const p = record.p ?? "none";
  if (tag === "p") return p;
  const sp = record.sp ?? p;
  return tag === "sp" ? sp : (record.np ?? sp);
}

/** A policy that the config says, and that is weaker than the one that stands. */
function weakenedPolicies(standing: DmarcRecord, wanted: DmarcRecord, path: string): Finding[] {
  const weaker: [string, Fault][] = POLICIES.flatMap(([tag, key]) => {
    const wantedPolicy = wanted[tag];
    const now = effectivePolicyTag(standing, tag);
    if (wantedPolicy === undefined || policyStrength(wantedPolicy) >= policyStrength(now))
      return [];
    const message = `${tag}=${wantedPolicy} would weaken the record that stands, which has ${tag}=${now}`;
    const fix = `${now} or stronger; leave it out, and what stands stays; or, where that is meant, replace: true`;
    return [[key, error("dmarc-weakens-standing", "RFC 9989 §4.7", message, fix)]];
  });
  if (wanted.t === true && standing.t !== true) {
    const message = "t=y would weaken each policy of the record that stands by one level";
    const fix = "leave it out; or, where that is meant, replace: true";
    weaker.push(["test", error("dmarc-weakens-standing", "RFC 9989 §4.7", message, fix)]);
  }
  return weaker.flatMap(([key, finding]) => findingsAt(`${path}.${key}`, [finding]));
}

/** The record that stands with ours over it; report addresses of both. */
function mergedRecord(standing: DmarcRecord, wanted: DmarcRecord): DmarcRecord {
  const record: DmarcRecord = { ...standing, ...wanted };
  for (const tag of ["rua", "ruf"] as const) {
    const both = [...new Set([...(standing[tag] ?? []), ...(wanted[tag] ?? [])])];
    if (both.length > 0) record[tag] = both;
  }
  return record;
}

/** One record for each organisation, which covers every From domain below it. */
export function dmarcRecords(context: TenantContext): WantedRecord[] {
  const delegation = delegationOf(context.tenant);
  const owns = new Set(context.tenant.neverMails);
  return organisationsOf(context).flatMap((organisation): WantedRecord[] => {
    const { domain, path } = organisation;
    // A parked domain has its own, unless it is the tenant's.
    if (owns.has(domain) && domain !== context.tenant.domain) return [];
    const { text: value, record: policy } = mergedDmarc(context, organisation);
    const parked = owns.has(domain);
    if (value === undefined || policy === undefined) return [];
    const own = dmarcName(domain);
    const name = delegation?.dmarc === true ? delegatedName(own, delegation.zone) : own;
    const record: WantedRecord = {
      key: `dmarc-${domain}`,
      name,
      data: { type: "TXT", text: text`${value}` },
      purpose: DMARC_POLICY,
      domain,
      value: { dmarc: policy },
      path,
      why: "DMARC of the organisational domain, which covers every From below it (RFC 9989 §4.10)",
      // Whoever else sends as the domain has come to live under it: it stays when we go.
      leaves: existingDmarc(context.tenant, organisation.domain)[0]?.text ?? value,
    };
    const standing = existingDmarc(context.tenant, organisation.domain).map((found) => found.text);
    if (standing.length > 0 && name === own) record.before = standing;
    // A parked domain has no other senders; behind a CNAME the target goes, and the CNAME with it.
    if (parked || name !== own) delete record.leaves;
    if (name === own) return [record];
    const alias: WantedRecord = {
      key: `dmarc-cname-${domain}`,
      name: own,
      data: { type: "CNAME", target: name },
      purpose: DMARC_POLICY,
      domain,
      path: "sendips:tenant.delegate",
      why: `DMARC of ${domain} is ours to keep: the name points into ${delegation?.zone}`,
      after: [record.key],
      permanent: true,
    };
    return [record, alias];
  });
}

/** Whether a plan holds the DMARC record of a domain. */
export function plansDmarc({ records }: RecordContext, domain: string): boolean {
  return records.some((record) => record.value?.dmarc !== undefined && record.domain === domain);
}

/** Where aggregate and failure reports about a domain go that are ours to send there: not those that stand. */
export function ownReports(
  context: TenantContext,
  organisation: Organisation,
): { rua: string[]; ruf: string[] } {
  const { rua = [], ruf = [] } = organisation.dmarc.keep ? {} : wantedOf(context, organisation);
  return { rua, ruf };
}

/** The config that says where an organisation's aggregate reports go. */
export function reportsPath({ dmarc, path }: Organisation): string {
  return dmarc.reports === undefined ? "sendips:reports" : `${path}.reports`;
}
