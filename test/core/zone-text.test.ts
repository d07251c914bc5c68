/** The zone text of any records reads back as these records, by a reader that shares no code with it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Problem } from "../../core/problem.ts";
import { renderPlan } from "../../core/render/plan.ts";
import type { PlannedRecord, RecordData, Text } from "../../core/tenant/record.ts";
import { hostName } from "../mail/support.ts";
import { planWith, record } from "./output-support.ts";
import { readZone, type ZoneRecord } from "./zone-text.ts";

/** Addresses of known keys, none next to another, so that no ranges merge. */
const KNOWN: Record<string, string> = { tx1: "192.0.2.1", tx2: "192.0.2.3", mk1: "203.0.113.255" };

const key = fc.constantFrom(...Object.keys(KNOWN));
const address = key.map((name) => ({ address: name }));
/** Any text, also quotes, backslashes, line breaks, control characters and what is not ASCII. */
const anyText = fc
  .string({ unit: "grapheme", maxLength: 300 })
  .filter((text) => text.isWellFormed());
const longText = fc.string({ minLength: 200, maxLength: 1_100 });
const txt: fc.Arbitrary<Text> = fc.oneof(
  fc.tuple(anyText),
  fc.tuple(longText),
  fc.array(fc.oneof(anyText, address, fc.record({ ranges: fc.array(key, { minLength: 1 }) })), {
    minLength: 1,
    maxLength: 5,
  }),
);
const data: fc.Arbitrary<RecordData> = fc.oneof(
  fc.record({ type: fc.constant("A" as const), address: fc.oneof(address, fc.ipV4()) }),
  fc.record({ type: fc.constant("CNAME" as const), target: hostName }),
  fc.record({
    type: fc.constant("MX" as const),
    preference: fc.integer({ min: 0, max: 65_535 }),
    exchange: fc.oneof(hostName, fc.constant("")),
  }),
  fc.record({
    type: fc.constant("CAA" as const),
    flags: fc.integer({ min: 0, max: 255 }),
    tag: fc.stringMatching(/^[a-z0-9]{1,15}$/),
    value: anyText,
  }),
  fc.record({ type: fc.constant("TXT" as const), text: txt }),
);
const name: fc.Arbitrary<PlannedRecord["name"]> = fc.oneof(
  hostName,
  fc.tuple(fc.constantFrom("_dmarc", "_mta-sts", "*"), hostName).map((parts) => parts.join(".")),
  fc.record({ address: key, below: hostName }),
);
const ordinary = fc
  .record({ name, data, ttl: fc.integer({ min: 0, max: 2 ** 31 - 1 }), why: fc.string() })
  .map((parts) => record("r", parts.name, parts.data, parts));
const reverse = fc
  .record({ name: address, host: hostName })
  .map((parts) =>
    record("r", parts.name, { type: "PTR", host: parts.host }, { publisher: { by: "aws" } }),
  );

/** What a record comes to, by hand: the reader's answer must be this. */
function expected({ name, data, ttl, publisher }: PlannedRecord): ZoneRecord {
  const ip = (at: string) => KNOWN[at] ?? "";
  const reversed = (at: string) => `${ip(at).split(".").reverse().join(".")}.in-addr.arpa`;
  const owner =
    typeof name === "string"
      ? name
      : name.below === undefined
        ? reversed(name.address)
        : `${ip(name.address)}.${name.below}`;
  const values = (): ZoneRecord["data"] => {
    switch (data.type) {
      case "A":
        return [typeof data.address === "string" ? data.address : ip(data.address.address)];
      case "PTR":
        return [data.host];
      case "CNAME":
        return [data.target];
      case "MX":
        return [String(data.preference), data.exchange];
      case "CAA":
        return [String(data.flags), data.tag, data.value];
      case "TXT":
        return [new TextEncoder().encode(textOf(data.text))];
    }
  };
  const head = publisher.by === "aws" ? { owner } : { owner, ttl };
  return { ...head, type: data.type, data: values() };
}

function textOf(text: Text): string {
  const inOrder = (ips: string[]) =>
    [...new Set(ips)].sort((a, b) => Number(a.split(".")[3]) - Number(b.split(".")[3]));
  return text
    .map((part) => {
      if (typeof part === "string") return part;
      if ("dkimKey" in part) return "";
      if ("address" in part) return KNOWN[part.address] ?? "";
      const ips = inOrder(part.ranges.map((each) => KNOWN[each] ?? ""));
      return ips.map((each) => `ip4:${each}`).join(" ");
    })
    .join("");
}

/** Strings of a TXT joined, as every receiver of mail records does; each within its limit. */
function joined(record: ZoneRecord): ZoneRecord {
  if (record.type !== "TXT") return record;
  const strings = record.data.filter((string) => string instanceof Uint8Array);
  for (const string of strings) expect(string.length).toBeLessThanOrEqual(255);
  return { ...record, data: [Uint8Array.from(strings.flatMap((string) => [...string]))] };
}

describe("zone text", () => {
  test("of any records reads back as these records", () => {
    fc.assert(
      fc.property(fc.array(ordinary, { maxLength: 8 }), fc.array(reverse), (ours, theirs) => {
        const plan = planWith([...ours, ...theirs]);
        const text = renderPlan(plan, [], { format: "bind", known: KNOWN });
        expect(readZone(text).map(joined)).toEqual([...ours, ...theirs].map(expected));
      }),
      { numRuns: 300 },
    );
  });

  test("with problems after it is still a zone", () => {
    const one = record("a", "a.example", { type: "A", address: "192.0.2.1" });
    const problem = { stack: "acme", path: "sendips:tenant", message: "a\nb", fix: "c\r\nd" };
    const said: Problem = { code: "config-value", level: "error", ...problem };
    const text = renderPlan(planWith([one]), [said], { format: "bind" });
    expect(readZone(text)).toEqual([expected(one)]);
  });
});

describe("the reader", () => {
  test.each([
    "a.example 3600 IN A 192.0.2.1",
    "a.example. 3600 A 192.0.2.1",
    "a.example. 3600 IN A a.example.",
    "a.example. 3600 IN CNAME b.example",
    'a.example. 3600 IN TXT "a""b"',
    'a.example. 3600 IN TXT "a',
    "a.example. 3600 IN TXT a",
    'a.example. 3600 IN TXT "\\256"',
    "a.example. 3600 IN NS b.example.",
  ])("refuses %s", (line) => {
    expect(() => readZone(`${line}\n`)).toThrow();
  });
});
