import { describe, expect, it } from "vitest";
import { checkMtaSts } from "../../../core/tenant/mta-sts/check.ts";
import { mtaStsPolicyId, mtaStsPolicyOf } from "../../../core/tenant/mta-sts/policy-file.ts";
import { findingLines, planRecords, records } from "./support.ts";

const bounce = "bounce.tx.acme.example";
const place = `mtaSts["${bounce}"]`;
const mtaSts = (config: object, tenant: object = {}, domain = bounce) =>
  findingLines(checkMtaSts(planRecords({ mtaSts: { [domain]: config }, ...tenant })));

describe("MTA-STS records", () => {
  it("name the policy's version, which changes with the policy alone", () => {
    const of = (config: object) => planRecords({ mtaSts: { [bounce]: config } });
    const [record] = records(of({ mode: "enforce" }), "mta-sts-");
    const id = mtaStsPolicyId(mtaStsPolicyOf(of({ mode: "enforce" }), bounce));
    expect(record).toBe(`mta-sts-${bounce} _mta-sts.${bounce} TXT v=STSv1; id=${id}`);
    expect(records(of({ mode: "enforce", servedBy: "web.acme.example" }), "mta-sts-")[0]).toBe(
      record,
    );
    expect(records(of({ mode: "testing" }), "mta-sts-")[0]).not.toBe(record);
  });

  it("point the policy's host to its server, or say who may issue its certificate", () => {
    const served = planRecords({ mtaSts: { [bounce]: { servedBy: "web.acme.example" } } });
    expect(records(served, "mta-sts-host-")).toEqual([
      `mta-sts-host-${bounce} mta-sts.${bounce} CNAME web.acme.example.`,
    ]);
    const cas = ["sectigo.com", "letsencrypt.org", "sectigo.com"];
    const own = planRecords({ mtaSts: { [bounce]: { certificateAuthorities: cas } } });
    expect(records(own, "caa-")).toEqual([
      `caa-mta-sts-${bounce}-letsencrypt.org mta-sts.${bounce} CAA 0 issue "letsencrypt.org"`,
      `caa-mta-sts-${bounce}-sectigo.com mta-sts.${bounce} CAA 0 issue "sectigo.com"`,
    ]);
    expect(records(own, "mta-sts-host-")).toEqual([]);
  });
});

describe("the MTA-STS policy", () => {
  it("is good with the MX that the plan holds", () => {
    expect(mtaSts({ mode: "enforce" })).toEqual([]);
    expect(mtaSts({ mode: "enforce", mx: ["*.mail.acme.example"] })).toEqual([]);
  });

  it("needs an MX", () => {
    expect(mtaSts({ mode: "enforce" }, {}, "acme.example")).toEqual([
      'error mtaSts["acme.example"] mta-sts-no-mx',
    ]);
    expect(mtaSts({ mode: "enforce", mx: [] })).toHaveLength(1);
    expect(mtaSts({ mode: "enforce", mx: ["mx.google.com"] }, {}, "acme.example")).toEqual([]);
    expect(mtaSts({ mode: "none" }, {}, "acme.example")).toEqual([]);
  });

  it("must not shut out a planned MX", () => {
    expect(mtaSts({ mode: "enforce", mx: ["mx.acme.example"] })).toEqual([
      `error ${place} mta-sts-mx-shut-out: tx1.mail.acme.example`,
    ]);
    const own = {
      streams: {
        a: { from: "tx.acme.example", addresses: ["tx1", "mk1"], bounceMx: ["in.acme.example"] },
      },
    };
    expect(mtaSts({ mode: "enforce", mx: ["*.mail.acme.example"] }, own)).toEqual([
      `error ${place} mta-sts-mx-shut-out: in.acme.example`,
    ]);
  });

  it("takes a null MX for no host", () => {
    const shut = { neverMails: ["old.acme.example"] };
    expect(mtaSts({ mode: "enforce", mx: ["mx.acme.example"] }, shut, "old.acme.example")).toEqual(
      [],
    );
  });

  it("is soon forgotten when its age is short", () => {
    expect(mtaSts({ mode: "enforce", maxAge: 60 })).toEqual([
      `warning ${place} mta-sts-short-max-age`,
    ]);
  });

  it("tests for somebody who reads the reports", () => {
    const testing = `warning ${place} mta-sts-testing`;
    expect(mtaSts({})).toEqual([testing, `warning ${place} mta-sts-testing-unreported: ${bounce}`]);
    const tlsReports = { [bounce]: { reports: ["mailto:tls@operator.example"] } };
    expect(mtaSts({}, { tlsReports })).toEqual([testing]);
  });
});

describe("the policy's host", () => {
  it("is an alias or holds CAA, not both", () => {
    const both = { servedBy: "web.acme.example", certificateAuthorities: ["letsencrypt.org"] };
    expect(mtaSts({ mode: "enforce", ...both })).toEqual([
      `error ${place}.servedBy mta-sts-caa-beside-alias: mta-sts.${bounce} web.acme.example`,
    ]);
  });

  it("is no alias of itself", () => {
    expect(mtaSts({ mode: "enforce", servedBy: `mta-sts.${bounce}` })).toEqual([
      `error ${place}.servedBy mta-sts-own-alias: mta-sts.${bounce}`,
    ]);
  });
});
