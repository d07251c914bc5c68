import { describe, expect, it } from "vitest";
import { checkDmarc } from "../../../core/tenant/dmarc/check.ts";
import { dmarcView } from "../../../core/tenant/dmarc/view.ts";
import { checkConsents } from "../../../core/tenant/report-consent/check.ts";
import { REPORT_HOSTS } from "../../../mail/dmarc/report-hosts.ts";
import { findingLines, GOOD, oneStream, planRecords, records, SIGNED, ZONES } from "./support.ts";

/** What is wrong with the DMARC of a tenant that signs, and with the consents to its reports. */
const dmarc = (tenant: object = {}, operator: object = {}) => {
  const context = planRecords({ dkim: SIGNED, ...tenant }, { ...operator });
  return findingLines([...checkDmarc(context), ...checkConsents(context)]);
};

describe("the DMARC record", () => {
  it("holds what the config says, in the RFC's order, and nothing by default", () => {
    expect(records(planRecords(), "dmarc-")).toEqual([
      "dmarc-acme.example _dmarc.acme.example TXT v=DMARC1; p=reject; rua=mailto:dmarc@operator.example",
    ]);
    expect(records(planRecords({ dmarc: {} }), "dmarc-")).toEqual([
      "dmarc-acme.example _dmarc.acme.example TXT v=DMARC1; p=none",
    ]);
    const all = {
      policy: "quarantine",
      subdomainPolicy: "reject",
      nonexistentPolicy: "reject",
      test: true,
      organizational: "yes",
      dkimAlignment: "strict",
      spfAlignment: "strict",
      failureOptions: ["1", "d", "1"],
      reports: ["mailto:a@acme.example", "mailto:a@acme.example"],
      failureReports: ["mailto:f@acme.example"],
    };
    expect(records(planRecords({ dmarc: all }), "dmarc-")).toEqual([
      "dmarc-acme.example _dmarc.acme.example TXT v=DMARC1; p=quarantine; sp=reject; np=reject; t=y; psd=n; adkim=s; aspf=s; fo=1:d; rua=mailto:a@acme.example; ruf=mailto:f@acme.example",
    ]);
    const relaxed = { ...GOOD.dmarc, dkimAlignment: "relaxed", organizational: "suffix" };
    expect(records(planRecords({ dmarc: relaxed }), "dmarc-")[0]).toContain(
      "p=reject; psd=y; rua=",
    );
  });

  it("takes the operator's reports where the tenant names none, and none where it says so", () => {
    const operator = { reports: ["mailto:all@operator.example"] };
    const text = (value: object) => records(planRecords({ dmarc: value }, operator), "dmarc-")[0];
    expect(text({ policy: "reject" })).toContain("; rua=mailto:all@operator.example");
    expect(text({ policy: "reject", reports: [] })).not.toContain("rua=");
  });

  it("is linted as published", () => {
    expect(dmarc()).toEqual([]);
    expect(dmarc({ dmarc: { policy: "none" } })).toEqual([
      "warning dmarc dmarc-policy-none",
      "warning dmarc dmarc-no-reports",
    ]);
    const fo = { ...GOOD.dmarc, failureOptions: ["1"] };
    expect(dmarc({ dmarc: fo })).toEqual(["warning dmarc dmarc-failure-options-idle"]);
  });

  it("is not asked for reports by a domain that never mails", () => {
    expect(dmarc({ neverMails: ["old.acme.example"] })).toEqual([]);
  });
});

describe("the record that receivers find", () => {
  it("is that of its own organisation, where a zone of the list holds it, else none", () => {
    const zones = { ...ZONES, "shop.example": "external" };
    const other = oneStream({ from: "news.shop.example" });
    expect(dmarc(other, { zones })).toEqual([]);
    const elsewhere = { ...ZONES, "news.shop.example": "external" };
    expect(dmarc(other, { zones: elsewhere })).toEqual([
      "warning streams.main.from dmarc-uncovered: news.shop.example",
    ]);
  });

  it("differs between the tree walk and the public suffix list below the organisational domain", () => {
    const below = {
      domain: "eu.acme.example",
      hostNames: "mail.eu.acme.example",
      ...oneStream({ from: "tx.eu.acme.example" }),
    };
    expect(dmarc(below)).toEqual([
      "warning domain dmarc-found-apart: eu.acme.example tx.eu.acme.example",
    ]);
    // The domain itself holds the record that both look for first; only sp= counts elsewhere.
    expect(dmarc({ ...below, ...oneStream({ from: "eu.acme.example" }) })).toEqual([
      "warning streams.main.from dmarc-organization-differs: acme.example eu.acme.example",
    ]);
    expect(dmarc({ ...below, dmarc: { ...GOOD.dmarc, subdomainPolicy: "reject" } })[0]).toBe(
      "warning dmarc dmarc-subdomain-policy-idle",
    );
  });

  it("says one thing once for all From domains", () => {
    const two = { domain: "eu.acme.example", hostNames: "mail.eu.acme.example" };
    const streams = {
      a: { from: "a.eu.acme.example", addresses: ["tx1"] },
      b: { from: "b.eu.acme.example", addresses: ["mk1"] },
    };
    const findings = dmarc({ ...two, streams });
    expect(findings).toEqual([
      "warning domain dmarc-found-apart: a.eu.acme.example b.eu.acme.example eu.acme.example",
    ]);
  });

  it("belongs to another organisation under a public suffix of one's own", () => {
    const findings = dmarc({
      dmarc: { ...GOOD.dmarc, organizational: "suffix" },
      ...oneStream({ from: "news.shop.acme.example" }),
    });
    expect(findings).toEqual([
      "warning dmarc dmarc-public-suffix",
      "warning streams.main.from dmarc-organization-differs: acme.example news.shop.acme.example shop.acme.example",
    ]);
  });

  it("may come to no policy for the From domains alone", () => {
    const sp = { ...GOOD.dmarc, subdomainPolicy: "none" };
    expect(dmarc({ dmarc: sp })).toContain(
      "warning dmarc.subdomainPolicy dmarc-subdomains-unprotected: news.acme.example tx.acme.example",
    );
    const test = { ...GOOD.dmarc, subdomainPolicy: "quarantine", test: true };
    expect(dmarc({ dmarc: test })).toContain(
      "warning dmarc.test dmarc-subdomains-unprotected: news.acme.example tx.acme.example",
    );
    // The organisational domain has p=, and sp= is nothing to it.
    const own = dmarc({ dmarc: sp, ...oneStream({ from: "acme.example" }) });
    expect(own.some((line) => line.includes("comes to no policy"))).toBe(false);
  });
});

