import { describe, expect, it } from "vitest";
import { checkBimi } from "../../../core/tenant/bimi/check.ts";
import { findingLines, GOOD, planRecords, records, ZONES } from "./support.ts";

const logo = "https://acme.example/logo.svg";
const certificate = "https://acme.example/vmc.pem";
const full = { "acme.example": { logo, certificate } };
const bimi = (tenant: object, operator: object = {}) =>
  findingLines(checkBimi(planRecords({ ...tenant }, { ...operator })));

describe("BIMI", () => {
  it("publishes one record a domain", () => {
    const wanted = { ...full, "news.acme.example": { logo: `${logo}?a=1`, avatar: "personal" } };
    expect(records(planRecords({ bimi: wanted }), "bimi-")).toEqual([
      `bimi-acme.example default._bimi.acme.example TXT v=BIMI1; l=${logo}; a=${certificate}`,
      `bimi-news.acme.example default._bimi.news.acme.example TXT v=BIMI1; l=${logo}?a=1; avp=personal`,
    ]);
    expect(
      planRecords({ bimi: full }).records.find(({ key }) => key.startsWith("bimi"))?.path,
    ).toBe('sendips:tenant.bimi["acme.example"]');
  });

  it("finds nothing wrong under an enforced DMARC", () => {
    expect(bimi({})).toEqual([]);
    expect(bimi({ bimi: full })).toEqual([]);
    expect(bimi({ bimi: { "news.acme.example": { logo, certificate } } })).toEqual([]);
  });

  it("reads the record", () => {
    expect(bimi({ bimi: { "acme.example": { logo: "https://acme.example/logo.png" } } })).toEqual([
      'warning bimi["acme.example"] bimi-no-certificate',
      'warning bimi["acme.example"] bimi-not-svg',
    ]);
  });

  it.each([
    { policy: "none" },
    { policy: "quarantine", test: true },
    { policy: "reject", subdomainPolicy: "none" },
    { policy: "reject", nonexistentPolicy: "none" },
  ])("refuses %o", (dmarc) => {
    const error = 'error bimi["acme.example"] bimi-dmarc-not-enforced';
    expect(bimi({ bimi: full, dmarc: { ...GOOD.dmarc, ...dmarc } })).toEqual([error]);
    // The record that applies to a From domain is the organisational domain's.
    const below = { "news.acme.example": { logo, certificate } };
    expect(bimi({ bimi: below, dmarc: { ...GOOD.dmarc, ...dmarc } })).toEqual([
      error.replace("acme.example", "news.acme.example"),
    ]);
  });

  it("cannot judge a DMARC record that somebody else publishes", () => {
    const zones = { ...ZONES, "shop.example": "external" };
    const streams = { a: { from: "shop.example", addresses: ["tx1", "mk1"] } };
    const domains = { "shop.example": { dmarc: "keep" } };
    const wanted = { streams, domains, bimi: { "shop.example": { logo, certificate } } };
    expect(bimi(wanted, { zones })).toEqual([
      'warning bimi["shop.example"] bimi-no-dmarc: shop.example',
    ]);
  });

  it("warns of a domain where nobody looks", () => {
    // The domain itself may send by other ways than these streams.
    expect(bimi({ bimi: full, streams: {} })).toEqual([]);
    expect(bimi({ bimi: { "www.acme.example": { logo, certificate } } })).toEqual([
      'warning bimi["www.acme.example"] bimi-unseen: www.acme.example',
    ]);
  });
});
