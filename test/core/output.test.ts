import { describe, expect, test } from "vitest";
import type { Problem } from "../../core/problem.ts";
import { renderPlan } from "../../core/render/plan.ts";
import { EXTERNAL, planWith, record } from "./output-support.ts";

const AWS = { by: "aws" } as const;
const LONG = `v=DKIM1; p=${"A".repeat(300)}`;

const PLAN = planWith(
  [
    record(
      "txt",
      "customer.example",
      { type: "TXT", text: ['quoted " | `tick`'] },
      { publisher: EXTERNAL },
    ),
    record(
      "ptr",
      { address: "tx1" },
      { type: "PTR", host: "tx1.mail.acme.example" },
      { publisher: AWS },
    ),
    record("a", "tx1.mail.acme.example", { type: "A", address: { address: "tx1" } }),
    record("spf", "tx.acme.example", {
      type: "TXT",
      text: ["v=spf1 ip4:", { address: "tx1" }, " ", { ranges: ["tx1", "tx2"] }, " -all"],
    }),
    record(
      "list",
      { address: "tx1", below: "_spf.acme.example" },
      { type: "A", address: "127.0.0.2" },
    ),
    record("dkim", "s1._domainkey.tx.acme.example", {
      type: "TXT",
      text: ["v=DKIM1; p=", { dkimKey: "s1" }],
    }),
    record("long", "s2._domainkey.tx.acme.example", { type: "TXT", text: [LONG] }),
    record(
      "mx1",
      "tx.acme.example",
      { type: "MX", preference: 10, exchange: "a.acme.example" },
      { why: "mail" },
    ),
    record(
      "mx2",
      "tx.acme.example",
      { type: "MX", preference: 20, exchange: "b.acme.example" },
      { why: "mail" },
    ),
    record("null", "n.acme.example", { type: "MX", preference: 0, exchange: "" }),
    record("cname", "mta-sts.acme.example", { type: "CNAME", target: "sts.acme.example" }),
    record("caa", "sts.acme.example", { type: "CAA", flags: 0, tag: "issue", value: "ca.example" }),
  ],
  {
    policyFiles: [
      {
        domain: "acme.example",
        url: "https://mta-sts.acme.example/.well-known/mta-sts.txt",
        text: "version: STSv1\r\nmode: none\r\nmax_age: 60\r\n",
        servedBy: "sts.acme.example",
      },
    ],
  },
);

const KNOWN = { tx1: "192.0.2.4", tx2: "192.0.2.5" };

const PROBLEMS: Problem[] = [
  {
    code: "dmarc-no-reports",
    level: "warning",
    stack: "acme",
    path: "sendips:tenant.a",
    message: "odd",
    fix: "even",
  },
  {
    code: "spf-lookups",
    level: "error",
    stack: "acme",
    path: "sendips:tenant.b",
    message: "bad",
    fix: "good",
    rule: "RFC 1",
  },
];

