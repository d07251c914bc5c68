import { describe, expect, test } from "vitest";
import type { Text } from "../../../core/tenant/record.ts";
import { checkZone } from "../../../core/tenant/zone/check.ts";
import { contextWith, mx, record, txt, zoneFindingLines } from "./support.ts";

describe("lengths", () => {
  const label = "l".repeat(63);

  test("a name made too long by what is put before it", () => {
    // 253 characters: at the limit by itself, over it with `_dmarc.`.
    const domain = `${label}.${label}.${label}.${"l".repeat(53)}.example`;
    expect(domain).toHaveLength(253);
    expect(zoneFindingLines(record(domain, txt("x")))).toEqual([]);
    expect(zoneFindingLines(record(`_dmarc.${domain}`, txt("x")))[0]).toMatch(
      /260 characters \[RFC 1035 §2.3.4\]$/,
    );
  });

  test("an address in a name counts with twelve digits", () => {
    const below = (length: number) => `${label}.${label}.${label}.${"l".repeat(length)}.example`;
    const at = (length: number) =>
      zoneFindingLines(
        record({ address: "a", below: below(length) }, { type: "A", address: "127.0.0.2" }),
      );
    // 15 characters and a dot before a name of 237 make 253.
    expect(below(37)).toHaveLength(237);
    expect(at(37)).toEqual([]);
    expect(at(38)[0]).toMatch(/254 characters \[RFC 1035 §2.3.4\]$/);
  });

  test("a delegated DKIM key's name, which is longer than the selector's own", () => {
    const name = `s1._domainkey.${label}.${label}.${label}.${"l".repeat(50)}.example`;
    const context = contextWith([record(name, txt("v=DKIM1; p=YQ=="))]);
    expect(checkZone(context)).toEqual([]);
    const tenant = { ...context.tenant, dkimZone: "keys.operator.example" };
    expect(checkZone({ ...context, tenant })).toMatchObject([{ rule: "RFC 1035 §2.3.4" }]);
  });
});

describe("TTL", () => {
  test("differs within an RRset", () => {
    expect(
      zoneFindingLines(
        record("tx.acme.example", mx("a.acme.example")),
        record("tx.acme.example", mx("b.acme.example"), { ttl: 300, path: "second" }),
        record("tx.acme.example", txt("x"), { ttl: 300 }),
      ),
    ).toEqual([
      "error second: tx.acme.example MX has a TTL of 300, and of 3600 by MX@tx.acme.example [RFC 2181 §5.2]",
    ]);
  });

  test.each([
    [1, 0],
    [59, 1],
    [60, 0],
    [86_400, 0],
    [86_401, 1],
  ])("%i seconds at Cloudflare", (ttl, faults) => {
    expect(zoneFindingLines(record("tx.acme.example", txt("x"), { ttl }))).toHaveLength(faults);
  });

  test("1 is not automatic in the customer's zone; said once", () => {
    const publisher = { by: "external", zone: "acme.example" } as const;
    expect(
      zoneFindingLines(
        record("a.acme.example", txt("x"), { ttl: 1, publisher }),
        record("b.acme.example", txt("x"), { ttl: 1, publisher }),
      ),
    ).toEqual([
      "warning sendips:tenant.ttl: a TTL of 1 is automatic at Cloudflare, but one second in acme.example, which the customer publishes [RFC 1035 §3.2.1]",
    ]);
  });
});

describe("sizes", () => {
  /** Text of this many bytes on the wire: a length octet for each 255. */
  const ofSize = (size: number) => "x".repeat(size - Math.ceil(size / 256));

  test("4,096 bytes of one record at Cloudflare", () => {
    expect(zoneFindingLines(record("n.acme.example", txt(ofSize(4_096))))).toEqual([]);
    expect(zoneFindingLines(record("n.acme.example", txt(ofSize(4_098))))).toEqual([
      "error TXT@n.acme.example: n.acme.example TXT takes up to 4098 bytes [Cloudflare DNS record limits]",
    ]);
    const publisher = { by: "external", zone: "acme.example" } as const;
    expect(zoneFindingLines(record("n.acme.example", txt(ofSize(4_098)), { publisher }))).toEqual(
      [],
    );
  });

  test("8,192 bytes of one name and type at Cloudflare", () => {
    const three = (size: number) =>
      zoneFindingLines(
        record("n.acme.example", txt(`${ofSize(4_000)}`)),
        record("n.acme.example", txt(`y${ofSize(4_000).slice(1)}`)),
        record("n.acme.example", txt("z".repeat(size - 1))),
      );
    expect(three(192)).toEqual([]);
    expect(three(193)).toEqual([
      "error TXT@n.acme.example: n.acme.example TXT: 3 records take up to 8193 bytes [Cloudflare DNS record limits]",
    ]);
  });

  test("addresses not known yet count with twelve digits, whatever their keys", () => {
    const spf = (count: number): Text => [
      "v=spf1 ",
      ...Array.from({ length: count }, (_, index) => [
        "ip4:",
        { address: `k${index}` },
        " ",
      ]).flat(),
      "-all",
    ];
    // 7 + 203 × 20 + 4 = 4,071 octets in 16 strings: 4,087. One more is over 4,096.
    expect(zoneFindingLines(record("n.acme.example", txt(...spf(203))))).toEqual([]);
    expect(zoneFindingLines(record("n.acme.example", txt(...spf(204))))).toHaveLength(1);
    const ranges = Array.from({ length: 204 }, (_, index) => `k${index}`);
    expect(
      zoneFindingLines(record("n.acme.example", txt("v=spf1 ", { ranges }, " -all"))),
    ).toHaveLength(1);
  });
});
