import { describe, expect, test } from "vitest";
import { DNS_PANELS } from "../../core/render/customer/dns-panels.ts";
import type { Plan } from "../../core/tenant/plan.ts";
import type { RecordData } from "../../core/tenant/record.ts";
import {
  type CustomerPage,
  customerPage,
  customersRecord,
  planWith,
  record,
  txt,
} from "./output-support.ts";

const LONG = `v=DKIM1; p=${"A".repeat(300)}`;
const MX = { type: "MX", preference: 10, exchange: "tx1.acme.example" } as const;
const CAA = { type: "CAA", flags: 0, tag: "issue", value: "letsencrypt.org" } as const;
const RECORDS = [
  record("ours", "tx.acme.example", txt("v=spf1 -all")),
  customersRecord("dmarc", "_dmarc.customer.example", txt("v=DMARC1; p=reject")),
  customersRecord("sts", "_mta-sts.customer.example", txt("v=STSv1; id=1")),
  customersRecord("sts-host", "mta-sts.customer.example", {
    type: "CNAME",
    target: "sts.acme.example",
  }),
  customersRecord(
    "tls",
    "_smtp._tls.customer.example",
    txt("v=TLSRPTv1; rua=mailto:t@acme.example"),
  ),
  customersRecord("spf", "customer.example", txt("v=spf1 ip4:", { address: "tx1" }, " -all")),
  customersRecord("dkim", "s1._domainkey.customer.example", txt(LONG)),
  customersRecord("mx", "bounce.customer.example", MX),
  customersRecord("a", "tx1.mail.customer.example", { type: "A", address: { address: "tx1" } }),
];
const FILE = {
  domain: "customer.example",
  url: "https://mta-sts.customer.example/.well-known/mta-sts.txt",
  text: "version: STSv1\r\nmode: none\r\n",
};
const OURS = { ...FILE, domain: "acme.example", url: "https://ours.example" };
const PLAN = planWith(RECORDS, { policyFiles: [FILE, OURS] });
const KNOWN = { tx1: "192.0.2.4" };

function pageOf(plan: Plan): CustomerPage {
  const page = customerPage(plan, KNOWN);
  if (page === undefined) throw new Error("no page");
  return page;
}