describe("several records at a name", () => {
  it("count as none, by either standard", () => {
    const { records: one } = planRecords();
    expect(dmarcView(one).find("tx.acme.example").byList?.domain).toBe("acme.example");
    const second = one.flatMap((record) =>
      record.key === "dmarc-acme.example" ? [{ ...record, key: "second" }] : [],
    );
    const found = dmarcView([...one, ...second]).find("tx.acme.example");
    expect([found.walk.policy, found.byList]).toEqual([undefined, undefined]);
  });
});

describe("consent to reports (RFC 9990 §4)", () => {
  it("is published where the host lies in a zone of the operator, a name for each tenant", () => {
    expect(records(planRecords(), "report-consent-")).toEqual([
      "report-consent-acme.example-operator.example acme.example._report._dmarc.operator.example TXT v=DMARC1;",
    ]);
    const zones = { ...ZONES, "shop.example": ZONES["acme.example"] };
    const other = { domain: "shop.example", hostNames: "mail.shop.example" };
    expect(records(planRecords({ ...other, streams: {} }, { zones }), "report-consent-")).toEqual([
      "report-consent-shop.example-operator.example shop.example._report._dmarc.operator.example TXT v=DMARC1;",
    ]);
  });

  it("is needed once a host, for both kinds of report, and never within the organisation", () => {
    const both = {
      policy: "reject",
      reports: ["mailto:a@operator.example", "mailto:b@operator.example"],
      failureReports: ["mailto:f@operator.example"],
    };
    const consents = planRecords({ dmarc: both }).records.filter(({ key }) =>
      key.startsWith("report-"),
    );
    expect(consents.map(({ path }) => path)).toEqual(["sendips:tenant.dmarc.reports"]);
    const own = { policy: "reject", reports: ["mailto:d@reports.acme.example"] };
    expect(records(planRecords({ dmarc: own }), "report-consent-")).toEqual([]);
    expect(dmarc({ dmarc: own })).toEqual([]);
  });

  it("is somebody else's to publish where no zone holds the host", () => {
    const vendor = { policy: "reject", reports: ["mailto:x@in.vendor.example"] };
    const context = planRecords({ dkim: SIGNED, dmarc: vendor });
    expect(records(context, "report-consent-")).toEqual([]);
    expect(checkDmarc(context)).toEqual([]);
    const [finding, ...more] = checkConsents(context);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      level: "warning",
      path: "sendips:tenant.dmarc.reports",
      rule: "RFC 9990 §4",
    });
    expect(finding?.fix).toContain('acme.example._report._dmarc.in.vendor.example TXT "v=DMARC1;"');
  });

  it("is asked of the config that names the host", () => {
    const operator = { reports: ["mailto:x@vendor.example"] };
    const ruf = { policy: "reject", failureReports: ["mailto:f@other.example"] };
    expect(
      checkConsents(planRecords({ dkim: SIGNED, dmarc: ruf }, operator)).map(({ path }) => path),
    ).toEqual(["sendips:tenant.dmarc.failureReports", "sendips:reports"]);
  });

  it("cannot have a name longer than DNS allows", () => {
    const host = `${"abcdefghi.".repeat(23)}example`;
    const long = { policy: "reject", reports: [`mailto:x@${host}`] };
    expect(dmarc({ dmarc: long })[0]).toMatch(/^error dmarc\.reports name-length/);
  });
});

describe("hosts that consent to reports about everybody", () => {
  const consentFindings = (address: string) =>
    checkConsents(
      planRecords({ dkim: SIGNED, dmarc: { policy: "reject", reports: [`mailto:${address}`] } }),
    ).map(({ message }) => message);

  it.each([
    "x@rep.dmarcanalyzer.com",
    "x@ag.dmarcian.com",
    "dmarc_agg@vali.email",
    "dmarc@acme.uriports.com",
    "re+x@dmarc.postmarkapp.com",
    "x@dmarc-reports.cloudflare.net",
  ])("%s needs no consent of its own", (address) => {
    expect(consentFindings(address)).toEqual([]);
  });

  it.each(["x@uriports.com", "x@dmarcian.com", "x@evil-vali.email", "x@a.vali.email"])(
    "%s is another host",
    (address) => {
      expect(consentFindings(address)).toEqual([expect.stringContaining("must consent")]);
    },
  );

  it("are each named with a source", () => {
    for (const { host, source } of REPORT_HOSTS) {
      expect(host).toMatch(/^[a-z0-9.-]+$/);
      expect(source).toMatch(/^https:|^unconfirmed by the vendor; dig/);
    }
  });
});
