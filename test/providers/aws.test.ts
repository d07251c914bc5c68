import { expect, test } from "vitest";
import { sandboxForTest } from "../contract/support.ts";
import { Plugin, PluginError, type Props } from "./plugin.ts";

const EIP = "aws:ec2/eip:Eip";
const PTR = "aws:ec2/eipDomainName:EipDomainName";
const ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation";
const ENI = "aws:ec2/networkInterface:NetworkInterface";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const PARAMETER = "aws:ssm/parameter:Parameter";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SUBNET = "subnet-0a1b2c3d4e5f60718";
const KEYS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

/** The AWS plugin on a sandbox of its own, configured as `aws:endpoints` would. */
async function aws(options: Parameters<typeof sandboxForTest>[0] = {}, settings: Props = {}) {
  const delays = { dnsPropagation: 0, ptrPending: 0, ptrLinger: 0 };
  const sandbox = await sandboxForTest({ delays, ...options });
  const plugin = await Plugin.start("aws", KEYS);
  const { url } = sandbox;
  const endpoints = JSON.stringify([{ ec2: url, ssm: url, sts: url }]);
  const config: Record<string, string> = { region: "us-east-1", endpoints };
  for (const [key, value] of Object.entries(settings)) config[key] = String(value);
  await plugin.configure(config);
  return { sandbox, plugin };
}

/** Check, then create, as the engine does. */
async function make(plugin: Plugin, type: string, news: Props) {
  const { inputs, failures } = await plugin.check(type, news);
  expect(failures).toEqual([]);
  return { inputs, ...(await plugin.create(type, inputs)) };
}

test("Check reports every fault with its property", async () => {
  const { plugin } = await aws();
  const { failures } = await plugin.check(PTR, { domain: "x" });
  expect(failures.map((each) => each.property).sort()).toEqual([
    "allocationId",
    "domain",
    "domainName",
  ]);
  const unknown = await plugin.check(PTR, { allocationId: UNKNOWN, domainName: "a.example" });
  expect(unknown.failures).toEqual([]);
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
  const stripped = await plugin.check(PTR, {
    allocationId: "eipalloc-1",
    domainName: { ...secret, value: "a.example" },
  });
  expect(stripped.inputs["domainName"]).toBe("a.example");
});

test("a preview leaves what only AWS knows unknown, and calls nothing", async () => {
  const { plugin, sandbox } = await aws();
  const { id, state } = await plugin.create(EIP, { domain: "vpc" }, true);
  expect(id).toBe("");
  expect(state).toMatchObject({ domain: "vpc", publicIp: UNKNOWN, allocationId: UNKNOWN });
  expect(sandbox.world.state.aws.regions["us-east-1"]?.addresses).toEqual({});
});

test("an Elastic IP is made, refreshed, imported, retagged and released once", async () => {
  const { plugin } = await aws();
  const { id, inputs, state } = await make(plugin, EIP, {
    domain: "vpc",
    tags: { tenant: "acme" },
  });
  expect(id).toMatch(/^eipalloc-/);
  expect(state).toMatchObject({ allocationId: id, domain: "vpc", tagsAll: { tenant: "acme" } });
  expect(await plugin.diff(EIP, state, inputs)).toMatchObject({ changes: false });
  const refreshed = await plugin.read(EIP, id, state, inputs);
  expect(refreshed).toEqual({ id, state, inputs });
  const imported = await plugin.read(EIP, id);
  expect(await plugin.diff(EIP, imported.state, inputs)).toMatchObject({ changes: false });

  const renamed = { domain: "vpc", tags: { tenant: "acme", key: "tx1" } };
  expect(await plugin.diff(EIP, state, renamed)).toMatchObject({ diffs: ["tags"], replaces: [] });
  expect(await plugin.diff(EIP, state, renamed, ["tags"])).toMatchObject({ changes: false });
  const ignored = await plugin.diff(EIP, state, renamed, ['tags["key"]']);
  expect(ignored).toMatchObject({ changes: false });
  const after = await plugin.update(EIP, id, state, renamed);
  expect(after["tags"]).toEqual({ tenant: "acme", key: "tx1" });
  const moved = await plugin.diff(EIP, state, { ...inputs, address: "203.0.113.9" });
  expect(moved).toMatchObject({ diffs: ["address"], replaces: ["address"] });

  await plugin.delete(EIP, id, after);
  await plugin.delete(EIP, id, after);
  expect((await plugin.read(EIP, id, after, inputs)).id).toBe("");
});