describe("zone file", () => {
  test("by publisher, with reasons; references until addresses are known", () => {
    expect(renderPlan(PLAN, [])).toBe(
      `; Zone acme.example, published by us at Cloudflare
; reason of a
tx1.mail.acme.example. 3600 IN A {tx1}
; reason of spf
tx.acme.example. 3600 IN TXT "v=spf1 ip4:{tx1} ip4:{tx1} ip4:{tx2} -all"
; reason of list
{tx1}._spf.acme.example. 3600 IN A 127.0.0.2
; reason of dkim
s1._domainkey.tx.acme.example. 3600 IN TXT "v=DKIM1; p={DKIM key of s1}"
; reason of long
s2._domainkey.tx.acme.example. 3600 IN TXT "v=DKIM1; p=${"A".repeat(244)}" "${"A".repeat(56)}"
; mail
tx.acme.example. 3600 IN MX 10 a.acme.example.
tx.acme.example. 3600 IN MX 20 b.acme.example.
; reason of null
n.acme.example. 3600 IN MX 0 .
; reason of cname
mta-sts.acme.example. 3600 IN CNAME sts.acme.example.
; reason of caa
sts.acme.example. 3600 IN CAA 0 issue "ca.example"

; Zone customer.example, published by the customer
; reason of txt
customer.example. 3600 IN TXT "quoted \\" | \`tick\`"

; Reverse names, set at AWS, which keeps its own TTL
; reason of ptr
{reverse name of tx1} IN PTR tx1.mail.acme.example.

; To be served by sts.acme.example at https://mta-sts.acme.example/.well-known/mta-sts.txt, lines ending in CRLF:
;   version: STSv1
;   mode: none
;   max_age: 60
`,
    );
  });

  test("real values once they are known", () => {
    const lines = renderPlan(PLAN, [], { known: KNOWN }).split("\n");
    expect(lines).toContain("tx1.mail.acme.example. 3600 IN A 192.0.2.4");
    expect(lines).toContain(
      'tx.acme.example. 3600 IN TXT "v=spf1 ip4:192.0.2.4 ip4:192.0.2.4/31 -all"',
    );
    expect(lines).toContain("192.0.2.4._spf.acme.example. 3600 IN A 127.0.0.2");
    expect(lines).toContain("4.2.0.192.in-addr.arpa. IN PTR tx1.mail.acme.example.");
  });

  test("problems come after it as comments, errors first", () => {
    const text = renderPlan(planWith([]), PROBLEMS);
    expect(text.trim()).toBe(`; error: acme: sendips:tenant.b: bad [RFC 1] (spf-lookups)
;   good
; warning: acme: sendips:tenant.a: odd (dmarc-no-reports)
;   even`);
  });

  test("without a plan, the problems alone", () => {
    expect(renderPlan(undefined, PROBLEMS.slice(1))).toBe(
      "; error: acme: sendips:tenant.b: bad [RFC 1] (spf-lookups)\n;   good\n",
    );
  });
});

test("table: columns aligned, nothing cut", () => {
  const plan = planWith([
    record("a", "tx1.mail.acme.example", { type: "A", address: { address: "tx1" } }),
    record("long", "s2._domainkey.tx.acme.example", { type: "TXT", text: [LONG] }),
    record(
      "ptr",
      { address: "tx1" },
      { type: "PTR", host: "tx1.mail.acme.example" },
      { publisher: AWS },
    ),
  ]);
  expect(renderPlan(plan, PROBLEMS, { format: "table", known: { tx1: "192.0.2.4" } })).toBe(
    `Addresses
  KEY  IPV4       PRIVATE IP  HOST NAME              STREAMS
  tx1  192.0.2.4  10.0.1.10   tx1.mail.acme.example  transactional

Zone acme.example, published by us at Cloudflare
  NAME                           TTL   TYPE  VALUE
  tx1.mail.acme.example          3600  A     192.0.2.4
  s2._domainkey.tx.acme.example  3600  TXT   ${LONG}

Reverse names, set at AWS, which keeps its own TTL
  NAME                    TTL  TYPE  VALUE
  4.2.0.192.in-addr.arpa  -    PTR   tx1.mail.acme.example.

error: acme: sendips:tenant.b: bad [RFC 1] (spf-lookups)
  good
warning: acme: sendips:tenant.a: odd (dmarc-no-reports)
  even
`,
  );
});

test("markdown: what Markdown would read is escaped", () => {
  const plan = planWith(
    [
      record(
        "txt",
        "_dmarc.acme.example",
        { type: "TXT", text: ["a|b `c`"] },
        { why: "be_cause | *so*" },
      ),
    ],
    { addresses: [] },
  );
  expect(renderPlan(plan, PROBLEMS, { format: "markdown" })).toBe(
    `# acme: acme.example

## Zone acme.example, published by us at Cloudflare

| Name | Type | TTL | Value | Why |
| --- | --- | --- | --- | --- |
| \`_dmarc.acme.example\` | TXT | 3600 | \`\` a\\|b \`c\` \`\` | be\\_cause \\| \\*so\\* |

## Problems

- **error** \`spf-lookups\` acme \`sendips:tenant.b\`: bad (RFC 1). good
- **warning** \`dmarc-no-reports\` acme \`sendips:tenant.a\`: odd. even
`,
  );
});

