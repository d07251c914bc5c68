/**
 * DMARC as receivers see it: which record they find for a domain, and what aligns with it. From the
 * plan's own records alone, so a record that somebody else publishes is not seen.
 */
import type { PlannedStream, RecordContext } from "./context.ts";
import { type DmarcRecord, dmarcName, isDmarc } from "./mail/dmarc.ts";
import type { Parsed } from "./mail/finding.ts";
import {
  isAligned,
  isAlignedByList,
  type Met,
  organizationalDomainByList,
  readPolicy,
  treeWalkOver,
  type Walk,
} from "./mail/tree-walk.ts";
import { type PlannedRecord, readable, renderText } from "./record.ts";
import { dkimDomains, signsStream } from "./records/dkim.ts";

/** What receivers find for a domain. */
export interface Found {
  domain: string;
  /** Receivers of RFC 9989; `walk.policy` is the record, if any. */
  walk: Walk;
  /** The record that receivers of RFC 7489 find: the domain's own, or its organisational domain's. */
  byList?: Met;
}

/** A yes or no of each kind of receiver. */
export interface ByStandard {
  /** RFC 9989: by the tree walk. */
  walk: boolean;
  /** RFC 7489: by the public suffix list. */
  list: boolean;
}

/** Whether an authenticated domain stands for a From domain. */
export interface Alignment {
  relaxed: ByStandard;
  /** The same domain; no standard sees that otherwise. */
  strict: boolean;
  /** What counts: by the mode that the record found asks for. */
  holds: ByStandard;
}

/** DMARC by the records of one plan. */
export interface DmarcView {
  find(domain: string): Found;
  alignment(from: string, authenticated: string, by: "spf" | "dkim"): Alignment;
}

type Records = readonly Pick<PlannedRecord, "name" | "data">[];

/** Views by the records they were read from: several checks ask one plan. */
const views = new WeakMap<Records, DmarcView>();

/** Reads a plan's DMARC records once, and walks each domain at most once. */
export function dmarcView(records: Records): DmarcView {
  const before = views.get(records);
  if (before !== undefined) return before;
  const view = readView(records);
  views.set(records, view);
  return view;
}

function readView(records: Records): DmarcView {
  const policies = policiesOf(records);
  const policyAt = (domain: string) => policies.get(domain) ?? NONE;
  const known = new Map<string, Found>();
  const find = (domain: string): Found => {
    const before = known.get(domain);
    if (before !== undefined) return before;
    const walk = treeWalkOver(domain, policyAt);
    const byList = policyByList(domain, policies);
    const found = byList === undefined ? { domain, walk } : { domain, walk, byList };
    known.set(domain, found);
    return found;
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
  /** The From domain itself is d=. */
  dkim: Alignment;
  /** Selectors that sign the stream as its From domain; without one there is no DKIM to align. */
  selectors: string[];
}

/** What a stream's configuration can prove to a receiver. */
export function authenticationOf(
  context: RecordContext,
  view: DmarcView,
  stream: PlannedStream,
): StreamAuthentication {
  const { from, returnPath } = stream;
  return {
    spf: view.alignment(from, returnPath, "spf"),
    dkim: view.alignment(from, from, "dkim"),
    selectors: signingSelectors(context, stream),
  };
}

/** The selectors whose key is in state `signing` for a stream and its From domain, in order. */
export function signingSelectors(
  context: RecordContext,
  { key: stream, from }: Pick<PlannedStream, "key" | "from">,
): string[] {
  return Object.entries(context.tenant.dkim)
    .filter(([, key]) => key.state === "signing" && signsStream(key, stream))
    .filter(([, key]) => dkimDomains(context, key).includes(from))
    .map(([selector]) => selector)
    .sort();
}

const NONE: Parsed<DmarcRecord> = { findings: [] };

/** What stands at the `_dmarc` name of each domain that has a policy record. */
function policiesOf(records: Records): Map<string, Parsed<DmarcRecord>> {
  const prefix = dmarcName("");
  const texts = new Map<string, string[]>();
  for (const { name, data } of records) {
    if (data.type !== "TXT" || typeof name !== "string" || !name.startsWith(prefix)) continue;
    const domain = name.slice(prefix.length);
    const value = renderText(data.text, readable);
    if (isDmarc(value)) texts.set(domain, [...(texts.get(domain) ?? []), value]);
  }
  return new Map([...texts].map(([domain, values]) => [domain, readPolicy(domain, values)]));
}

/**
 * RFC 7489 §6.6.3: the domain's own record, or, where there is none, its organisational domain's.
 * Several records at a name end the search; a record needs `p=`.
 */
function policyByList(
  domain: string,
  policies: ReadonlyMap<string, Parsed<DmarcRecord>>,
): Met | undefined {
  for (const at of new Set([domain, organizationalDomainByList(domain)])) {
    const policy = policies.get(at);
    if (policy === undefined) continue;
    const record = policy.value;
    return record?.p === undefined ? undefined : { domain: at, record };
  }
  return undefined;
}
