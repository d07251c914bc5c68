/** What is asked of a stack against what its last deployment left. */
import { describe, expect, test } from "vitest";
import { readConfig } from "../../plan/config.ts";
import {
  checkInterfaces,
  checkKept,
  checkPlace,
  checkReverseNames,
  lostAddress,
  readDeployed,
} from "../../plan/deployed.ts";
import { checkHolders } from "../../plan/holders.ts";
import type { PlannedAddress } from "../../plan/plan.ts";
import { ACME, raw } from "./support.ts";

const address = (key: string, privateIp: string): PlannedAddress => ({
  ...{ key, privateIp, hostName: `${key}.mail.acme.example`, release: false, streams: [] },
});
const tx1 = {
  allocationId: "eipalloc-1",
  publicIp: "198.51.100.1",
  privateIp: "10.0.1.10",
  networkInterfaceId: "eni-1",
};

test("outputs of any age and kind are read", () => {
  expect(readDeployed({})).toEqual({ addresses: {}, networkInterfaces: {}, zones: {} });
  expect(readDeployed(undefined)).toEqual(readDeployed({}));
  expect(readDeployed({ addresses: "nonsense" })).toEqual(readDeployed({}));
  // Before releases were written down, nothing had been released.
  expect(readDeployed({ addresses: { tx1 } }).addresses["tx1"]?.release).toBe(false);
});

describe("the place", () => {
  const here = { stack: "acme", account: "111", region: "us-east-1" };
  test("is what it was, or not known yet", () => {
    expect(checkPlace(readDeployed(here), here)).toEqual([]);
    expect(checkPlace(readDeployed({}), here)).toEqual([]);
  });
  test("is not another account or Region, nor the stack renamed", () => {
    const there = { stack: "acme-old", account: "222", region: "eu-west-1" };
    const found = checkPlace(readDeployed(there), here);
    expect(found.map(({ level, path }) => [level, path])).toEqual([
      ["error", "stack name"],
      ["error", "aws:profile"],
      ["error", "aws:region"],
    ]);
  });
});

describe("a key that is gone", () => {
  const deployed = readDeployed({ addresses: { tx1 } });
  test("is told, with the way out", () => {
    const [found, ...more] = checkKept([address("tx2", "10.0.1.12")], deployed);
    expect(found).toMatchObject({ level: "warning", path: "sendips:tenant.addresses.tx1" });
    expect([found?.fix, more]).toEqual([expect.stringContaining("release: true"), []]);
  });
  test("is an error where another stands in its place", () => {
    expect(checkKept([address("tx2", "10.0.1.10")], deployed)).toMatchObject([
      { level: "error", path: "sendips:tenant.addresses.tx2" },
    ]);
  });
  test("is nothing once its release is deployed, or when an address that is there moves", () => {
    const released = readDeployed({ addresses: { tx1: { ...tx1, release: true } } });
    expect(checkKept([address("tx2", "10.0.1.10")], released)).toEqual([]);
    const mk1 = { ...tx1, privateIp: "10.0.1.11" };
    const both = readDeployed({ addresses: { tx1, mk1 } });
    expect(checkKept([address("mk1", "10.0.1.10")], both).map(({ level }) => level)).toEqual([
      "warning",
    ]);
  });
});

test("a PTR that stands is not removed because nobody waits for the customer's records", () => {
  const read = readConfig(raw(ACME));
  if (!("stack" in read) || read.stack.kind !== "tenant") throw new Error("no tenant");
  const { tenant, operator } = read.stack;
  const external = { ...operator.zones, "acme.example": "external" as const };
  const had = (reverseName: boolean, release = false) =>
    readDeployed({ addresses: { tx1: { ...tx1, reverseName, release } } });
  const waiting = { ...tenant, waitForCustomerRecords: true };
  expect(checkReverseNames(tenant, external, had(true))).toMatchObject([
    { level: "error", path: "sendips:tenant.waitForCustomerRecords" },
  ]);
  expect(checkReverseNames(waiting, external, had(true))).toEqual([]);
  expect(checkReverseNames(tenant, operator.zones, had(true))).toEqual([]);
  expect(checkReverseNames(tenant, external, had(false))).toEqual([]);
  expect(checkReverseNames(tenant, external, had(true, true))).toEqual([]);
});

test("a private IP of someone else is refused, one's own is not", () => {
  const wanted = [address("a1", "10.0.1.10")];
  const tags = { "sendips:stack": "acme", "sendips:address": "tx1" };
  expect(checkHolders("acme", wanted, [{ ...tx1, tags }])).toEqual([]);
  const [foreign] = checkHolders("shop", wanted, [{ ...tx1, tags }]);
  expect(foreign).toMatchObject({
    level: "error",
    path: "sendips:tenant.addresses.a1.privateIp",
    message: '10.0.1.10 carries 198.51.100.1 (address "tx1" of stack "acme") already',
  });
  const [stray] = checkHolders("shop", wanted, [{ ...tx1, tags: {} }]);
  expect(stray?.message).toContain("198.51.100.1 (eipalloc-1, which is not of sendips)");
});

describe("a mail host", () => {
  const host = (privateIps: string[], subnet = "subnet-11111111") => ({
    ...{ subnet, instanceType: "c5.large", submissionFrom: [] },
    networkInterfaces: { eth0: { privateIps, release: false } },
  });
  const deployed = (release: boolean) =>
    readDeployed({
      subnet: "subnet-11111111",
      networkInterfaces: { eth0: { primary: "10.0.1.11", release } },
    });
  const paths = (wanted: ReturnType<typeof host>, release = false) =>
    checkInterfaces(wanted, deployed(release)).map(({ level, path }) => `${level} ${path}`);

  test("keeps its primary private IP and its subnet", () => {
    expect(paths(host(["10.0.1.11", "10.0.1.12"]))).toEqual([]);
    expect(paths(host(["10.0.1.12"], "subnet-22222222"))).toEqual([
      "error sendips:mailHost.networkInterfaces.eth0.privateIps",
      "error sendips:mailHost.subnet",
    ]);
  });
  test("is free to change once the release is deployed", () => {
    expect(paths(host(["10.0.1.12"], "subnet-22222222"), true)).toEqual([]);
  });
  test("that forgets an interface is told", () => {
    const found = checkInterfaces({ ...host([]), networkInterfaces: {} }, deployed(false));
    expect(found).toMatchObject([
      { level: "warning", path: "sendips:mailHost.networkInterfaces.eth0" },
    ]);
  });
});

test("the way back of a lost address names the resource and its parent", () => {
  const urn =
    "urn:pulumi:acme::sendips::sendips:components:Tenant$sendips:components:SendingIp$aws:ec2/eip:Eip::acme-tx1";
  const text = lostAddress("acme", "tx1", { ...tx1, release: false, reverseName: true }, urn);
  expect(text).toContain(
    "pulumi import aws:ec2/eip:Eip acme-tx1 eipalloc-1 --stack acme --generate-code=false --parent 'ip=urn:pulumi:acme::sendips::sendips:components:Tenant$sendips:components:SendingIp::acme-tx1'",
  );
});
