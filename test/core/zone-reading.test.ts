/** What stands at names apart from us: ours left out, theirs remembered, whatever state the customer's zone is in. */
import { describe, expect, test } from "vitest";
import { readConfig } from "../../core/config/config.ts";
import type { ExistingRecords } from "../../core/tenant/existing/existing-records.ts";
import {
  changedValues,
  existingNames,
  mustKeepDmarc,
  namesToRead,
  reportNames,
} from "../../core/tenant/existing/name-reports.ts";
import type { TenantStack } from "../../core/tenant/plan.ts";

const THEIRS = "v=spf1 include:_spf.google.com ~all";
const KNOWN = { tx1: "192.0.2.1" };

function stackOf(tenant: object = {}): TenantStack {
  const { stack } = readConfig({
    stack: "acme",
    values: {
      zones: {
        "acme.example": "external",
        "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
      },
      reports: ["mailto:ours@operator.example"],
      tenant: {
        domain: "acme.example",
        hostNames: "out.operator.example",
        mailHost: { stack: "mx-1" },
        addresses: { tx1: { privateIp: "10.0.1.10" } },
        streams: { main: { from: "acme.example", addresses: ["tx1"] } },
        dmarc: { policy: "reject" },
        ...tenant,
      },
    },
  }) as { stack: TenantStack };
  return stack;
}

function standing(parts: Partial<ExistingRecords>): ExistingRecords {
  return { TXT: [], MX: [], CAA: [], A: [], AAAA: [], ...parts };
}

function at(
  name: string,
  found: Partial<ExistingRecords>,
  {
    tenant = {},
    known = KNOWN,
    deployed = true,
  }: { tenant?: object; known?: object; deployed?: boolean } = {},
) {
  const read = new Map([[name, standing(found)]]);
  const [report] = reportNames(stackOf(tenant), read, known as typeof KNOWN, deployed);
  return report?.standing;
}

describe("what stands apart from us", () => {
  const remembered = { existing: { names: { "acme.example": { TXT: [THEIRS] } } } };

  test("is all of it before the first deployment", () => {
    expect(
      at("acme.example", { TXT: [THEIRS], MX: ["1 mx.a.example"] }, { deployed: false, known: {} }),
    ).toEqual(standing({ TXT: [THEIRS], MX: ["1 mx.a.example"] }));
  });

  test("is what is remembered where ours took its place", () => {
    const ours = "v=spf1 ip4:192.0.2.1 include:_spf.google.com ~all";
    expect(at("acme.example", { TXT: [ours] }, { tenant: remembered })?.TXT).toEqual([THEIRS]);
    // Published from an older page, with an address fewer or more.
    const older = "v=spf1 ip4:192.0.2.1 ip4:198.51.100.9 include:_spf.google.com ~all";
    expect(at("acme.example", { TXT: [older] }, { tenant: remembered })?.TXT).toEqual([THEIRS]);
  });

  test("is the rest of a record that holds our addresses, where nothing is remembered", () => {
    const mixed = "v=spf1 ip4:192.0.2.1 include:new.example -all";
    expect(at("acme.example", { TXT: [mixed] })?.TXT).toEqual(["v=spf1 include:new.example -all"]);
    expect(at("bounce.acme.example", { TXT: ["v=spf1 ip4:192.0.2.1 -all"] })?.TXT).toEqual([]);
    const macro = "v=spf1 exists:%{i}._spf.acme.example include:new.example ~all";
    expect(at("acme.example", { TXT: [macro] })?.TXT).toEqual(["v=spf1 include:new.example ~all"]);
    const include = "v=spf1 include:_spf.acme.example.out.operator.example mx ~all";
    expect(at("acme.example", { TXT: [include] }, { tenant: { delegate: true } })?.TXT).toEqual([
      "v=spf1 mx ~all",
    ]);
  });

  test("is no DMARC, MX or alias of ours", () => {
    const ours = "v=DMARC1; p=reject; rua=mailto:ours@operator.example";
    expect(at("_dmarc.acme.example", { TXT: [ours] })?.TXT).toEqual([]);
    expect(at("bounce.acme.example", { MX: ["10 tx1.out.operator.example"] })?.MX).toEqual([]);
    const both = ["10 tx1.out.operator.example", "20 mx.a.example"];
    expect(at("bounce.acme.example", { MX: both })?.MX).toEqual(["20 mx.a.example"]);
    const CNAME = "bounce.acme.example.out.operator.example";
    expect(
      at("bounce.acme.example", { CNAME }, { tenant: { delegate: true } })?.CNAME,
    ).toBeUndefined();
    expect(at("bounce.acme.example", { CNAME: "b.a.example" })?.CNAME).toBe("b.a.example");
    expect(at("tx1.out.operator.example", { A: ["192.0.2.1", "192.0.2.7"] })?.A).toEqual([
      "192.0.2.7",
    ]);
  });
});

describe("the config that keeps it", () => {
  test("holds every name that was read, leaves those that were not, and no wildcard that is not there", () => {
    const stack = stackOf({
      existing: { names: { "acme.example": { TXT: [THEIRS] }, "x.acme.example": {} } },
    });
    const read = new Map<string, ExistingRecords | { failed: string }>([
      ["acme.example", { failed: "ETIMEOUT" }],
      ["*.acme.example", standing({})],
      ["_dmarc.acme.example", standing({ TXT: ["v=DMARC1; p=none"] })],
    ]);
    const reports = reportNames(stack, read, {}, false);
    expect(existingNames(reports, stack.tenant.existing)).toEqual({
      "acme.example": { TXT: [THEIRS] },
      "x.acme.example": {},
      "_dmarc.acme.example": { TXT: ["v=DMARC1; p=none"] },
    });
    expect(
      changedValues({ ...at0(reports, "_dmarc.acme.example") }, stack.tenant.existing),
    ).toEqual(["TXT v=DMARC1; p=none"]);
  });

  test("keeps a DMARC record that nobody can merge", () => {
    const keep = (found: Partial<ExistingRecords>, tenant = {}) => {
      const stack = stackOf(tenant);
      return mustKeepDmarc(
        stack,
        reportNames(stack, new Map([["_dmarc.acme.example", standing(found)]]), {}, false),
      );
    };
    expect(keep({ CNAME: "d.example.net" })).toEqual(["acme.example"]);
    expect(keep({ TXT: ["v=DMARC1; p=none", "v=DMARC1; p=reject"] })).toEqual(["acme.example"]);
    expect(keep({ TXT: ["v=DMARC1; p=rejct"] })).toEqual(["acme.example"]);
    expect(keep({ TXT: ["v=DMARC1; p=none"] })).toEqual([]);
    expect(keep({ CNAME: "d.example.net" }, { dmarc: { replace: true } })).toEqual([]);
  });

  test("is asked of what the plan touches, domains before what is below them", () => {
    expect(namesToRead(stackOf())).toEqual([
      ...[
        "acme.example",
        "*.acme.example",
        "_dmarc.acme.example",
        "_mta-sts.acme.example",
        "bounce.acme.example",
      ],
      ...["acme.example._report._dmarc.operator.example", "tx1.out.operator.example"],
    ]);
  });
});

function at0(reports: ReturnType<typeof reportNames>, name: string) {
  const report = reports.find((one) => one.name === name);
  if (report === undefined) throw new Error(`${name} was not read`);
  return report;
}
