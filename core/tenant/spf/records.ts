/** SPF records: one a name (RFC 7208 §3.2), merged from everything that wants one there and what stands there. */

import { spfBudget } from "../../../mail/spf/budget.ts";
import { type MergedSpf, mergeSpf, type SpfMergeOptions } from "../../../mail/spf/merge.ts";
import type { SpfFinding } from "../../../mail/spf/types.ts";
import { configPath } from "../../config/config.ts";
import type { SpfConfig } from "../../config/schema.ts";
import { sortedEntries } from "../../maps.ts";
import type { TenantContext, WantedRecord } from "../context.ts";
import { delegatedName, delegationOf } from "../delegation/names.ts";
import type { ExistingText } from "../existing/existing-records.ts";
import { organisationsOf } from "../organisations.ts";
import type { Purpose } from "../purpose.ts";
import { type Text, text } from "../record.ts";
import { existingSpf } from "./existing-spf.ts";
import { FROM_SPF, REFUSING_SPF, RETURN_PATH_SPF, SPF_ADDRESS } from "./purpose.ts";

/** What sends as a name, and how its record is made. */
export interface SpfName {
  /** As MAIL FROM or From has it. */
  name: string;
  /** Where the record stands: at the name, or where its CNAME points. */
  recordName: string;
  /** Keys of own addresses, in order; none where they stand behind an include. */
  pool: readonly string[];
  path: string;
  why: string;
  /** What stands there today. */
  standing: readonly ExistingText[];
  /** How own addresses stand in it. */
  how: SpfConfig["addresses"];
  /** The name of ours whose record holds the addresses, in place of them. */
  include?: string;
  /** True for that name: it is nobody's but ours. */
  isOurs: boolean;
  /** What the config says besides, for an organisational domain. */
  spf?: OwnRecordConfig;
  /** Whether a stream's return path is it: what receivers check. */
  isReturnPath: boolean;
  /** Whether it is an organisational domain, where mailboxes are and nobody knows every sender. */
  isOrganisation: boolean;
}

/** What a config says of a domain's own record. */
type OwnRecordConfig = Pick<SpfConfig, "existing" | "include" | "all">;

/** What sends as a name, while it is collected. */
interface Sender {
  pool: Set<string>;
  /** What sends, by streams or by other ways; in the order of their keys. */
  why: { bounce: string[]; from: string[]; besides: boolean };
  path: string;
}

/** The key of the SPF record of a name. */
export function spfKey(name: string): string {
  return `spf-${name}`;
}

/** Where the addresses of a record stand when SPF asks for them one by one. */
export function spfMacroZone(name: string): string {
  return `_spf.${name}`;
}

/** SPF of each return path and From domain, and of the organisational domains where the config asks for it. */
export function spfRecords(context: TenantContext): WantedRecord[] {
  return spfNames(context).flatMap((sender): WantedRecord[] => {
    if (isLeftAlone(context, sender)) return [];
    const { name, recordName: at, pool, path, why, how } = sender;
    const record: WantedRecord = {
      key: spfKey(name),
      name: at,
      data: { type: "TXT", text: spfText(sender) },
      purpose: purposeOf(context, sender),
      path,
      why,
      ...leavesOf(sender),
      ...(sender.standing.length === 0 ? {} : { before: sender.standing.map(({ text }) => text) }),
      ...(sender.include === undefined ? {} : { permanent: true }),
    };
    const macros = how === "macro" ? macroRecords(name, at, pool, path) : [];
    return [record, ...macros];
  });
}

/** Every name that the plan wants an SPF record for, in order, those behind an include before it. */
export function spfNames(context: TenantContext): SpfName[] {
  const { tenant } = context;
  const delegation = delegationOf(tenant);
  const organisations = new Set(organisationsOf(context).map(({ domain }) => domain));
  return sortedEntries(sendersOf(context)).flatMap(([name, sender]): SpfName[] => {
    const { why, path } = sender;
    const pool = [...sender.pool].sort();
    const spf = besidesOf(tenant, name);
    const isReturnPath = why.bounce.length > 0;
    const standing = existingSpf(tenant, name);
    const asked = tenant.spf?.addresses ?? "list";
    // An exists: that finds nothing is one of two void look-ups that a record may cost (RFC 7208 §4.6.4):
    // whoever else sends by this record would pay it.
    const how = asked === "macro" && standing.length > 0 ? "ranges" : asked;
    const plain: SpfName = {
      ...{ name, recordName: name, pool, how, path, why: whyOf(sender, standing.length > 0) },
      ...(spf === undefined ? {} : { spf }),
      ...{ standing, isReturnPath, isOurs: false },
      isOrganisation: organisations.has(name),
    };
    if (delegation === undefined || pool.length === 0) return [plain];
    if (isDelegated(context, name)) {
      return [{ ...plain, recordName: delegatedName(name, delegation.zone), standing: [] }];
    }
    // A CNAME cannot stand there: an include of a name of ours holds the addresses.
    const include = delegatedName(spfMacroZone(name), delegation.zone);
    const ours: SpfName = {
      ...{ name: include, recordName: include, pool, how, path, standing: [] },
      ...{ isReturnPath: false, isOurs: true },
      why: `the addresses that send as ${name}, behind its include (RFC 7208 §5.2)`,
      isOrganisation: false,
    };
    return [ours, { ...plain, pool: [], include }];
  });
}

