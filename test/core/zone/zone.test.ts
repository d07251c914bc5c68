import { describe, expect, test } from "vitest";
import type { PlannedRecord } from "../../../core/tenant/record.ts";
import { a, cname, mx, record, txt, ZONE_ID, zoneFindingLines } from "./support.ts";

describe("records of one name", () => {
  test("an ordinary name with several types is in order", () => {
    expect(
      zoneFindingLines(
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
      zoneFindingLines(
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
      zoneFindingLines(
        record("mta-sts.acme.example", cname("sts.operator.example"), { publisher }),
      );
    expect(apex(external)).toEqual([
      "error CNAME@mta-sts.acme.example: a CNAME at mta-sts.acme.example, where the zone's own SOA and NS records stand [RFC 1034 §3.6.2]",
    ]);
    expect(apex(cloudflare)).toEqual([]);
  });

  test("a record twice", () => {
    expect(
      zoneFindingLines(
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
      zoneFindingLines(
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
      zoneFindingLines(
        record("n.acme.example", txt("v=spf1 -all")),
        record("n.acme.example", txt("v=spf10 x")),
      ),
    ).toEqual([]);
  });

  test("a null MX beside another", () => {
    expect(
      zoneFindingLines(
        record("n.acme.example", mx("", 0)),
        record("n.acme.example", mx("mx.acme.example")),
      ),
    ).toEqual([
      "error MX@n.acme.example: MX of n.acme.example: a null MX stands beside other MX records [RFC 7505 §3]",
    ]);
  });

  test("two records with one key", () => {
    expect(
      zoneFindingLines(
        record("a.acme.example", txt("x"), { key: "same", path: "first" }),
        record("b.acme.example", txt("y"), { key: "same", path: "second" }),
      ),
    ).toEqual(["error second: its record and one of first are both called same [undefined]"]);
  });
});

describe("what records point to", () => {
  test("an MX and a PTR to a CNAME", () => {
    expect(
      zoneFindingLines(
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
      zoneFindingLines(
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
      zoneFindingLines(
        record("*.acme.example", txt("v=spf1 -all")),
        record("tx.acme.example", mx("tx1.mail.acme.example")),
        record("tx1.mail.acme.example", a("tx1")),
      ),
    ).toEqual([
      "warning TXT@*.acme.example: *.acme.example does not answer for tx.acme.example and 1 more, nor below: names that exist are not covered [RFC 4592 §2.2.1]",
    ]);
  });

  test("a wildcard elsewhere covers nothing of it", () => {
    expect(
      zoneFindingLines(record("*.x.acme.example", txt("x")), record("y.acme.example", txt("y"))),
    ).toEqual([]);
  });
});

test("a text with a control character, as pasting leaves one", () => {
  expect(zoneFindingLines(record("acme.example", txt("x=1\u0007")))).toEqual([
    "warning TXT@acme.example: the value holds a control character [RFC 1035 §5.1]",
  ]);
  expect(zoneFindingLines(record("acme.example", txt("x=1 é")))).toEqual([]);
});
