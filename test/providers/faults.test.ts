import { expect, test } from "vitest";
import { sandboxForTest } from "../contract/support.ts";
import { Plugin, PluginError } from "./plugin.ts";

const ENI = "aws:ec2/networkInterface:NetworkInterface";
const EIP = "aws:ec2/eip:Eip";
const RECORD = "cloudflare:index/dnsRecord:DnsRecord";
const SUBNET = "subnet-0a1b2c3d4e5f60718";

async function both() {
  const sandbox = await sandboxForTest();
  const aws = await Plugin.start("aws", {
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL: sandbox.url,
  });
  const cloudflare = await Plugin.start("cloudflare", {
    CLOUDFLARE_API_TOKEN: "test",
    CLOUDFLARE_BASE_URL: sandbox.cloudflareUrl,
  });
  await Promise.all([aws.configure({ region: "us-east-1" }), cloudflare.configure({})]);
  return { sandbox, aws, cloudflare };
}

test("throttled calls are tried again", async () => {
  const { sandbox, aws, cloudflare } = await both();
  await sandbox.post("faults", { service: "ec2", action: "AllocateAddress", kind: "throttle" });
  await sandbox.post("faults", { service: "cloudflare", action: "*", kind: "throttle" });
  const { id } = await aws.create(EIP, { domain: "vpc" });
  expect(id).toMatch(/^eipalloc-/);
  const zoneId = "023e105f4ecef8ad9ca31a8372d0c353";
  const record = { zoneId, name: "x.acme.example", type: "A", content: "192.0.2.1", ttl: 60 };
  expect((await cloudflare.create(RECORD, record)).id).not.toBe("");
});

test("an interface that was made but not finished is kept in the state with its id", async () => {
  const { sandbox, aws } = await both();
  const action = "ModifyNetworkInterfaceAttribute";
  const denied = { code: "UnauthorizedOperation", status: 403, message: "no" };
  await sandbox.post("faults", { service: "ec2", action, kind: "error", ...denied });
  const inputs = { subnetId: SUBNET, sourceDestCheck: false };
  const error: unknown = await aws.create(ENI, inputs).catch((reason: unknown) => reason);
  if (!(error instanceof PluginError)) throw new Error("expected the creation to fail");
  expect(error.message).toContain("UnauthorizedOperation");
  expect(error.initFailed?.id).toMatch(/^eni-/);
  // The state holds what is true, so that the next update finishes it.
  expect(error.initFailed?.state).toMatchObject({ sourceDestCheck: true });
});

test("an address that was allocated and cannot be read is kept in the state with its id", async () => {
  const { sandbox, aws } = await both();
  const denied = { code: "UnauthorizedOperation", status: 403, message: "no" };
  const rule = { service: "ec2", action: "DescribeAddresses", kind: "error", times: 2, ...denied };
  await sandbox.post("faults", rule);
  const error: unknown = await aws.create(EIP, { domain: "vpc" }).catch((reason) => reason);
  if (!(error instanceof PluginError)) throw new Error("expected the creation to fail");
  expect(error.message).toContain("UnauthorizedOperation");
  expect(error.initFailed?.id).toMatch(/^eipalloc-/);
});

test("a release that AWS refuses is not tried again", async () => {
  const { sandbox, aws } = await both();
  const { id, state } = await aws.create(EIP, { domain: "vpc" });
  const refused = { code: "InvalidAddress.PtrSet", status: 400, message: "has a PTR" };
  await sandbox.post("faults", {
    service: "ec2",
    action: "ReleaseAddress",
    kind: "error",
    ...refused,
  });
  await expect(aws.delete(EIP, id, state)).rejects.toThrow(
    /^deleting EC2 EIP \(eipalloc-.*ReleaseAddress.*InvalidAddress.PtrSet/,
  );
});
