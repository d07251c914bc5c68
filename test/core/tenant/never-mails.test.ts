import { describe, expect, it } from "vitest";
import { checkNeverMails } from "../../../core/tenant/never-mails/check.ts";
import { findingLines, planRecords, records, SIGNED } from "./support.ts";

const old = "old.acme.example";
const never = (names: string[], tenant: object = {}) =>
  findingLines(checkNeverMails(planRecords({ neverMails: names, ...tenant })));

describe("domains that never mail", () => {
  it("get a null MX, SPF and DMARC that refuse everything", () => {
    const context = planRecords({ neverMails: ["parked.acme.example", old, old] });
    expect(records(context, "null-mx-")).toEqual([
      `null-mx-${old} ${old} MX 0 .`,
      "null-mx-parked.acme.example parked.acme.example MX 0 .",
    ]);
    expect(records(context, `spf-${old}`)).toEqual([`spf-${old} ${old} TXT v=spf1 -all`]);
    expect(records(context, `dmarc-${old}`)).toEqual([
      `dmarc-${old} _dmarc.${old} TXT v=DMARC1; p=reject; rua=mailto:dmarc@operator.example`,
    ]);
    expect(context.records.find(({ key }) => key === `spf-${old}`)?.path).toBe(
      "sendips:tenant.neverMails[1]",
    );
  });

  it("are good when nothing else is asked of them", () => {
    expect(never([old, "mail.acme.example"])).toEqual([]);
  });

  it("need no second mention", () => {
    expect(never([old, old])).toEqual([`warning neverMails[1] never-mails-twice: ${old}`]);
  });

  it("may be the tenant's own, which keeps its DMARC record", () => {
    const neverMails = ["acme.example"];
    expect(never(neverMails)).toEqual([]);
    const own = planRecords({ neverMails });
    expect(records(own, "null-mx-")).toEqual(["null-mx-acme.example acme.example MX 0 ."]);
    expect(records(own, "spf-acme.example")).toEqual([
      "spf-acme.example acme.example TXT v=spf1 -all",
    ]);
    expect(records(own, "dmarc-acme.example")).toEqual([
      "dmarc-acme.example _dmarc.acme.example TXT v=DMARC1; p=reject; rua=mailto:dmarc@operator.example",
    ]);
  });

  it("are the tenant's own only under reject, and without SPF of another mind", () => {
    const spf = { include: ["_spf.google.com"] };
    const tenant = { neverMails: ["acme.example"], dmarc: { policy: "reject", test: true }, spf };
    expect(never(["acme.example"], tenant)).toEqual([
      "error neverMails[0] never-mails-dmarc: acme.example",
      "error neverMails[0] never-mails-spf: acme.example",
    ]);
    expect(never(["acme.example"], { dmarc: { policy: "quarantine" } })).toHaveLength(1);
    expect(never(["acme.example"], { spf: { addresses: "ranges" } })).toEqual([]);
    // The errors say it: the records that would clash are not made.
    expect(records(planRecords(tenant), "null-mx-")).toEqual([]);
  });

  it("neither send nor take bounces (RFC 7505 §4.2)", () => {
    expect(never(["tx.acme.example", "bounce.news.acme.example"])).toEqual([
      "error neverMails[0] mx-null-in-use: tx.acme.example",
      "error neverMails[1] mx-null-in-use: bounce.news.acme.example",
    ]);
  });

  it("are no host name of an address", () => {
    expect(never(["tx1.mail.acme.example"])).toEqual([
      "error neverMails[0] never-mails-host: tx1.mail.acme.example",
    ]);
  });

  it("take no reports", () => {
    const dmarc = {
      policy: "reject",
      reports: [`mailto:a@${old}`],
      failureReports: [`mailto:f@${old}`],
    };
    const tlsReports = { "acme.example": { reports: [`mailto:t@${old}`, `https://${old}/tls`] } };
    expect(never([old], { dmarc, tlsReports })).toEqual([
      `error dmarc.reports never-mails-reports: ${old}`,
      `error dmarc.failureReports never-mails-reports: ${old}`,
      `error tlsReports["acme.example"].reports never-mails-reports: ${old}`,
    ]);
  });

  it("have no use for what serves mail", () => {
    const bimi = { [old]: { logo: "https://acme.example/logo.svg" } };
    const dkim = { s1: { ...SIGNED.s1, domains: [old] } };
    expect(never([old], { bimi, dkim })).toEqual([
      `warning bimi["${old}"] never-mails-idle-config: ${old}`,
      `warning dkim.s1.domains never-mails-idle-config: ${old}`,
    ]);
    expect(never([old], { dkim: { s1: { state: "revoked", domains: [old] } } })).toEqual([]);
  });
});