/** Whether a return path is a name of its own, which can be a CNAME into a zone of ours. */
export function isDelegated({ tenant, streams }: TenantContext, name: string): boolean {
  if (delegationOf(tenant) === undefined) return false;
  const other = name === tenant.domain || Object.hasOwn(tenant.domains, name);
  return (
    !other &&
    streams.some(({ returnPath }) => returnPath === name) &&
    !streams.some(({ from }) => from === name)
  );
}

/** What the config says of an organisational domain's own record. */
function besidesOf(tenant: TenantContext["tenant"], name: string): OwnRecordConfig | undefined {
  if (name === tenant.domain) return tenant.spf;
  return Object.hasOwn(tenant.domains, name) ? tenant.domains[name]?.spf : undefined;
}

function sendersOf({ tenant, streams }: TenantContext): Map<string, Sender> {
  const senders = new Map<string, Sender>();
  const senderAt = (name: string, path: string): Sender => {
    const why = { bounce: [], from: [], besides: false };
    const sender = senders.get(name) ?? { pool: new Set(), why, path };
    senders.set(name, sender);
    return sender;
  };
  // First, so that faults of the merged record are said of what it is merged from.
  if (asksForSpf(tenant.spf)) senderAt(tenant.domain, "sendips:tenant.spf").why.besides = true;
  for (const [domain, { spf }] of sortedEntries(tenant.domains)) {
    if (!asksForSpf(spf)) continue;
    senderAt(domain, configPath(["tenant", "domains", domain, "spf"])).why.besides = true;
  }
  for (const { key, from, returnPath, pool } of streams) {
    const fromSpf = tenant.streams[key]?.fromSpf !== false;
    for (const [name, use] of [[returnPath, "bounce"] as const, [from, "from"] as const]) {
      if (use === "from" && !fromSpf && name !== returnPath) continue;
      const sender = senderAt(name, `sendips:tenant.streams.${key}`);
      sender.why[use].push(key);
      for (const address of pool) sender.pool.add(address);
    }
  }
  return senders;
}

/**
 * Whether the config asks for a record at the organisational domain. How own addresses are written is
 * no reason to publish one for whoever else sends as the domain.
 */
export function asksForSpf(spf: Partial<OwnRecordConfig> | undefined): boolean {
  if (spf === undefined) return false;
  return spf.existing !== undefined || (spf.include ?? []).length > 0 || spf.all !== undefined;
}

/**
 * Whether the record that stands stays as it is: receivers give permerror for it already (over ten look-ups,
 * an include without a record), which is not ours to mend, and no stream of ours is judged by it, because
 * none has it as its return path.
 */
export function isLeftAlone(context: TenantContext, sender: SpfName): boolean {
  const { standing, isReturnPath, name, spf } = sender;
  const [first, ...more] = standing;
  if (isReturnPath || first === undefined || more.length > 0) return false;
  if (spf !== undefined && (spf.include.length > 0 || spf.all !== undefined)) return false;
  return faultsOf(context, name, first.text).length > 0;
}

/**
 * What makes receivers give permerror for a record, by what is known of others' records.
 *
 * @param used names that no way out may propose. @default none
 */
export function faultsOf(
  { operator }: TenantContext,
  domain: string,
  text: string,
  used: readonly string[] = [],
): SpfFinding[] {
  const records = new Map(Object.entries(operator.spfSnapshot));
  const { findings } = spfBudget(text, { domain, records, used });
  return findings.filter(({ level }) => level === "error");
}

