import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Problem } from "../../core/problem.ts";
import { ACME, lines, planOf, raw, rsaKey, ZONES } from "./support.ts";

const errors = (problems: readonly Problem[]) => problems.filter(({ level }) => level === "error");

describe("the plan of acme", () => {
  test("holds every record", () => {
    const { plan, problems } = planOf(raw(ACME));
    expect(errors(problems)).toEqual([]);
    expect(plan && lines(plan)).toEqual([
      "mk1.mail.acme.example A <mk1>",
      "<mk1> PTR mk1.mail.acme.example.",
      "mk1.mail.acme.example TXT v=spf1 a -all",
      "tx1.mail.acme.example A <tx1>",
      "<tx1> PTR tx1.mail.acme.example.",
      "tx1.mail.acme.example TXT v=spf1 a -all",
      "acme.example TXT v=spf1 include:_spf.google.com ~all",
      "bounce.news.acme.example TXT v=spf1 ip4:<mk1> -all",
      "bounce.tx.acme.example TXT v=spf1 ip4:<tx1> -all",
      "news.acme.example TXT v=spf1 ip4:<mk1> -all",
      "tx.acme.example TXT v=spf1 ip4:<tx1> -all",
      "bounce.news.acme.example MX 10 mk1.mail.acme.example.",
      "bounce.tx.acme.example MX 10 tx1.mail.acme.example.",
      "_dmarc.acme.example TXT v=DMARC1; p=reject; rua=mailto:dmarc@operator.example",
      "acme.example._report._dmarc.operator.example TXT v=DMARC1;",
    ]);
  });

  test("does not depend on the order of keys", () => {
    const tenant = parse(ACME);
    const reversed = Object.fromEntries(
      Object.entries(tenant)
        .reverse()
        .map(([key, value]) => [
          key,
          key === "addresses" || key === "streams"
            ? Object.fromEntries(Object.entries(value as object).reverse())
            : value,
        ]),
    );
    expect(planOf(raw(reversed))).toEqual(planOf(raw(tenant)));
  });

  test("keeps the keys of what exists when an address and a stream are added", () => {
    const tenant = parse(ACME);
    const before = planOf(raw(tenant)).plan?.records.map((record) => record.key) ?? [];
    tenant.addresses.a0 = { privateIp: "10.0.1.12" };
    tenant.streams.alerts = { from: "alerts.acme.example", addresses: ["a0"] };
    const after = planOf(raw(tenant)).plan?.records.map((record) => record.key) ?? [];
    expect(before.filter((key) => !after.includes(key))).toEqual([]);
    expect(new Set(after).size).toBe(after.length);
  });

  test("merges what sends from one domain into one SPF record", () => {
    const tenant = parse(ACME);
    tenant.streams.transactional.from = "acme.example";
    const { plan } = planOf(raw(tenant));
    expect(plan && lines(plan).filter((line) => line.startsWith("acme.example TXT"))).toEqual([
      "acme.example TXT v=spf1 ip4:<tx1> include:_spf.google.com ~all",
    ]);
  });

  test("derives the DKIM record from the private key and publishes it under each From domain", () => {
    const tenant = parse(ACME);
    const privateKey = rsaKey();
    tenant.dkim = { s1: { state: "signing", privateKey } };
    const { plan } = planOf(raw(tenant));
    const dkim = plan ? lines(plan).filter((line) => line.includes("_domainkey")) : [];
    expect(dkim.map((line) => line.split(" p=")[0])).toEqual([
      "s1._domainkey.news.acme.example TXT v=DKIM1; k=rsa; h=sha256;",
      "s1._domainkey.tx.acme.example TXT v=DKIM1; k=rsa; h=sha256;",
    ]);
    expect(JSON.stringify(plan)).not.toContain(privateKey.slice(40, 80));
  });

  test("leaves PTRs of a customer's zone out, and says so", () => {
    const zones = { ...ZONES, "acme.example": "external" };
    const { problems } = planOf(raw(ACME, { zones }));
    const paths = (list: readonly Problem[]) => list.map(({ path }) => path);
    expect(errors(problems)).toEqual([]);
    expect(paths(problems)).toContain("sendips:tenant.hostNames");
    const waiting = { ...parse(ACME), waitForCustomerRecords: true };
    expect(paths(planOf(raw(waiting, { zones })).problems)).not.toContain(
      "sendips:tenant.hostNames",
    );
  });

  test("writes an internationalised domain as A-labels", () => {
    const zones = {
      ...ZONES,
      "bücher.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" },
    };
    const { plan, problems } = planOf(
      raw(ACME.replaceAll("acme.example", "Bücher.example"), { zones }),
    );
    expect(errors(problems)).toEqual([]);
    expect(plan?.addresses[0]?.hostName).toBe("mk1.mail.xn--bcher-kva.example");
  });
});
