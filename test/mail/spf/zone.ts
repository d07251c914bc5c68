/** The suite's zone data as a resolver. The format: http://www.openspf.org/Test_Suite/Schema (gone), read from the file. */
import type { DnsAnswer, QueryType, SpfResolver } from "../../../mail/spf/types.ts";

type Value = string | number | (string | number)[];
/** One record, or `TIMEOUT`: what stands not beside it at the name is never answered. */
type Entry =
  | "TIMEOUT"
  | {
      readonly [type in QueryType | "SPF" | "CNAME"]?: Value | undefined;
    };
export type ZoneData = Readonly<Record<string, readonly Entry[]>>;

const CHAIN_LIMIT = 10;

/** Answers from the zone data, names in any case, CNAMEs followed. */
export function zoneResolver(zone: ZoneData): SpfResolver {
  const entries = new Map(Object.entries(zone).map(([name, list]) => [name.toLowerCase(), list]));
  const query = (name: string, type: QueryType, depth: number): DnsAnswer => {
    if (depth > CHAIN_LIMIT) return { status: "error", reason: "CNAME loop" };
    const records = entries.get(name.toLowerCase().replace(/\.$/, "")) ?? [];
    const alias = valuesOf(records, "CNAME")[0];
    if (alias !== undefined) return query(String(alias), type, depth + 1);
    const values = type === "TXT" ? texts(records) : valuesOf(records, type).map(asText);
    if (values.length > 0) return { status: "found", values };
    return records.includes("TIMEOUT")
      ? { status: "error", reason: "time-out" }
      : { status: "void" };
  };
  return { query: async (name, type) => query(name, type, 0) };
}

/** SPF entries stand for TXT too, unless the name has TXT entries; `TXT: NONE` says that it has no TXT. */
function texts(records: readonly Entry[]): string[] {
  const own = valuesOf(records, "TXT");
  const values =
    own.length > 0 ? own.filter((value) => value !== "NONE") : valuesOf(records, "SPF");
  return values.map((value) => (Array.isArray(value) ? value.join("") : String(value)));
}

function valuesOf(records: readonly Entry[], type: QueryType | "SPF" | "CNAME"): Value[] {
  return records.flatMap((record) => {
    const value = record === "TIMEOUT" ? undefined : record[type];
    return value === undefined ? [] : [value];
  });
}

/** An MX is `[preference, exchange]`. */
function asText(value: Value): string {
  return String(Array.isArray(value) ? value[1] : value);
}
