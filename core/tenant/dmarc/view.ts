/**
 * DMARC as receivers see it: which record they find for a domain, and what aligns with it. From the
 * plan's own records and what the config says that stands, so another's record that it does not say is not seen.
 */

import { type DmarcRecord, dmarcName } from "../../../mail/dmarc/record.ts";
import {
  type DmarcTreeWalk,
  type DmarcTreeWalkRecord,
  dmarcRecordAmong,
  isAligned,
  isAlignedByList,
  organizationalDomainByList,
  treeWalkOver,
} from "../../../mail/dmarc/tree-walk.ts";
import type { Parsed } from "../../../mail/finding.ts";
import { isAtOrBelow } from "../../../mail/names.ts";
import type { PlannedStream, RecordContext } from "../context.ts";
import { dkimDomains, signsStream } from "../dkim/records.ts";
import type { PlannedRecord } from "../record.ts";
import { existingDmarc } from "./existing-dmarc.ts";

/** What receivers find for a domain. */
export interface DmarcDiscovery {
  domain: string;
  /** Receivers of RFC 9989; `walk.policy` is the record, if any. */
  walk: DmarcTreeWalk;
  /** The record that receivers of RFC 7489 find: the domain's own, or its organisational domain's. */
  byList?: DmarcTreeWalkRecord;
}

/** A yes or no of each kind of receiver. */
export interface StandardVerdicts {
  /** RFC 9989: by the tree walk. */
  walk: boolean;
  /** RFC 7489: by the public suffix list. */
  list: boolean;
}

/** Whether an authenticated domain stands for a From domain. */
export interface Alignment {
  relaxed: StandardVerdicts;
  /** The same domain; no standard sees that otherwise. */
  strict: boolean;
  /** What counts: by the mode that the record found asks for. */
  holds: StandardVerdicts;
}

/** DMARC by the records of one plan. */
export interface DmarcView {
  find(domain: string): DmarcDiscovery;
  alignment(from: string, authenticated: string, by: "spf" | "dkim"): Alignment;
}

type Records = readonly Pick<PlannedRecord, "domain" | "value">[];

/**
 * DMARC by a plan's records. Where the plan publishes none at a name, what stands there by the config counts: a
 * record that is left to its owner, say.
 */
export function dmarcView(records: Records, tenant?: RecordContext["tenant"]): DmarcView {
  const policies = dmarcRecordsOf(records, tenant);
  const recordAt = (domain: string) => policies.get(domain) ?? NONE;
  const find = (domain: string): DmarcDiscovery => {
    const walk = treeWalkOver(domain, recordAt);
    const byList = policyRecordByList(domain, policies);
    return byList === undefined ? { domain, walk } : { domain, walk, byList };
  };
  const alignment = (from: string, authenticated: string, by: "spf" | "dkim"): Alignment => {
    const { walk, byList } = find(from);
    const tag = by === "spf" ? "aspf" : "adkim";
    const list = isAlignedByList("r", from, authenticated);
    // Without a record for From there is no walk to align by, nor DMARC at all by this plan.
    const byWalk =
      walk.policy === undefined ? list : isAligned("r", walk, find(authenticated).walk);
    const strict = from === authenticated;
    const under = (mode: "r" | "s" | undefined, relaxed: boolean) =>
      mode === "s" ? strict : relaxed;
    return {
      relaxed: { walk: byWalk, list },
      strict,
      holds: {
        walk: under(walk.policy?.record[tag], byWalk),
        list: under(byList?.record[tag], list),
      },
    };
  };
  return { find, alignment };
}

/** How a stream authenticates: what SPF and DKIM prove, and to whom. */
export interface StreamAuthentication {
  /** The return path against From. */
  spf: Alignment;
  /** The d= that aligns best: the From domain itself, or one of its organisation. */
  dkim: Alignment;
  /** Selectors that sign the stream with a d= that aligns; without one there is no DKIM to align. */
  selectors: string[];
  /** Selectors that sign with a d= that does not align for every receiver, and their d=. */
  unaligned: { selector: string; domain: string }[];
}

