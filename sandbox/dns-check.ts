/** Asks the sandbox's DNS server over UDP for what a tenant's stack says it published. */
import type { CaaRecord } from "node:dns";
import { Resolver } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { AddressOutput, RecordOutput, StackOutputs } from "../core/state/outputs.ts";

/** Undefined when as wanted; else why not. */
export type Verdict = string | undefined;

/** One address as DNS shows it. */
export interface AddressCheck {
  address: AddressOutput;
  key: string;
  a: Verdict;
  ptr: Verdict;
  helo: Verdict;
  /** Verdicts of the records of the streams that send from it. */
  records: Verdict[];
}

/** What of a record set DNS must answer. */
type Asker = (record: RecordOutput) => Promise<Verdict>;

/**
 * Checks every record of a tenant.
 *
 * @param patience milliseconds to wait for what is not there yet: records propagate.
 */
export async function checkTenant(
  outputs: Pick<StackOutputs, "addresses" | "records">,
  server: string,
  patience = 10_000,
): Promise<{ addresses: AddressCheck[]; records: Map<string, Verdict> }> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([server]);
  const ask = asker(resolver, outputs.records);
  const deadline = Date.now() + patience;
  const records = new Map<string, Verdict>();
  for (const record of outputs.records) {
    if (record.waitsFor !== undefined) {
      records.set(record.key, `not set yet: waits until ${record.waitsFor}`);
      continue;
    }
    let verdict = await ask(record);
    while (verdict !== undefined && Date.now() < deadline) {
      await sleep(250);
      verdict = await ask(record);
    }
    records.set(record.key, verdict);
  }
  const verdict = (key: string): Verdict =>
    records.has(key) ? records.get(key) : "the stack's state does not hold this record";
  const own = new Set(
    Object.keys(outputs.addresses).flatMap((key) => [`${key}-a`, `${key}-ptr`, `${key}-helo-spf`]),
  );
  const addresses = Object.entries(outputs.addresses).map(([key, address]) => ({
    key,
    address,
    a: verdict(`${key}-a`),
    ptr: verdict(`${key}-ptr`),
    helo: verdict(`${key}-helo-spf`),
    records: outputs.records
      .filter((record) => !own.has(record.key))
      .map((record) => records.get(record.key)),
  }));
  return { addresses, records };
}

function asker(resolver: Resolver, all: readonly RecordOutput[]): Asker {
  return async (record) => {
    try {
      const found = await answers(resolver, record);
      if (!found.includes(record.value)) return `answers ${found.join(" | ")}`;
      const expected = all.filter((r) => r.name === record.name && r.type === record.type).length;
      return found.length > expected
        ? `answers ${found.length} records, not ${expected}`
        : undefined;
    } catch (error) {
      return error instanceof Error && "code" in error ? String(error.code) : String(error);
    }
  };
}

async function answers(resolver: Resolver, record: RecordOutput): Promise<string[]> {
  switch (record.type) {
    case "A":
      return resolver.resolve4(record.name);
    case "PTR":
      // `reverse` would call every failure, a refused connection too, ENOTFOUND.
      return (await resolver.resolvePtr(reverseName(record.name))).map((name) => `${name}.`);
    case "MX":
      return (await resolver.resolveMx(record.name)).map((mx) => `${mx.priority} ${mx.exchange}.`);
    case "TXT":
      return (await resolver.resolveTxt(record.name)).map(textOf);
    case "CNAME":
      return (await resolver.resolveCname(record.name)).map((name) => `${name}.`);
    case "CAA":
      return (await resolver.resolveCaa(record.name)).map(caaText);
    default:
      throw new Error(`no check for ${record.type}`);
  }
}

/** Node names a property by its tag: `{ critical: 0, issue: "ca.example" }`. */
function caaText(record: CaaRecord): string {
  const { critical, ...properties } = record;
  const [tag = "", value = ""] = Object.entries(properties).find(([name]) => name !== "type") ?? [];
  return `${critical} ${tag} "${value}"`;
}

/** The reverse name of an IPv4 address (RFC 1035 §3.5). */
function reverseName(ip: string): string {
  return `${ip.split(".").reverse().join(".")}.in-addr.arpa`;
}

/** Node shows each octet of a TXT string as one character. */
function textOf(strings: readonly string[]): string {
  return Buffer.from(strings.join(""), "latin1").toString("utf8");
}

/** The check as a table for a person, and whether all of it is ok. */
export function table(
  outputs: Pick<StackOutputs, "addresses" | "records">,
  checks: Awaited<ReturnType<typeof checkTenant>>,
): { text: string; ok: boolean } {
  const say = (verdict: Verdict) => verdict ?? "ok";
  const rows = checks.addresses.map((check) => {
    const bad = check.records.filter((record) => record !== undefined).length;
    return [
      check.key,
      check.address.publicIp,
      check.address.hostName + (check.a === undefined ? "" : ` (A: ${check.a})`),
      say(check.ptr),
      say(check.helo),
      check.address.streams.join(", ") || "-",
      bad === 0 ? `${check.records.length} ok` : `${bad} of ${check.records.length} wrong`,
    ];
  });
  const head = ["key", "address", "host name", "PTR", "HELO", "pool", "records"];
  const wrong = outputs.records.flatMap((record) => {
    const verdict = checks.records.get(record.key);
    return verdict === undefined ? [] : [`  ${record.type} ${record.name}: ${verdict}`];
  });
  // No record to ask for is no proof of anything.
  const complete = checks.records.size > 0 && checks.addresses.every(isComplete);
  const ok = wrong.length === 0 && complete;
  return { text: [columns([head, ...rows]), ...wrong].join("\n"), ok };
}

function isComplete({ a, ptr, helo }: AddressCheck): boolean {
  return a === undefined && ptr === undefined && helo === undefined;
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