describe("the page for a customer's zone", () => {
  test("is absent when we publish everything", () => {
    expect(customerPage(planWith(RECORDS.slice(0, 1)), KNOWN)).toBeUndefined();
  });

  test("zone text: in the order to publish, with what must be true before", () => {
    const zone = customerPage(PLAN, KNOWN)?.zone ?? "";
    expect(zone).toMatch(
      /^; DNS records for acme\.example, to be published in customer\.example\n; Order: /,
    );
    expect(zone).toContain(`
; 1. Host names of the sending addresses
; Publish these first and tell us: the reverse name of an address can only be set once its host name resolves to it, and no mail is sent before.

; reason of a
; add
; If the name has an address (A or AAAA) or a CNAME already: stop, tell us.
; DNS only: a proxy answers with its own addresses instead of this one, and carries no mail
; Changes when a sending address is added or goes.
; If left out: The host name of the address does not resolve, so its reverse name cannot be set: receivers refuse mail from it, and we do not send from it.
; check: dig +short A tx1.mail.customer.example. must print 192.0.2.4
; check: nslookup -type=A tx1.mail.customer.example. must print Address: 192.0.2.4
tx1.mail.customer.example. 3600 IN A 192.0.2.4

; 2. Who may send: SPF, DKIM, bounces
`);
    expect(zone).toContain(
      "; To be served at https://mta-sts.customer.example/.well-known/mta-sts.txt, lines ending in CRLF:\n;   version: STSv1\n;   mode: none\n",
    );
    const lines = zone.split("\n").filter((line) => /^(?:; \d\.|[^;])/.test(line));
    expect(lines).toEqual([
      "; 1. Host names of the sending addresses",
      "tx1.mail.customer.example. 3600 IN A 192.0.2.4",
      "; 2. Who may send: SPF, DKIM, bounces",
      'customer.example. 3600 IN TXT "v=spf1 ip4:192.0.2.4 -all"',
      `s1._domainkey.customer.example. 3600 IN TXT "v=DKIM1; p=${"A".repeat(244)}" "${"A".repeat(56)}"`,
      "bounce.customer.example. 3600 IN MX 10 tx1.acme.example.",
      "; 3. Reports of failed TLS: TLS-RPT",
      '_smtp._tls.customer.example. 3600 IN TXT "v=TLSRPTv1; rua=mailto:t@acme.example"',
      "; 4. TLS of incoming mail: MTA-STS",
      "mta-sts.customer.example. 3600 IN CNAME sts.acme.example.",
      '_mta-sts.customer.example. 3600 IN TXT "v=STSv1; id=1"',
      "; 5. Policy: DMARC, BIMI",
      '_dmarc.customer.example. 3600 IN TXT "v=DMARC1; p=reject"',
    ]);
  });

  test("Markdown: each record as web forms ask for it", () => {
    const markdown = customerPage(PLAN, KNOWN)?.markdown ?? "";
    expect(markdown).toContain(`### \`customer.example\` TXT

- **Add** (leave other TXT records at the name alone). If an SPF record stands at this name already, do not publish a second and do not overwrite it: send it to us.
- Full name: \`customer.example\`; relative name: \`@\`
- Type: TXT
- TTL: 3600
- Value without quotes:

  \`\`\`text
  v=spf1 ip4:192.0.2.4 -all
  \`\`\`

- Value with quotes:

  \`\`\`text
  "v=spf1 ip4:192.0.2.4 -all"
  \`\`\`

- Why: reason of spf
- If left out: `);
    expect(markdown).toContain(
      '- Check: `dig +short TXT customer.example.` must print `"v=spf1 ip4:192.0.2.4 -all"`',
    );
    expect(markdown).toContain(`- Full name: \`bounce.customer.example\`; relative name: \`bounce\`
- Type: MX
- TTL: 3600
- Priority (preference): 10
- Mail server: \`tx1.acme.example\`; with its dot: \`tx1.acme.example.\``);
    // Whole without quotes, whole with quotes, and in strings of 255 octets; the check does not repeat it.
    expect(markdown).toContain(`\n  ${LONG}\n`);
    expect(markdown).toContain(`\n  "${LONG}"\n`);
    expect(markdown).toContain(`\n  "v=DKIM1; p=${"A".repeat(244)}" "${"A".repeat(56)}"\n`);
    expect(markdown.split("A".repeat(244))).toHaveLength(4);
    expect(markdown).toContain("version: STSv1\nmode: none\n```");
    expect(markdown).not.toContain("ours.example");
    expect(markdown).not.toContain("preview");
  });

  test("says what a record takes the place of; with nothing known, to stop and ask", () => {
    const plan = planWith([
      customersRecord("old", "_dmarc.customer.example", txt("v=DMARC1; p=reject"), {
        before: ["v=DMARC1; p=none", "v=DMARC1;\n; injected `p`=none"],
      }),
      customersRecord("plain", "customer.example._report._dmarc.customer.example", txt("v=DMARC1")),
      customersRecord("mx", "bounce.customer.example", MX),
      customersRecord("alias", "s1._domainkey.customer.example", {
        type: "CNAME",
        target: "k.acme.example",
      }),
      customersRecord("caa", "mta-sts.customer.example", CAA),
    ]);
    const { markdown, zone, html, csv } = pageOf(plan);
    expect(markdown).toContain(
      "- **Replace**: `v=DMARC1; p=none` and ``v=DMARC1; ; injected `p`=none`` (leave other TXT records at the name alone). If something else than that stands there now: stop, tell us.",
    );
    expect(zone).toContain(
      "; replace (leave other TXT records at the name alone): v=DMARC1; ; injected `p`=none\n",
    );
    expect(html).toContain(">v=DMARC1; ; injected `p`=none<");
    expect(csv).toContain("v=DMARC1; p=none and v=DMARC1; ; injected");
    expect(markdown).toContain("- **Add** (leave other TXT records at the name alone).\n");
    expect(markdown).toContain(
      "- **Add**. If the name has MX records already, other than those on this page: stop, tell us.",
    );
    expect(markdown).toContain(
      "- **Add** (nothing else may stand at the name). If anything stands at this name already, do not overwrite it: send it to us.",
    );
    expect(markdown).toContain("- **Add** (leave other CAA records at the name alone).\n");
  });

  test("each kind that stands alone at its name is named in what to stop at", () => {
    const named: [string, string, string][] = [
      ["tx1.mail.acme.example", "v=spf1 a -all", "an SPF record"],
      ["bounce.tx.acme.example", "v=spf1 -all", "an SPF record"],
      ["customer.example", "v=spf1 -all", "an SPF record"],
      ["s1._domainkey.customer.example", "v=DKIM1; p=", "a DKIM key record"],
      ["_dmarc.customer.example", "v=DMARC1; p=none", "a DMARC record"],
      ["_mta-sts.customer.example", "v=STSv1; id=1", "an MTA-STS record"],
      ["_smtp._tls.customer.example", "v=TLSRPTv1; rua=mailto:a@b.example", "a TLS-RPT record"],
      ["default._bimi.customer.example", "v=BIMI1; l=", "a BIMI record"],
    ];
    const left = named.map(([name, value, what]) => {
      const { markdown } = pageOf(planWith([customersRecord("one", name, txt(value))]));
      expect(markdown, name).toContain(`If ${what} stands at this name already, do not publish`);
      return /^- If left out: (.*)$/m.exec(markdown)?.[1] ?? "";
    });
    // A sentence for each, of the host's, the return path's and a silent domain's SPF too.
    expect(new Set(left).size).toBe(named.length);
    expect(left).not.toContain("");
  });

  test("DNS only where a proxy breaks the record, and nowhere else", () => {
    const dnsOnly = (name: string, data: RecordData) =>
      pageOf(planWith([customersRecord("one", name, data)])).markdown.includes(
        "- Proxy: set “DNS only”",
      );
    expect(dnsOnly("tx1.mail.customer.example", { type: "A", address: { address: "tx1" } })).toBe(
      true,
    );
    expect(dnsOnly("a._domainkey.customer.example", { type: "CNAME", target: "k.example" })).toBe(
      true,
    );
    expect(dnsOnly("b.customer.example", { ...MX, exchange: "tx1.mail.customer.example" })).toBe(
      true,
    );
    expect(dnsOnly("b.customer.example", MX)).toBe(false);
    expect(dnsOnly("b.customer.example", { ...MX, exchange: "notcustomer.example" })).toBe(false);
    expect(dnsOnly("b.customer.example", { ...MX, exchange: "" })).toBe(false);
    expect(dnsOnly("customer.example", txt("v=spf1 -all"))).toBe(false);
  });

  test("the table of panels has the columns that the records need", () => {
    const head = (name: string, data: RecordData) =>
      /^\| Panel .*$/m.exec(pageOf(planWith([customersRecord("one", name, data)])).markdown)?.[0];
    expect(head("x.customer.example", txt("short"))).toBe("| Panel | Name | TXT | Note |");
    expect(head("customer.example", txt(LONG))).toBe(
      "| Panel | Name | The zone itself | TXT | TXT over 255 octets | Note |",
    );
    expect(head("x.customer.example", { type: "CNAME", target: "y.example" })).toBe(
      "| Panel | Name | Target of CNAME, MX | Proxy | Note |",
    );
  });

  test("a panel's fact has a source, and without one it is unconfirmed", () => {
    for (const { title, sources, name, apex, quotes, longTxt, dot } of DNS_PANELS) {
      const facts = [name, apex, quotes, longTxt, dot].filter((fact) => fact !== "unconfirmed");
      expect(sources.length, title).toBeGreaterThan(0);
      for (const { url, says } of sources) {
        expect(url).toMatch(/^https:\/\//);
        expect(says).not.toBe("");
      }
      expect(facts.length > 0 || title.startsWith("Microsoft 365"), title).toBe(true);
    }
    expect(DNS_PANELS.filter(({ proxies }) => proxies).map(({ title }) => title)).toEqual([
      "Cloudflare",
    ]);
  });

  test("says which records stay for ever, and when the others change", () => {
    const { markdown } = pageOf(
      planWith([
        customersRecord(
          "alias",
          "s1._domainkey.customer.example",
          { type: "CNAME", target: "k.example" },
          {
            permanent: true,
          },
        ),
        customersRecord("spf", "customer.example", txt("v=spf1 ip4:", { address: "tx1" }, " -all")),
        customersRecord("key", "s2._domainkey.customer.example", txt("v=DKIM1; p=AA")),
      ]),
    );
    const [, section = ""] = markdown.split("## What stays, and what changes\n\n");
    expect(
      section,
    ).toBe(`- For ever, nothing of ours changes them again: \`s1._domainkey.customer.example\` CNAME
- Change when a sending address is added or goes: \`customer.example\` TXT
- Change when the key is replaced: a new selector is published, this one removed: \`s2._domainkey.customer.example\` TXT
`);
    expect(pageOf(PLAN).markdown).toContain("- For ever: none of these records.");
  });

  test("says that it is a preview while an address or a key is unknown, and only then", () => {
    const preview = "This is a preview: what stands in {braces}";
    expect(customerPage(PLAN, {})?.zone).toContain(`; ${preview}`);
    expect(customerPage(PLAN, {})?.markdown).toContain(`**${preview}`);
    expect(customerPage(PLAN, {})?.html).toContain(preview);
    // A CSV says it in the rows that hold something unknown: the A record and SPF.
    expect(customerPage(PLAN, {})?.csv.split("PREVIEW, do not publish yet")).toHaveLength(3);
    for (const form of Object.values(pageOf(PLAN))) expect(form).not.toMatch(/preview/i);
    expect(customerPage(PLAN, {})?.zone).toContain("IN A {tx1}\n");
    const key = customersRecord(
      "key",
      "s2._domainkey.customer.example",
      txt("v=DKIM1; p=", { dkimKey: "s2" }),
    );
    expect(customerPage(planWith([key]), KNOWN)?.zone).toContain(preview);
    // Braces of an SPF macro are no reference.
    const macro = customersRecord(
      "macro",
      "customer.example",
      txt("v=spf1 exists:%{i}._spf.customer.example -all"),
    );
    expect(customerPage(planWith([macro]), {})?.zone).not.toContain("preview");
  });
});
