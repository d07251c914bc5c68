import { describe, expect, test } from "vitest";
import { checkZone } from "../../plan/checks/zone.ts";
import { readConfig } from "../../plan/config.ts";
import { contextOf, type RecordContext } from "../../plan/context.ts";
import type { PlannedRecord, RecordData, Text } from "../../plan/record.ts";

const ZONE_ID = "0c1d2e3f405162738495a6b7c8d9eaf0";

function contextWith(records: PlannedRecord[]): RecordContext {
  const tenant = {
    domain: "acme.example",
    hostNames: "mail.acme.example",
    mailHost: { stack: "mx-1" },
    addresses: {},
  };
  const zones = { "acme.example": { cloudflare: ZONE_ID } };
  const read = readConfig({ stack: "acme", values: { zones, tenant } });
  if (!("stack" in read) || read.stack.kind !== "tenant") throw new Error("no tenant");
  return { ...contextOf("acme", read.stack.tenant, read.stack.operator), records };
}

let count = 0;

/** A record at Cloudflare whose path is its key, so that findings say which record they mean. */
function record(
  name: PlannedRecord["name"],
  data: RecordData,
  more: Partial<PlannedRecord> = {},
): PlannedRecord {
  count += 1;
  const key = `r${count}`;
  return {
    key,
    name,
    data,
    ttl: 3600,
    publisher: { by: "cloudflare", zone: "acme.example", zoneId: ZONE_ID },
    why: "a test",
    path: typeof name === "string" ? `${data.type}@${name}` : data.type,
    ...more,
  };
}

const txt = (...text: Text): RecordData => ({ type: "TXT", text });
const a = (address: string): RecordData => ({ type: "A", address: { address } });
const mx = (exchange: string, preference = 10): RecordData => ({
  type: "MX",
  preference,
  exchange,
});
const cname = (target: string): RecordData => ({ type: "CNAME", target });

/** Level, path, message and rule of each finding. */
function said(...records: PlannedRecord[]): string[] {
  return checkZone(contextWith(records)).map(
    ({ level, path, message, rule }) => `${level} ${path}: ${message} [${rule}]`,
  );
}

describe("records of one name", () => {
  test("an ordinary name with several types is in order", () => {
    expect(
      said(
        record("acme.example", txt("v=spf1 -all")),
        record("acme.example", txt("google-site-verification=x")),
        record("acme.example", mx("mx1.acme.example")),
        record("acme.example", mx("mx2.acme.example")),
        record("tx1.mail.acme.example", a("tx1")),
        record(
          { address: "tx1" },
          { type: "PTR", host: "tx1.mail.acme.example" },
          {
            publisher: { by: "aws" },
          },
        ),
        record("mta-sts.acme.example", cname("sts.operator.example")),
      ),
    ).toEqual([]);
  });

  test("a CNAME stands alone", () => {
    expect(
      said(
        record("mta-sts.acme.example", cname("sts.operator.example")),
        record("mta-sts.acme.example", {
          type: "CAA",
          flags: 0,
          tag: "issue",
          value: "ca.example",
        }),
        record("mta-sts.acme.example", cname("other.operator.example"), { path: "second" }),
      ),
    ).toEqual([
      "error CAA@mta-sts.acme.example: its CAA record stands at mta-sts.acme.example beside the CNAME of CNAME@mta-sts.acme.example [RFC 1034 §3.6.2]",
      "error second: its CNAME record stands at mta-sts.acme.example beside the CNAME of CNAME@mta-sts.acme.example [RFC 1034 §3.6.2]",
    ]);
  });

  test("a CNAME at the apex of a customer's zone; Cloudflare flattens it", () => {
    const external = { by: "external", zone: "mta-sts.acme.example" } as const;
    const cloudflare = { by: "cloudflare", zone: "mta-sts.acme.example", zoneId: ZONE_ID } as const;
    const apex = (publisher: PlannedRecord["publisher"]) =>
      said(record("mta-sts.acme.example", cname("sts.operator.example"), { publisher }));
    expect(apex(external)).toEqual([
      "error CNAME@mta-sts.acme.example: a CNAME at mta-sts.acme.example, where the zone's own SOA and NS records stand [RFC 1034 §3.6.2]",
    ]);
    expect(apex(cloudflare)).toEqual([]);
  });

  test("a record twice", () => {
    expect(
      said(
        record("tx.acme.example", mx("tx1.mail.acme.example")),
        record("tx.acme.example", mx("tx1.mail.acme.example"), { path: "second" }),
      ),
    ).toEqual([
      "error second: tx.acme.example MX stands twice with one value; the other is of MX@tx.acme.example [RFC 2181 §5]",
      'warning MX@tx.acme.example: MX of tx.acme.example: "tx1.mail.acme.example" stands twice [RFC 5321 §5.1]',
    ]);
  });

  test.each([
    ["SPF record", "v=spf1 a -all", "v=spf1 mx -all", "RFC 7208 §3.2"],
    ["DMARC record", "v=DMARC1; p=none", "v=DMARC1; p=reject", "RFC 9989 §4.10"],
    ["MTA-STS record", "v=STSv1; id=1", "v=STSv1; id=2", "RFC 8461 §3.1"],
    [
      "TLS-RPT record",
      "v=TLSRPTv1; rua=mailto:a@b.example",
      "v=TLSRPTv1; rua=mailto:c@b.example",
      "RFC 8460 §3",
    ],
    [
      "BIMI record",
      "v=BIMI1; l=https://a.example/x.svg",
      "v=BIMI1; l=",
      "draft-brand-indicators §4.2",
    ],
    ["DKIM key", "v=DKIM1; p=YQ==", "v=DKIM1; p=", "RFC 6376 §3.6.2.2"],
  ])("two of %s", (title, first, second, rule) => {
    expect(
      said(
        record("n.acme.example", txt(first), { path: "first" }),
        record("n.acme.example", txt(second), { path: "second" }),
        record("other.acme.example", txt(second)),
      ),
    ).toEqual([
      `error second: a second ${title} at n.acme.example; the other is of first [${rule}]`,
    ]);
  });

  test("v=spf10 is no SPF record", () => {
    expect(
      said(
        record("n.acme.example", txt("v=spf1 -all")),
        record("n.acme.example", txt("v=spf10 x")),
      ),
    ).toEqual([]);
  });

  test("a null MX beside another", () => {
    expect(
      said(record("n.acme.example", mx("", 0)), record("n.acme.example", mx("mx.acme.example"))),
    ).toEqual([
      "error MX@n.acme.example: MX of n.acme.example: a null MX stands beside other MX records [RFC 7505 §3]",
    ]);
  });

  test("two records with one key", () => {
    expect(
      said(
        record("a.acme.example", txt("x"), { key: "same", path: "first" }),
        record("b.acme.example", txt("y"), { key: "same", path: "second" }),
      ),
    ).toEqual(["error second: its record and one of first are both called same [undefined]"]);
  });
});