/**
 * What stays of a record that others send by: it without us. Word for word as it stood where the config
 * adds nobody.
 */
function leavesOf(sender: SpfName): Pick<WantedRecord, "leaves"> {
  const { standing, spf } = sender;
  const [first, ...more] = standing;
  const adds = spf !== undefined && (spf.include.length > 0 || spf.all !== undefined);
  if (!adds && more.length === 0) return first === undefined ? {} : { leaves: first.text };
  const { include: _include, ...rest } = sender;
  const { text: leaves } = mergedSpf({ ...rest, pool: [] });
  const others = standing.length > 0 || (spf?.include ?? []).length > 0;
  return leaves === undefined || !others ? {} : { leaves };
}

function whyOf({ why: { bounce, from, besides } }: Sender, standing: boolean): string {
  const streams = (keys: string[]) => `stream${keys.length > 1 ? "s" : ""} ${keys.join(", ")}`;
  const parts: string[] = [];
  if (bounce.length > 0) {
    parts.push(`the return path of ${streams(bounce)}: what receivers check (RFC 7208 §2.4)`);
  }
  if (from.length > 0) {
    parts.push(
      `the From domain of ${streams(from)}${standing ? "" : ": nobody else may send as it"}`,
    );
  }
  if (parts.length === 0) return "SPF of the domain: who may send as it (RFC 7208 §2.4)";
  return `SPF of ${parts.join("; of ")}${besides || standing ? "; with what the domain sends through besides" : ""}`;
}

/** Whether anybody may send as a name that is neither a return path nor a From domain. */
function purposeOf({ streams }: TenantContext, sender: SpfName): Purpose {
  const { name, pool, isReturnPath } = sender;
  if (isReturnPath) return RETURN_PATH_SPF;
  if (pool.length > 0 || streams.some(({ from }) => from === name)) return FROM_SPF;
  return (mergedSpf(sender).text ?? REFUSES_ALL) === REFUSES_ALL ? REFUSING_SPF : FROM_SPF;
}

/** Own addresses first: they cost no look-up, so the common case ends before any include (RFC 7208 §4.6.4). */
function spfText(sender: SpfName): Text {
  const { pool, how } = sender;
  const rest = (mergedSpf(sender).text ?? REFUSES_ALL).slice("v=spf1 ".length);
  if (how === "macro" || pool.length === 0) return text`v=spf1 ${rest}`;
  if (how === "ranges") return text`v=spf1 ${{ ranges: pool }} ${rest}`;
  return text`v=spf1 ${pool.flatMap((address) => text`ip4:${{ address }} `)}${rest}`;
}

/** What nobody passes. */
const REFUSES_ALL = "v=spf1 -all";

/** Nothing but own addresses. */
const OWN_ALONE = mergeSpf([], [], { all: "-" });

const ALL = { fail: "-", softfail: "~", neutral: "?" } as const;

/** What stands in the record of a name apart from single addresses, and what is wrong with merging it. */
export function mergedSpf(sender: SpfName): MergedSpf {
  const { recordName: at, pool, how, spf, standing, include, isOrganisation } = sender;
  const macro = how === "macro" && pool.length > 0 ? [`exists:%{i}.${spfMacroZone(at)}`] : [];
  const own = [...macro, ...(include === undefined ? [] : [`include:${include}`])];
  const includes = [...new Set(spf?.include ?? [])].map((name) => `include:${name}`);
  const all: SpfMergeOptions = spf?.all === undefined ? {} : { all: ALL[spf.all] };
  const existing = standing.map(({ text }) => text);
  if (existing.length + own.length + includes.length === 0 && !isOrganisation) return OWN_ALONE;
  return mergeSpf(existing, [...own, ...includes], {
    ...all,
    // Where mailboxes are, somebody sends whom nobody has named.
    otherwise: isOrganisation ? "~" : "-",
  });
}

/** With `exists:%{i}._spf.<name>` each address is a name of its own; what the A record holds does not matter (RFC 7208 §5.7). */
function macroRecords(
  name: string,
  at: string,
  pool: readonly string[],
  path: string,
): WantedRecord[] {
  return pool.map((address) => ({
    key: `spf-ip-${name}-${address}`,
    name: { address, below: spfMacroZone(at) },
    data: { type: "A", address: "127.0.0.2" },
    purpose: SPF_ADDRESS,
    path,
    why: `lets SPF of ${name} pass for address ${address}: exists:%{i}.${spfMacroZone(at)}`,
  }));
}