test("errors carry AWS's code in the words of the official provider", async () => {
  const { plugin } = await aws({ eipQuota: 0 });
  const { inputs } = await plugin.check(EIP, {});
  await expect(plugin.create(EIP, inputs)).rejects.toThrow(
    /^creating EC2 EIP: operation error EC2: AllocateAddress, https response error StatusCode: 400, .*api error AddressLimitExceeded: /,
  );
});

test("an interface keeps its primary address and moves the others in place", async () => {
  const { plugin } = await aws();
  const ips = ["10.0.1.10", "10.0.1.11"];
  const { id, inputs, state } = await make(plugin, ENI, { subnetId: SUBNET, privateIps: ips });
  expect(ips).toContain(state["privateIp"]);
  expect(
    await plugin.diff(ENI, state, { ...inputs, privateIps: [...ips].reverse() }),
  ).toMatchObject({
    changes: false,
  });
  const more = { ...inputs, privateIps: [String(state["privateIp"]), "10.0.1.12"] };
  expect(await plugin.diff(ENI, state, more)).toMatchObject({
    diffs: ["privateIps"],
    replaces: [],
  });
  const after = await plugin.update(ENI, id, state, more);
  expect([...(after["privateIps"] as string[])].sort()).toEqual([...more.privateIps].sort());
  const other = { ...inputs, privateIps: ["10.0.1.99"] };
  expect((await plugin.diff(ENI, after, other)).replaces).toEqual(["privateIps"]);
  const found = await plugin.invoke("aws:ec2/getNetworkInterface:getNetworkInterface", { id });
  expect(found).toMatchObject({ id, subnetId: SUBNET, privateIp: state["privateIp"] });
  await plugin.delete(ENI, id, after);
  await plugin.delete(ENI, id, after);
});

test("an association is replaced by any change, and takes the private IP whatever is allowed", async () => {
  const { plugin } = await aws();
  const eni = await make(plugin, ENI, { subnetId: SUBNET, privateIps: ["10.0.1.10"] });
  const a = await make(plugin, EIP, { domain: "vpc" });
  const b = await make(plugin, EIP, { domain: "vpc" });
  const wanted = (allocationId: string) => ({
    allocationId,
    allowReassociation: false,
    networkInterfaceId: eni.id,
    privateIpAddress: "10.0.1.10",
  });
  const made = await make(plugin, ASSOCIATION, wanted(a.id));
  expect(made.state).toMatchObject({ ...wanted(a.id), publicIp: a.state["publicIp"] });
  expect(await plugin.diff(ASSOCIATION, made.state, made.inputs)).toMatchObject({ changes: false });
  const moved = await plugin.diff(ASSOCIATION, made.state, wanted(b.id));
  expect(moved.replaces).toEqual(["allocationId"]);
  const taken = await make(plugin, ASSOCIATION, wanted(b.id));
  expect(taken.state).toMatchObject({ publicIp: b.state["publicIp"], allowReassociation: false });
  expect((await plugin.read(ASSOCIATION, made.id, made.state, made.inputs)).id).toBe("");
  await plugin.delete(ASSOCIATION, taken.id, taken.state);
  // What is gone already was somebody's wish.
  await plugin.delete(ASSOCIATION, made.id, made.state);
  expect((await plugin.read(ASSOCIATION, made.id, made.state, made.inputs)).id).toBe("");
});

test("a security group owns its rules: drift shows and is put back", async () => {
  const { plugin } = await aws();
  const rule = { protocol: "tcp", fromPort: 25, toPort: 25, cidrBlocks: ["0.0.0.0/0"] };
  const news = { vpcId: "vpc-0a1b2c3d4e5f60718", ingress: [rule], egress: [rule] };
  const { id, inputs, state } = await make(plugin, GROUP, news);
  expect(inputs["name"]).toBe("tx1-abcdef0");
  expect(state["description"]).toBe("Managed by Pulumi");
  expect(await plugin.diff(GROUP, state, inputs)).toMatchObject({ changes: false });
  const again = await plugin.check(GROUP, news, inputs);
  expect(again.inputs["name"]).toBe(inputs["name"]);
  const refreshed = await plugin.read(GROUP, id, state, inputs);
  expect(refreshed).toEqual({ id, state, inputs });
  const wider = { ...inputs, ingress: [rule, { ...rule, fromPort: 587, toPort: 587 }] };
  const after = await plugin.update(GROUP, id, state, wider);
  expect(await plugin.diff(GROUP, after, wider)).toMatchObject({ changes: false });
  expect(await plugin.diff(GROUP, after, inputs)).toMatchObject({ diffs: ["ingress"] });
  const fixed = { ...inputs, description: "other", __defaults: [] };
  expect(await plugin.diff(GROUP, state, fixed)).toMatchObject({ deleteBeforeReplace: true });
  await plugin.delete(GROUP, id, after);
  await plugin.delete(GROUP, id, after);
});