/** What a stream's configuration can prove to a receiver. */
export function authenticationOf(
  context: RecordContext,
  view: DmarcView,
  stream: PlannedStream,
): StreamAuthentication {
  const { from, returnPath } = stream;
  // A mail host signs as From has it, or as a domain above: a brother's key is not its own.
  const own = signatures(context, stream).filter(({ domain }) => isAtOrBelow(from, domain));
  const signing = own.map((signature) => ({
    ...signature,
    alignment: view.alignment(from, signature.domain, "dkim"),
  }));
  const holds = ({ alignment }: (typeof signing)[number]) =>
    alignment.holds.walk && alignment.holds.list;
  const aligned = signing.filter(holds);
  const best = aligned.find(({ domain }) => domain === from) ?? aligned[0];
  return {
    spf: view.alignment(from, returnPath, "spf"),
    dkim: best?.alignment ?? view.alignment(from, from, "dkim"),
    selectors: [...new Set(aligned.map(({ selector }) => selector))].sort(),
    unaligned: signing
      .filter((signature) => !holds(signature) && aligned.length === 0)
      .filter(({ alignment }) => alignment.relaxed.list || alignment.relaxed.walk)
      .map(({ selector, domain }) => ({ selector, domain })),
  };
}

/** Every d= that a key in state `signing` signs a stream with. */
function signatures(
  context: RecordContext,
  { key: stream }: Pick<PlannedStream, "key">,
): { selector: string; domain: string }[] {
  return Object.entries(context.tenant.dkim)
    .filter(([, key]) => key.state === "signing" && signsStream(key, stream))
    .flatMap(([selector, key]) =>
      dkimDomains(context, key).map((domain) => ({ selector, domain })),
    );
}

const NONE: Parsed<DmarcRecord> = { findings: [] };

/**
 * What receivers find at the `_dmarc` name of each domain that has a policy record: the plan's, which may
 * stand behind a CNAME, else what stands.
 */
function dmarcRecordsOf(
  records: Records,
  tenant: RecordContext["tenant"] | undefined,
): Map<string, Parsed<DmarcRecord>> {
  const policies = new Map<string, Parsed<DmarcRecord>>();
  for (const { domain, value } of records) {
    const record = value?.dmarc;
    if (record === undefined || domain === undefined) continue;
    // Receivers heed none of several records; the check of the zone names them.
    policies.set(domain, policies.has(domain) ? NONE : { value: record, findings: [] });
  }
  for (const [domain, values] of tenant === undefined ? [] : existingDmarcTexts(tenant)) {
    if (!policies.has(domain)) policies.set(domain, dmarcRecordAmong(domain, values));
  }
  return policies;
}

/** The DMARC records that stand, by the domain that each is of. */
function existingDmarcTexts(tenant: RecordContext["tenant"]): Map<string, string[]> {
  const prefix = dmarcName("");
  const known = Object.keys(tenant.existing.names)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
  const domains = new Set([...known, tenant.domain, ...Object.keys(tenant.domains)]);
  return new Map(
    [...domains].flatMap((domain) => {
      const found = existingDmarc(tenant, domain).map(({ text }) => text);
      return found.length === 0 ? [] : [[domain, found] as const];
    }),
  );
}

/**
 * RFC 7489 §6.6.3: the domain's own record, or, where there is none, its organisational domain's.
 * Several records at a name end the search; a record needs `p=`.
 */
function policyRecordByList(
  domain: string,
  policies: ReadonlyMap<string, Parsed<DmarcRecord>>,
): DmarcTreeWalkRecord | undefined {
  for (const at of new Set([domain, organizationalDomainByList(domain)])) {
    const policy = policies.get(at);
    if (policy === undefined) continue;
    const record = policy.value;
    return record?.p === undefined ? undefined : { domain: at, record };
  }
  return undefined;
}