describe("JSON", () => {
  const json = (known = {}) => JSON.parse(renderPlan(PLAN, PROBLEMS, { format: "json", known }));
  const byKey = (plan: { records: { key: string }[] }, key: string) =>
    plan.records.find((one) => one.key === key);

  test("references as objects until they are known", () => {
    const plan = json();
    expect(plan).toMatchObject({ stack: "acme", domain: "acme.example" });
    expect(plan.addresses).toMatchObject([{ key: "tx1", ipv4: null, streams: ["transactional"] }]);
    expect(byKey(plan, "ptr")).toEqual({
      key: "ptr",
      name: { address: "tx1" },
      type: "PTR",
      ttl: null,
      value: "tx1.mail.acme.example.",
      publisher: "aws",
      zone: null,
      why: "reason of ptr",
      path: "sendips:tenant.ptr",
    });
    expect(byKey(plan, "a")).toMatchObject({ value: [{ address: "tx1" }], ttl: 3600 });
    expect(byKey(plan, "list")).toMatchObject({
      name: { address: "tx1", below: "_spf.acme.example" },
    });
    expect(byKey(plan, "dkim")).toMatchObject({ value: ["v=DKIM1; p=", { dkimKey: "s1" }] });
    expect(byKey(plan, "txt")).toMatchObject({ value: 'quoted " | `tick`', publisher: "external" });
    expect(plan.policyFiles).toHaveLength(1);
    expect(plan.problems.map(({ level }: Problem) => level)).toEqual(["error", "warning"]);
  });

  test("a value is a text once all of it is known, and not before", () => {
    const half = json({ tx1: "192.0.2.4" });
    expect(byKey(half, "spf")).toMatchObject({
      value: ["v=spf1 ip4:", { address: "tx1" }, " ", { ranges: ["tx1", "tx2"] }, " -all"],
    });
    expect(half.addresses).toMatchObject([{ ipv4: "192.0.2.4" }]);
    const whole = json(KNOWN);
    expect(byKey(whole, "spf")).toMatchObject({
      value: "v=spf1 ip4:192.0.2.4 ip4:192.0.2.4/31 -all",
    });
    expect(byKey(whole, "ptr")).toMatchObject({ name: "4.2.0.192.in-addr.arpa" });
    expect(byKey(whole, "list")).toMatchObject({ name: "192.0.2.4._spf.acme.example" });
  });

  test("has the same keys when errors leave no plan", () => {
    const none = JSON.parse(renderPlan(undefined, [], { format: "json", stack: "acme" }));
    expect(Object.keys(none)).toEqual(Object.keys(json()));
    expect(none).toMatchObject({ stack: "acme", domain: null, records: [] });
  });
});

test("a record that waits is shown as not set, with what it waits for, in every form", () => {
  const waitsFor = "the customer publishes the A record of tx1.mail.acme.example";
  const data = { type: "PTR", host: "tx1.mail.acme.example" } as const;
  const set = record("ptr2", { address: "tx2" }, data, { publisher: AWS });
  const waits = record("ptr", { address: "tx1" }, data, { publisher: AWS, waitsFor });
  const plan = planWith([set, waits]);
  const render = (format: "table" | "markdown" | "json" | "bind") =>
    renderPlan(plan, [], { format });
  const table = render("table");
  const title = "Reverse names, not set yet: each waits for the customer";
  expect(table).toContain(`${title}\n`);
  expect(table).toMatch(new RegExp(`WAITS UNTIL\\n.*tx1\\.mail\\.acme\\.example\\. +${waitsFor}`));
  expect(table.indexOf("Reverse names, set at AWS")).toBeLessThan(table.indexOf(title));
  expect(render("markdown")).toContain(`reason of ptr; waits until ${waitsFor}`);
  expect(render("bind").split("\n")).toContain(
    "; not set yet: {reverse name of tx1} IN PTR tx1.mail.acme.example.",
  );
  const { records } = JSON.parse(render("json")) as { records: { waitsFor?: string }[] };
  expect(records.map((each) => each.waitsFor)).toEqual([undefined, waitsFor]);
});
