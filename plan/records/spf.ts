/** SPF records: one a name (RFC 7208 §3.2), merged from everything that wants one there. */
import { ordered, type TenantContext, type WantedRecord } from "../context.ts";
import { type Text, text } from "../record.ts";
import type { SpfConfig } from "../schema.ts";
import { type MergedSpf, mergeSpf } from "../spf/merge.ts";

/** What sends as a name. */
interface Sender {
  /** Keys of own addresses. */
  pool: Set<string>;
  /** What sends, by streams or by other ways; in the order of their keys. */
  why: { bounce: string[]; from: string[]; besides: boolean };
  path: string;
}

/** Where the addresses of a name stand when SPF asks for them one by one. */
export function spfMacroZone(name: string): string {
  return `_spf.${name}`;
}

/** SPF of each From domain, each return path, and of the organisational domain where the config asks for it. */
export function spfRecords(context: TenantContext): WantedRecord[] {
  const { tenant } = context;
  return ordered(sendersOf(context)).flatMap(([name, sender]) => {
    const pool = [...sender.pool].sort();
    const record: WantedRecord = {
      key: `spf-${name}`,
      name,
      data: { type: "TXT", text: spfText(context, name, pool) },
      path: sender.path,
      why: whyOf(sender),
    };
    return tenant.spf?.addresses === "macro"
      ? [record, ...macroRecords(name, pool, sender.path)]
      : [record];
  });
}

function sendersOf({ tenant, streams }: TenantContext): Map<string, Sender> {
  const senders = new Map<string, Sender>();
  const at = (name: string, path: string): Sender => {
    const why = { bounce: [], from: [], besides: false };
    const sender = senders.get(name) ?? { pool: new Set(), why, path };
    senders.set(name, sender);
    return sender;
  };
  // First, so that faults of the merged record are said of what it is merged from.
  if (asksForSpf(tenant.spf)) at(tenant.domain, "sendips:tenant.spf").why.besides = true;
  for (const { key, from, returnPath, pool } of streams) {
    for (const [name, use] of [[returnPath, "bounce"] as const, [from, "from"] as const]) {
      const sender = at(name, `sendips:tenant.streams.${key}`);
      sender.why[use].push(key);
      for (const address of pool) sender.pool.add(address);
    }
  }
  return senders;
}

/**
 * Whether the config asks for a record at the organisational domain. How own addresses are written is
 * no reason to publish -all for whoever else sends as the domain.
 */
export function asksForSpf(spf: TenantContext["tenant"]["spf"]): boolean {
  if (spf === undefined) return false;
  return spf.existing !== undefined || spf.include.length > 0 || spf.all !== undefined;
}

function whyOf({ why: { bounce, from, besides } }: Sender): string {
  const streams = (keys: string[]) => `stream${keys.length > 1 ? "s" : ""} ${keys.join(", ")}`;
  const parts: string[] = [];
  if (bounce.length > 0) {
    parts.push(`the return path of ${streams(bounce)}: what receivers check (RFC 7208 §2.4)`);
  }
  if (from.length > 0) {
    parts.push(`the From domain of ${streams(from)}: nobody else may send as it`);
  }
  if (parts.length === 0) return "SPF of the domain: who may send as it (RFC 7208 §2.4)";
  return `SPF of ${parts.join("; of ")}${besides ? "; with what the domain sends through besides" : ""}`;
}

/** Own addresses first: they cost no look-up, so the common case ends before any include (RFC 7208 §4.6.4). */
function spfText(context: TenantContext, name: string, pool: readonly string[]): Text {
  const how = context.tenant.spf?.addresses ?? "list";
  const rest = mergedSpf(context, name, pool).text?.slice("v=spf1 ".length) ?? "-all";
  if (how === "macro" || pool.length === 0) return text`v=spf1 ${rest}`;
  if (how === "ranges") return text`v=spf1 ${{ ranges: pool }} ${rest}`;
  return text`v=spf1 ${pool.flatMap((address) => text`ip4:${{ address }} `)}${rest}`;
}

/** Nothing but own addresses. */
const OWN_ALONE = mergeSpf([], [], { all: "-" });

/** What stands in the record of a name apart from single addresses, and what is wrong with merging it. */
export function mergedSpf(
  { tenant }: TenantContext,
  name: string,
  pool: readonly string[],
): MergedSpf {
  const { spf } = tenant;
  const macro = spf?.addresses === "macro" && pool.length > 0;
  const own = macro ? [`exists:%{i}.${spfMacroZone(name)}`] : [];
  // A return path and a stream's From are ours alone: nobody else sends as them.
  if (spf === undefined || name !== tenant.domain) {
    return macro ? mergeSpf([], own, { all: "-" }) : OWN_ALONE;
  }
  const before = own.length === 0 ? merged.get(spf) : undefined;
  if (before !== undefined) return before;
  const includes = [...new Set(spf.include)].map((include) => `include:${include}`);
  const existing = spf.existing === undefined ? [] : [spf.existing];
  const all = spf.all === undefined ? {} : ({ all: spf.all === "fail" ? "-" : "~" } as const);
  const result = mergeSpf(existing, [...own, ...includes], all);
  if (own.length === 0) merged.set(spf, result);
  return result;
}

/** Records without own terms, by the config that asks for them: record and check both want it. */
const merged = new WeakMap<SpfConfig, MergedSpf>();

/** With `exists:%{i}._spf.<name>` each address is a name of its own; what the A record holds does not matter (RFC 7208 §5.7). */
function macroRecords(name: string, pool: readonly string[], path: string): WantedRecord[] {
  return pool.map((address) => ({
    key: `spf-ip-${name}-${address}`,
    name: { address, below: spfMacroZone(name) },
    data: { type: "A", address: "127.0.0.2" },
    path,
    why: `lets SPF of ${name} pass for address ${address}: exists:%{i}.${spfMacroZone(name)}`,
  }));
}
