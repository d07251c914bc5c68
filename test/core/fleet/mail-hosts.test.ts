import { describe, expect, test } from "vitest";
import { lintFleet } from "../../../core/fleet/fleet.ts";
import { HOST, lines, mailHost, problemLines, stackOf, tenantOf } from "./support.ts";

describe("mail hosts", () => {
  test("a private IP twice on one host", () => {
    expect(problemLines({ addresses: { tx1: { privateIp: "10.0.1.10" } } })).toEqual([
      "error globex sendips:tenant.addresses.tx1.privateIp: 10.0.1.10 on mx-1 already carries an address of acme (sendips:tenant.addresses.tx1.privateIp)",
    ]);
  });

  test("the same private IP on two hosts is two private IPs", () => {
    const second = stackOf("mx-2", { mailHost: { ...HOST, subnet: "subnet-1a1b2c3d4e5f60718" } });
    const addresses = { tx1: { privateIp: "10.0.1.10" } };
    expect(
      problemLines({ addresses, mailHost: { stack: "mx-2" } }, {}, [mailHost, second]),
    ).toEqual([]);
  });

  test("a private IP twice on an interface that we do not manage", () => {
    const host = { mailHost: { networkInterface: "eni-0a1b2c3d4e5f60718" } };
    const globex = { ...host, addresses: { tx1: { privateIp: "10.0.1.10" } } };
    expect(problemLines(globex, host)).toEqual([
      "error globex sendips:tenant.addresses.tx1.privateIp: 10.0.1.10 on eni-0a1b2c3d4e5f60718 already carries an address of acme (sendips:tenant.addresses.tx1.privateIp)",
    ]);
  });

  test("a host that does not exist, or is a tenant", () => {
    expect(problemLines({ mailHost: { stack: "mx-9" } })).toEqual([
      "error globex sendips:tenant.mailHost.stack: no stack mx-9 with sendips:mailHost is among the stacks",
    ]);
    expect(problemLines({ mailHost: { stack: "acme" } })).toHaveLength(1);
  });

  test("a private IP that the host does not list", () => {
    const [problem] = lintFleet([
      stackOf("acme", { tenant: tenantOf("acme", 99) }),
      stackOf("mx-1", { mailHost: HOST }),
    ]);
    expect(problem).toMatchObject({
      stack: "acme",
      path: "sendips:tenant.addresses.tx1.privateIp",
      message: "the mail host mx-1 lists no private IP 10.0.1.99",
      fix: "allowed: 10.0.1.10, 10.0.1.11, 10.0.1.12; or add it to sendips:mailHost.networkInterfaces of mx-1",
    });
  });

  test("every private IP of the first interface taken: its primary one is among them", () => {
    const networkInterfaces = {
      eth0: { privateIps: ["10.0.1.10", "10.0.1.11"] },
      eth1: { privateIps: ["10.0.1.12"] },
    };
    const fleet = (ip: number, more: Record<string, unknown> = {}) => [
      stackOf("acme", { tenant: tenantOf("acme", 10) }),
      stackOf("globex", { tenant: tenantOf("globex", ip, more) }),
      stackOf("mx-1", { mailHost: { ...HOST, networkInterfaces } }),
    ];
    expect(lines(fleet(11))).toEqual([
      "warning mx-1 sendips:mailHost.networkInterfaces.eth0.privateIps: each of them carries a tenant's address, the primary one too: what the machine sends without choosing an address, its own mail too, leaves from a tenant's",
    ]);
    // One is free, and may be it; one that is let go does not count; a second interface is not the machine's own.
    expect(lines(fleet(12))).toEqual([]);
    expect(
      lines(
        fleet(11, { addresses: { tx1: { privateIp: "10.0.1.11", release: true } }, streams: {} }),
      ),
    ).toEqual([]);
  });

  test("a host in another Region", () => {
    const far = stackOf("mx-1", { mailHost: HOST }, "eu-west-1");
    expect(lines([stackOf("acme", { tenant: tenantOf("acme", 10) }), far])).toEqual([
      "error acme sendips:tenant.mailHost.stack: the mail host mx-1 is in eu-west-1, the tenant in us-east-1",
    ]);
  });

  test("one private IP on two hosts of one subnet", () => {
    const second = { ...HOST, networkInterfaces: { eth0: { privateIps: ["10.0.1.12"] } } };
    expect(lines([mailHost, stackOf("mx-2", { mailHost: second })])).toEqual([
      "error mx-2 sendips:mailHost.networkInterfaces.eth0.privateIps[0]: 10.0.1.12 in subnet-0a1b2c3d4e5f60718 is already on the mail host mx-1 (sendips:mailHost.networkInterfaces.eth0.privateIps[2])",
    ]);
  });

  test("more than the instance type carries, in interfaces and in addresses", () => {
    const ips = (start: number, count: number) =>
      Array.from({ length: count }, (_, index) => `10.0.1.${start + index}`);
    const of = (networkInterfaces: object) =>
      lines([stackOf("mx-1", { mailHost: { ...HOST, networkInterfaces } })]);
    const [a, b, c, d] = [10, 20, 30, 40].map((start) => ({ privateIps: ips(start, 1) }));
    expect(of({ eth0: { privateIps: ips(10, 10) } })).toEqual([]);
    expect(of({ eth0: { privateIps: ips(10, 11) } })).toEqual([
      "error mx-1 sendips:mailHost.networkInterfaces.eth0.privateIps: 11 private IPs, but an interface of c5.large takes 10",
    ]);
    expect(of({ eth0: a, eth1: b, eth2: c })).toEqual([]);
    expect(of({ eth0: a, eth1: b, eth2: c, eth3: d })).toEqual([
      "error mx-1 sendips:mailHost.networkInterfaces: 4 interfaces, but c5.large takes 3",
    ]);
  });

  test("an instance type without numbers is said, and no error", () => {
    expect(lines([stackOf("mx-1", { mailHost: { ...HOST, instanceType: "z9.huge" } })])).toEqual([
      "warning mx-1 sendips:mailHost.instanceType: sendips has no numbers for z9.huge, so whether it carries its private IPs is not checked here",
    ]);
  });
});