describe("what records point to", () => {
  test("an MX and a PTR to a CNAME", () => {
    expect(
      said(
        record("host.acme.example", cname("real.acme.example")),
        record("tx.acme.example", mx("host.acme.example")),
        record(
          { address: "tx1" },
          { type: "PTR", host: "host.acme.example" },
          {
            publisher: { by: "aws" },
          },
        ),
      ),
    ).toEqual([
      "error MX@tx.acme.example: its MX record points to host.acme.example, which is a CNAME (CNAME@host.acme.example) [RFC 2181 §10.3]",
      "error PTR: its PTR record points to host.acme.example, which is a CNAME (CNAME@host.acme.example) [RFC 2181 §10.2]",
    ]);
  });

  test("an MX to a name that never mails", () => {
    expect(
      said(
        record("quiet.acme.example", mx("", 0)),
        record("tx.acme.example", mx("quiet.acme.example")),
      ),
    ).toEqual([
      "warning MX@tx.acme.example: mail to tx.acme.example goes to quiet.acme.example, which has a null MX (MX@quiet.acme.example) [RFC 7505 §3]",
    ]);
  });
});

describe("wildcards", () => {
  test("a name beside a wildcard is not covered by it", () => {
    expect(
      said(
        record("*.acme.example", txt("v=spf1 -all")),
        record("tx.acme.example", mx("tx1.mail.acme.example")),
        record("tx1.mail.acme.example", a("tx1")),
      ),
    ).toEqual([
      "warning TXT@*.acme.example: *.acme.example does not answer for tx.acme.example and 1 more, nor below: names that exist are not covered [RFC 4592 §2.2.1]",
    ]);
  });

  test("a wildcard elsewhere covers nothing of it", () => {
    expect(said(record("*.x.acme.example", txt("x")), record("y.acme.example", txt("y")))).toEqual(
      [],
    );
  });
});

describe("lengths", () => {
  const label = "l".repeat(63);

  test("a name made too long by what is put before it", () => {
    // 253 characters: at the limit by itself, over it with `_dmarc.`.
    const domain = `${label}.${label}.${label}.${"l".repeat(53)}.example`;
    expect(domain).toHaveLength(253);
    expect(said(record(domain, txt("x")))).toEqual([]);
    expect(said(record(`_dmarc.${domain}`, txt("x")))[0]).toMatch(
      /260 characters \[RFC 1035 §2.3.4\]$/,
    );
  });

  test("an address in a name counts with twelve digits", () => {
    const below = (length: number) => `${label}.${label}.${label}.${"l".repeat(length)}.example`;
    const at = (length: number) =>
      said(record({ address: "a", below: below(length) }, { type: "A", address: "127.0.0.2" }));
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
      said(
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
    expect(said(record("tx.acme.example", txt("x"), { ttl }))).toHaveLength(faults);
  });

  test("1 is not automatic in the customer's zone; said once", () => {
    const publisher = { by: "external", zone: "acme.example" } as const;
    expect(
      said(
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
    expect(said(record("n.acme.example", txt(ofSize(4_096))))).toEqual([]);
    expect(said(record("n.acme.example", txt(ofSize(4_098))))).toEqual([
      "error TXT@n.acme.example: n.acme.example TXT takes up to 4098 bytes [Cloudflare DNS record limits]",
    ]);
    const publisher = { by: "external", zone: "acme.example" } as const;
    expect(said(record("n.acme.example", txt(ofSize(4_098)), { publisher }))).toEqual([]);
  });

  test("8,192 bytes of one name and type at Cloudflare", () => {
    const three = (size: number) =>
      said(
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
    expect(said(record("n.acme.example", txt(...spf(203))))).toEqual([]);
    expect(said(record("n.acme.example", txt(...spf(204))))).toHaveLength(1);
    const ranges = Array.from({ length: 204 }, (_, index) => `k${index}`);
    expect(said(record("n.acme.example", txt("v=spf1 ", { ranges }, " -all")))).toHaveLength(1);
  });
});