test("a parameter takes its value, and a change of it raises the version", async () => {
  const { plugin } = await aws();
  const news = { name: "/sendips/mx-1/dkim", type: "SecureString", value: "one" };
  const { id, inputs, state } = await make(plugin, PARAMETER, news);
  expect(state).toMatchObject({ value: "one", type: "SecureString", version: 1 });
  expect(await plugin.read(PARAMETER, id, state, inputs)).toEqual({ id, state, inputs });
  const after = await plugin.update(PARAMETER, id, state, { ...inputs, value: "two" });
  expect(after).toMatchObject({ value: "two", version: 2 });
  await plugin.delete(PARAMETER, id, after);
  await plugin.delete(PARAMETER, id, after);
});

test("functions answer about what the program does not own", async () => {
  const { plugin } = await aws();
  const who = await plugin.invoke("aws:index/getCallerIdentity:getCallerIdentity", {});
  expect(who["accountId"]).toMatch(/^\d{12}$/);
  const subnet = await plugin.invoke("aws:ec2/getSubnet:getSubnet", { id: SUBNET });
  expect(subnet).toMatchObject({ id: SUBNET, cidrBlock: "10.0.1.0/24" });
  const instanceType = "c5.large";
  const type = await plugin.invoke("aws:ec2/getInstanceType:getInstanceType", { instanceType });
  expect(type).toMatchObject({ maximumNetworkInterfaces: 3, maximumIpv4AddressesPerInterface: 10 });
  const eip = await make(plugin, EIP, { tags: { owner: "acme" } });
  const eips = (owner: string) =>
    plugin.invoke("aws:ec2/getEips:getEips", {
      filters: [{ name: "tag:owner", values: [owner] }],
    });
  expect((await eips("acme"))["allocationIds"]).toEqual([eip.id]);
  expect((await eips("shop"))["allocationIds"]).toEqual([]);
  await expect(
    plugin.invoke("aws:ec2/getSubnet:getSubnet", { id: "subnet-0" }),
  ).rejects.toBeInstanceOf(PluginError);
});

test("a reverse name is set, renamed in place, imported as it stands, and cleared", async () => {
  const { plugin, sandbox } = await aws();
  const eip = await make(plugin, EIP, { domain: "vpc" });
  const wanted = { allocationId: eip.id, domainName: "tx1.acme.example" };
  await expect(plugin.create(PTR, wanted)).rejects.toThrow(/InvalidParameterValue/);
  const cloudflare = await Plugin.start("cloudflare", {
    CLOUDFLARE_API_TOKEN: "test",
    CLOUDFLARE_BASE_URL: sandbox.cloudflareUrl,
  });
  await cloudflare.configure({});
  for (const name of ["tx1", "tx2"]) {
    const content = String(eip.state["publicIp"]);
    const zoneId = "023e105f4ecef8ad9ca31a8372d0c353";
    const record = { zoneId, name: `${name}.acme.example`, type: "A", content, ttl: 60 };
    await cloudflare.create("cloudflare:index/dnsRecord:DnsRecord", record);
  }
  const { id, inputs, state } = await make(plugin, PTR, wanted);
  expect(id).toBe(eip.id);
  expect(state).toMatchObject({ ...wanted, ptrRecord: "tx1.acme.example." });
  expect(await plugin.read(PTR, id, state, inputs)).toEqual({ id, state, inputs });
  const imported = await plugin.read(PTR, id);
  expect(imported.inputs).toMatchObject({ domainName: "tx1.acme.example." });

  const renamed = { ...inputs, domainName: "tx2.acme.example" };
  expect(await plugin.diff(PTR, state, renamed)).toMatchObject({
    diffs: ["domainName"],
    replaces: [],
  });
  const after = await plugin.update(PTR, id, state, renamed);
  // The official resource keeps what the state has until a refresh.
  expect(after).toMatchObject({ domainName: "tx2.acme.example", ptrRecord: "tx1.acme.example." });
  const seen = await plugin.read(PTR, id, after, renamed);
  expect(seen.state).toMatchObject({ ptrRecord: "tx2.acme.example." });
  const moved = await plugin.diff(PTR, after, { ...renamed, allocationId: "eipalloc-2" });
  expect(moved.replaces).toEqual(["allocationId"]);

  await expect(plugin.delete(EIP, eip.id, eip.state)).rejects.toThrow(/InvalidAddress.PtrSet/);
  await plugin.delete(PTR, id, after);
  expect((await plugin.read(PTR, id, after, renamed)).id).toBe("");
  await plugin.delete(EIP, eip.id, eip.state);
  await plugin.delete(PTR, id, after);
});
