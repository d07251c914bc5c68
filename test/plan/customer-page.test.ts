import { describe, expect, test } from "vitest";
import { customerPage } from "../../plan/output/customer-page.ts";
import type { PlannedRecord, RecordData } from "../../plan/record.ts";
import { EXTERNAL, planWith, record } from "./output-support.ts";

/** A record that the customer publishes. */
function theirs(key: string, name: PlannedRecord["name"], data: RecordData): PlannedRecord {
  return record(key, name, data, { publisher: EXTERNAL });
}

const txt = (...text: (string | { address: string } | { dkimKey: string })[]): RecordData => ({
  type: "TXT",
  text,
});

const LONG = `v=DKIM1; p=${"A".repeat(300)}`;
const RECORDS = [
  record("ours", "tx.acme.example", txt("v=spf1 -all")),
  theirs("dmarc", "_dmarc.customer.example", txt("v=DMARC1; p=reject")),
  theirs("sts", "_mta-sts.customer.example", txt("v=STSv1; id=1")),
  theirs("sts-host", "mta-sts.customer.example", { type: "CNAME", target: "sts.acme.example" }),
  theirs("tls", "_smtp._tls.customer.example", txt("v=TLSRPTv1; rua=mailto:t@acme.example")),
  theirs("spf", "customer.example", txt("v=spf1 ip4:", { address: "tx1" }, " -all")),
  theirs("dkim", "s1._domainkey.customer.example", txt(LONG)),
  theirs("mx", "bounce.customer.example", {
    type: "MX",
    preference: 10,
    exchange: "tx1.acme.example",
  }),
  theirs("a", "tx1.mail.customer.example", { type: "A", address: { address: "tx1" } }),
];
const FILE = {
  domain: "customer.example",
  url: "https://mta-sts.customer.example/.well-known/mta-sts.txt",
  text: "version: STSv1\r\nmode: none\r\n",
};
const OURS = { ...FILE, domain: "acme.example", url: "https://ours.example" };
const PLAN = planWith(RECORDS, { policyFiles: [FILE, OURS] });
const KNOWN = { tx1: "192.0.2.4" };

describe("the page for a customer's zone", () => {
  test("is absent when we publish everything", () => {
    expect(customerPage(planWith(RECORDS.slice(0, 1)), KNOWN)).toBeUndefined();
  });

  test("zone text: in the order to publish, with what must be true before", () => {
    expect(
      customerPage(PLAN, KNOWN)?.zone,
    ).toBe(`; DNS records for acme.example, to be published in customer.example

; 1. Host names of the sending addresses
; Publish these first and tell us: the reverse name of an address can only be set once its host name resolves to it, and no mail is sent before.
; reason of a
tx1.mail.customer.example. 3600 IN A 192.0.2.4

; 2. Who may send: SPF, DKIM, bounces
; Publish these before the first message; we sign with a DKIM key only once it stands. A name has one SPF record: put the one given here in the place of what stands there now, never beside it.
; reason of spf
customer.example. 3600 IN TXT "v=spf1 ip4:192.0.2.4 -all"
; reason of dkim
s1._domainkey.customer.example. 3600 IN TXT "v=DKIM1; p=${"A".repeat(244)}" "${"A".repeat(56)}"
; reason of mx
bounce.customer.example. 3600 IN MX 10 tx1.acme.example.

; 3. Reports of failed TLS: TLS-RPT
; At any time.
; reason of tls
_smtp._tls.customer.example. 3600 IN TXT "v=TLSRPTv1; rua=mailto:t@acme.example"

; 4. TLS of incoming mail: MTA-STS
; In this order: the policy's host name, the policy file with a certificate that is valid for that name, and the _mta-sts record once the file can be fetched. When the file changes, the record changes after it.
; To be served at https://mta-sts.customer.example/.well-known/mta-sts.txt, lines ending in CRLF:
;   version: STSv1
;   mode: none
; reason of sts-host
mta-sts.customer.example. 3600 IN CNAME sts.acme.example.
; reason of sts
_mta-sts.customer.example. 3600 IN TXT "v=STSv1; id=1"

; 5. Policy: DMARC, BIMI
; Publish these last, once mail passes SPF and DKIM: a policy of quarantine or reject acts on whatever does not. A name has one DMARC record: it takes the place of the old one.
; reason of dmarc
_dmarc.customer.example. 3600 IN TXT "v=DMARC1; p=reject"
`);
  });

  test("Markdown: each record as web forms ask for it", () => {
    const markdown = customerPage(PLAN, KNOWN)?.markdown ?? "";
    expect(markdown).toContain(`### \`customer.example\` TXT

- Name: \`customer.example\`; within the zone: \`@\`
- Type: TXT
- TTL: 3600
- Why: reason of spf
- Value:

  \`\`\`text
  v=spf1 ip4:192.0.2.4 -all
  \`\`\``);
    expect(markdown).toContain(`- Name: \`bounce.customer.example\`; within the zone: \`bounce\`
- Type: MX
- TTL: 3600
- Why: reason of mx
- Preference: 10
- Mail server: \`tx1.acme.example.\``);
    // A form wants the key as one string, however many the zone file needs.
    expect(markdown).toContain(`\n  ${LONG}\n`);
    expect(markdown).toContain("version: STSv1\nmode: none\n```");
    expect(markdown).not.toContain("ours.example");
    expect(markdown).not.toContain("preview");
  });

  test("says that it is a preview while an address or a key is unknown, and only then", () => {
    const preview = "; This is a preview: what stands in {braces}";
    expect(customerPage(PLAN, {})?.zone).toContain(preview);
    expect(customerPage(PLAN, {})?.zone).toContain("IN A {tx1}\n");
    const key = theirs(
      "key",
      "s2._domainkey.customer.example",
      txt("v=DKIM1; p=", { dkimKey: "s2" }),
    );
    expect(customerPage(planWith([key]), KNOWN)?.zone).toContain(preview);
    // Braces of an SPF macro are no reference.
    const macro = theirs(
      "macro",
      "customer.example",
      txt("v=spf1 exists:%{i}._spf.customer.example -all"),
    );
    expect(customerPage(planWith([macro]), {})?.zone).not.toContain("preview");
  });
});
