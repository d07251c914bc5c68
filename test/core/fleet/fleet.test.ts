import { describe, expect, test } from "vitest";
import { type FleetStack, lintFleet } from "../../../core/fleet/fleet.ts";
import { HOST, lines, mailHost, problemLines, stackOf, tenantOf } from "./support.ts";

test("two tenants on one mail host, each with its own, are in order", () => {
  expect(problemLines({})).toEqual([]);
});

test("the order of the stacks changes nothing", () => {
  const stacks = [
    stackOf("acme", { tenant: tenantOf("acme", 10) }),
    stackOf("globex", { tenant: tenantOf("globex", 10, { hostNames: "mail.acme.example" }) }),
    mailHost,
  ];
  expect(lintFleet(stacks.toReversed())).toEqual(lintFleet(stacks));
  expect(lintFleet(stacks).length).toBeGreaterThan(1);
});

describe("Elastic IPs of a Region", () => {
  const addresses = (start: number, count: number, more = {}) => ({
    mailHost: { networkInterface: `eni-0a1b2c3d4e5f6071${start}` },
    addresses: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `tx${index + 1}`,
        { privateIp: `10.0.1.${start * 10 + index}`, ...more },
      ]),
    ),
  });
  const fleet = (acme: number, globex: number, values = {}, more = {}, region = "us-east-1") => [
    stackOf("acme", { tenant: tenantOf("acme", 0, addresses(1, acme)), ...values }),
    stackOf(
      "globex",
      { tenant: tenantOf("globex", 0, addresses(2, globex, more)), ...values },
      region,
    ),
  ];

  test("five by default: a warning, since AWS may have granted more", () => {
    expect(lines(fleet(3, 2))).toEqual([]);
    expect(lines(fleet(3, 3))).toEqual([
      "warning globex sendips:tenant.addresses: 6 Elastic IPs in us-east-1, but AWS grants 5 by default: acme 3, globex 3",
    ]);
  });

  test("by the operator's number: an error", () => {
    expect(lines(fleet(3, 3, { eipQuota: { "us-east-1": 6 } }))).toEqual([]);
    expect(lines(fleet(3, 3, { eipQuota: { "us-east-1": 2 } }))).toEqual([
      "error acme sendips:tenant.addresses: 6 Elastic IPs in us-east-1, but AWS grants 2: acme 3, globex 3",
    ]);
    expect(lines(fleet(3, 3, { eipQuota: { "eu-west-1": 2 } }))).toHaveLength(1);
  });

  test("each Region by itself; addresses of one's own pool do not count, Amazon's do", () => {
    expect(lines(fleet(5, 5, {}, {}, "eu-west-1"))).toEqual([]);
    expect(lines(fleet(5, 5, {}, { publicIpv4Pool: "ipv4pool-ec2-0123" }))).toEqual([]);
    expect(lines(fleet(5, 1, {}, { publicIpv4Pool: "amazon" }))).toHaveLength(1);
  });
});

test("ten thousand tenants", () => {
  const zones = {
    "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c", records: 100_000 },
  };
  const ipOf = (host: number, index: number) => `10.${host >> 8}.${host & 255}.${index + 10}`;
  const hosts = Array.from({ length: 400 }, (_, host) => {
    // One more than the tenants take: the machine's own.
    const privateIps = Array.from({ length: 26 }, (_, index) => ipOf(host, index));
    const networkInterfaces = { eth0: { privateIps } };
    const config = { ...HOST, instanceType: "c5.4xlarge", networkInterfaces };
    return stackOf(`mx-${host}`, { mailHost: config, zones });
  });
  // One tenant read and planned, and copies of it under other names: planning is not the fleet's part.
  const domain = "t-name.operator.example";
  const model = {
    domain,
    hostNames: `mail.${domain}`,
    mailHost: { stack: "mx-name" },
    addresses: { tx1: { privateIp: "10.255.255.10" } },
    streams: { tx: { from: domain, addresses: ["tx1"] } },
  };
  const eipQuota = { "us-east-1": 10_000 };
  const text = JSON.stringify(stackOf("t-name", { tenant: model, zones, eipQuota }));
  const tenants = Array.from({ length: 10_000 }, (_, index): FleetStack => {
    const host = index % 400;
    return JSON.parse(
      text
        .replaceAll("t-name", `t-${index}`)
        .replaceAll("mx-name", `mx-${host}`)
        .replaceAll("10.255.255.10", ipOf(host, Math.floor(index / 400))),
    );
  });
  expect(lines([...tenants, ...hosts])).toEqual([]);
  const thief = stackOf("zz", { tenant: { ...model, domain: "t-9999.operator.example" }, zones });
  expect(lines([...tenants, ...hosts, thief])).toContain(
    "error zz sendips:tenant.domain: t-9999.operator.example is already the domain of t-9999 (sendips:tenant.domain)",
  );
});
