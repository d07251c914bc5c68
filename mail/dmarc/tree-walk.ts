/**
 * Organisational domains: by the DNS tree walk (RFC 9989 §4.10), and by the public suffix list as
 * RFC 7489 receivers do. Where the two differ, mail is aligned for one receiver and not the other.
 */
import { getDomain, parse } from "tldts";
import { type MailFinding, mailError, mailWarning, type Parsed } from "../finding.ts";
import { type DmarcRecord, dmarcName, isDmarc, parseDmarc } from "./record.ts";

/** RFC 9989 §4.10: a longer name is cut so that no walk asks more than this. */
const QUERY_LIMIT = 8;

/** A record that the walk met. */
export interface DmarcTreeWalkRecord {
  domain: string;
  record: DmarcRecord;
}

/** What a walk found. */
export interface DmarcTreeWalk {
  /** The domain the walk began at. */
  domain: string;
  organizational: string;
  /** The record whose policy counts for the domain, if any. */
  policy?: DmarcTreeWalkRecord;
  /** Records in the order met, from the domain upwards. */
  met: DmarcTreeWalkRecord[];
  findings: MailFinding[];
}

/**
 * The domains that a walk asks, in order: the domain, then its ancestors down to one label;
 * of a name of eight or more labels, the last seven.
 *
 * @example
 * treeWalkDomains("a.mail.example.com") // ["a.mail.example.com", "mail.example.com", "example.com", "com"]
 */
export function treeWalkDomains(domain: string): string[] {
  const labels = domain.split(".");
  const domains = [domain];
  for (let count = Math.min(labels.length, QUERY_LIMIT) - 1; count >= 1; count--) {
    domains.push(labels.slice(-count).join("."));
  }
  return domains;
}

/** Walks over records that are at hand, such as those of a plan; a record with `psd=y` or `psd=n` ends it. */
export function treeWalkOver(
  domain: string,
  recordAt: (domain: string) => Parsed<DmarcRecord>,
): DmarcTreeWalk {
  const steps = walkSteps(domain);
  let step = steps.next();
  while (step.done !== true) step = steps.next(recordAt(step.value));
  return step.value;
}

/** The walk itself: yields the domain to ask, is given what stands there, and returns what it found. */
function* walkSteps(domain: string): Generator<string, DmarcTreeWalk, Parsed<DmarcRecord>> {
  const met: DmarcTreeWalkRecord[] = [];
  const findings: MailFinding[] = [];
  for (const at of treeWalkDomains(domain)) {
    const { value: record, findings: recordFindings } = yield at;
    findings.push(...recordFindings);
    if (record === undefined) continue;
    met.push({ domain: at, record });
    if (record.psd === "y" || record.psd === "n") break;
  }
  const organizational = organizationalOf(domain, met);
  const policy = policyRecordOf(domain, organizational, met);
  const walk: DmarcTreeWalk = { domain, organizational, met, findings };
  return policy === undefined ? walk : { ...walk, policy };
}

/**
 * The policy record among the TXT values at a domain's `_dmarc` name.
 * RFC 9989 §4.10: what is no record is passed over; several records count as none.
 */
export function dmarcRecordAmong(domain: string, values: readonly string[]): Parsed<DmarcRecord> {
  const [only, ...more] = values.filter(isDmarc);
  if (only === undefined) return { findings: [] };
  if (more.length === 0) return parseDmarc(only);
  const message = `${dmarcName(domain)} holds ${more.length + 1} DMARC records, which counts as none`;
  return { findings: [mailError("dmarc-several-records", "RFC 9989 §4.10", message, "keep one")] };
}

/**
 * The organisational domain by the public suffix list, its private part included.
 * A public suffix is its own.
 */
export function organizationalDomainByList(domain: string): string {
  return getDomain(domain, { allowPrivateDomains: true, validateHostname: false }) ?? domain;
}

/**
 * Whose suffix a domain is, if it is one of the public suffix list: a registry's (`co.uk`), or of the list's
 * private part, whose owner gives names below it away (`github.io`).
 */
export function publicSuffixOf(domain: string): "registry" | "private" | undefined {
  if (organizationalDomainByList(domain) !== domain) return undefined;
  const options = { allowPrivateDomains: true, validateHostname: false };
  const { publicSuffix, isIcann, isPrivate } = parse(domain, options);
  if (publicSuffix !== domain) return undefined;
  if (isIcann === true) return "registry";
  // By the rule for names that are not listed, a top-level domain is a suffix too: it is one label.
  return isPrivate === true ? "private" : undefined;
}

/** Whether an authenticated domain stands for a From domain. Both in lower-case A-labels. */
export function isAligned(
  mode: "r" | "s",
  from: { domain: string; organizational: string },
  authenticated: { domain: string; organizational: string },
): boolean {
  return mode === "s"
    ? from.domain === authenticated.domain
    : from.organizational === authenticated.organizational;
}

/** Alignment as RFC 7489 receivers see it. */
export function isAlignedByList(mode: "r" | "s", from: string, authenticated: string): boolean {
  if (from === authenticated) return true;
  const withOrganization = (domain: string) => ({
    domain,
    organizational: organizationalDomainByList(domain),
  });
  return isAligned(mode, withOrganization(from), withOrganization(authenticated));
}

/** Says where a walk and the list disagree: a domain that older and newer receivers treat apart. */
export function lintWalk(walk: DmarcTreeWalk): MailFinding[] {
  const byList = organizationalDomainByList(walk.domain);
  if (byList === walk.organizational) return walk.findings;
  const message = `the organisational domain of ${walk.domain} is ${walk.organizational} by the tree walk, ${byList} by the public suffix list`;
  const fix = `publish a DMARC record at ${byList}, with psd=n if there is one above`;
  return [
    ...walk.findings,
    mailWarning("dmarc-organization-differs", "RFC 9989 §4.10.2", message, fix),
  ];
}

/** RFC 9989 §4.10.2, its three rules in order. */
function organizationalOf(domain: string, met: readonly DmarcTreeWalkRecord[]): string {
  for (const { domain: at, record } of met) {
    if (record.psd === "n") return at;
    if (record.psd === "y" && at !== domain) {
      const labels = at.split(".").length + 1;
      return domain.split(".").slice(-labels).join(".");
    }
  }
  return met.at(-1)?.domain ?? domain;
}

/** RFC 9989 §4.10.1: the domain's own record, its organisational domain's, its public suffix's. */
function policyRecordOf(
  domain: string,
  organizational: string,
  met: readonly DmarcTreeWalkRecord[],
): DmarcTreeWalkRecord | undefined {
  const recordOf = (name: string) => met.find((one) => one.domain === name);
  const suffix = met.find((one) => one.record.psd === "y" && one.domain !== domain);
  return recordOf(domain) ?? recordOf(organizational) ?? suffix;
}
