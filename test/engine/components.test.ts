/**
 * The components in programs of somebody else's: composed with each other, with providers of their own, and
 * taken out again.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TYPES } from "../../core/state/resources.ts";
import { REPOSITORY } from "../../sandbox/project.ts";
import {
  changes,
  clearCalls,
  liveState,
  operationLines,
  rewriteState,
  type World,
  world,
} from "./harness.ts";

const SENDIPS = `${REPOSITORY}/components/index.ts`;
const ZONE_ID = "0c1d2e3f405162738495a6b7c8d9eaf0";
const SUBNET = "subnet-0a1b2c3d4e5f60718";

/** A world whose stacks run programs of the test's own. */
async function programs() {
  const made = await world();
  const { cwd, env } = made.options;
  env["AWS_REGION"] = "us-east-1";
  const project = readFileSync(join(cwd, "Pulumi.yaml"), "utf8");
  writeFileSync(join(cwd, "Pulumi.yaml"), project.replace("main: index.ts", "main: program.ts"));
  const write = (text: string) =>
    writeFileSync(
      join(cwd, "program.ts"),
      `import { DnsRecords, MailHost, registerHooks, SendingIp, Tenant } from "${SENDIPS}";\n${text}`,
    );
  return { made, write };
}

const MAIL_HOST = `const host = new MailHost("mx", {
  subnet: "${SUBNET}",
  instanceType: "c5.large",
  networkInterfaces: { eth0: { privateIps: ["10.0.1.20", "10.0.1.21"] } },
});
export const interfaces = host.networkInterfaces;
`;

function tenant(
  made: World,
  name: string,
  { domain = "acme.example", privateIp = "10.0.1.20", release = false, opts = "{}" } = {},
): string {
  const { host, port } = made.sandbox.dns;
  const config = {
    domain,
    hostNames: `${name}.mail.${domain}`,
    mailHost: { networkInterface: "eni-0123456789abcdef0" },
    addresses: { tx1: { privateIp, release, releaseNow: release } },
    streams: release ? {} : { transactional: { from: `${name}.${domain}`, addresses: ["tx1"] } },
    dmarc: { keep: true },
  };
  const operator = {
    zones: { [domain]: { cloudflare: ZONE_ID } },
    dns: { servers: [`${host}:${port}`] },
  };
  return `new Tenant("${name}", {
  config: ${JSON.stringify(config)},
  operator: ${JSON.stringify(operator)},
  privateIps: host.privateIps,
}, ${opts});
`;
}

const addressesOf = (made: World) => Object.keys(liveState(made).addresses);

test("a mail host and two tenants in one program: previewed, deployed, and one of them taken out", async () => {
  const { made, write } = await programs();
  const shop = tenant(made, "shop", { privateIp: "10.0.1.21" });
  write(MAIL_HOST + tenant(made, "clinic") + shop);
  await made.init("both");
  const preview = await made.run("preview", "--stack", "both");
  expect(preview.code, preview.output).toBe(0);
  expect(await changes(made)).toEqual([]);
  const up = await made.up("both");
  expect(up.code, up.output).toBe(0);
  expect(operationLines(up)).toEqual(
    expect.arrayContaining(["create EipAssociation clinic-tx1", "create EipAssociation shop-tx1"]),
  );
  const before = liveState(made);
  expect(Object.keys(before.addresses)).toHaveLength(2);
  const same = await made.up("both");
  expect([same.code, operationLines(same)], same.output).toEqual([0, []]);

  // Left out while its address is deployed: nothing of it is touched, nor of the other.
  write(MAIL_HOST + shop);
  await clearCalls(made);
  for (const args of [[], ["--continue-on-error"]]) {
    const refused = await made.up("both", args);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/addresses\.tx1: 198\.51\.100\.\d is deployed and its release/);
  }
  expect(await changes(made)).toEqual([]);
  expect(liveState(made)).toEqual(before);

  write(MAIL_HOST + tenant(made, "clinic", { release: true }) + shop);
  const released = await made.up("both");
  expect(released.code, released.output).toBe(0);
  write(MAIL_HOST + shop);
  const gone = await made.up("both");
  expect(gone.code, gone.output).toBe(0);
  expect(operationLines(gone).filter((line) => !/ clinic-/.test(line))).toEqual([]);
  expect(addressesOf(made)).toHaveLength(1);
  expect(liveState(made).records.filter((record) => record.includes("clinic"))).toEqual([]);
  expect(
    liveState(made).records.filter((record) => record.includes("shop")).length,
  ).toBeGreaterThan(2);

  // The last of our components goes, mail host and all.
  write(
    MAIL_HOST.replace('21"] }', '21"], release: true }') +
      tenant(made, "shop", { privateIp: "10.0.1.21", release: true }),
  );
  expect((await made.up("both")).code).toBe(0);
  write("");
  const named = await made.up("both");
  expect(named.code).not.toBe(0);
  expect(named.output).toContain("calls registerHooks() of sendips");
  write("registerHooks();\n");
  const empty = await made.up("both");
  expect(empty.code, empty.output).toBe(0);
  expect(liveState(made)).toEqual({ addresses: {}, records: [] });
}, 600_000);

test("a private IP that the mail host lacks is an error before anything is created", async () => {
  const { made, write } = await programs();
  write(MAIL_HOST + tenant(made, "clinic", { privateIp: "10.0.1.99" }));
  const up = await made.up("both");
  expect(up.code).not.toBe(0);
  expect(up.output).toContain("the mail host has no private IP 10.0.1.99");
  expect(up.output).toContain("allowed: 10.0.1.20, 10.0.1.21");
  expect((await changes(made)).filter((call) => /Address|dns_records/.test(call))).toEqual([]);
});

test("two tenants with two AWS providers, each in its Region, and one taken out with its provider", async () => {
  const { made, write } = await programs();
  const { url } = made.sandbox;
  // The same network in both.
  const { regions } = made.sandbox.world.state.aws;
  regions["eu-west-1"] = structuredClone(regions["us-east-1"] ?? failed());
  // The sandbox's state is another object after each change.
  const here = (region: string) => made.sandbox.world.state.aws.regions[region];
  const provider = (name: string, region: string) =>
    `const ${name} = new Provider("${name}", { region: "${region}", skipMetadataApiCheck: true, endpoints: [{ ec2: "${url}", sts: "${url}", ssm: "${url}" }] });\n`;
  const imports = 'import { Provider } from "@pulumi/aws/provider.js";\n';
  const host = (name: string, at: string, ip: string) =>
    `const ${name} = new MailHost("${name}", { subnet: "${SUBNET}", instanceType: "c5.large", networkInterfaces: { eth0: { privateIps: ["${ip}"] } } }, { providers: { aws: ${at} } });\n`;
  const east = (release = false) =>
    tenant(made, "clinic", { release, opts: "{ providers: { aws: east } }" }).replace(
      "host.",
      "mxEast.",
    );
  const west = (release = false) =>
    tenant(made, "shop", {
      ...{ release, privateIp: "10.0.1.30", opts: "{ providers: { aws: west } }" },
    }).replace("host.", "mxWest.");
  const hosts =
    imports +
    provider("east", "us-east-1") +
    provider("west", "eu-west-1") +
    host("mxEast", "east", "10.0.1.20") +
    host("mxWest", "west", "10.0.1.30");
  // The default provider would ask a third Region.
  made.options.env["AWS_REGION"] = "ap-south-1";
  write(hosts + east() + west());
  const up = await made.up("both");
  expect(up.code, up.output).toBe(0);
  const inRegion = (region: string) =>
    Object.values(here(region)?.addresses ?? {}).map(({ tags }) => tags["sendips:tenant"]);
  expect([inRegion("us-east-1"), inRegion("eu-west-1")]).toEqual([["clinic"], ["shop"]]);
  expect(here("ap-south-1")).toBeUndefined();

  write(hosts + east());
  await clearCalls(made);
  const refused = await made.up("both");
  expect(refused.code).not.toBe(0);
  expect(refused.output).toMatch(/is deployed and its release is not/);
  expect(await changes(made)).toEqual([]);

  write(hosts + east() + west(true));
  expect((await made.up("both")).code).toBe(0);
  write(hosts + east());
  const gone = await made.up("both");
  expect(gone.code, gone.output).toBe(0);
  expect([inRegion("us-east-1"), inRegion("eu-west-1")]).toEqual([["clinic"], []]);
}, 600_000);

test("an address that the state and its tags have lost is not taken for gone where nobody asks its Region", async () => {
  const { made, write } = await programs();
  const { url } = made.sandbox;
  const { regions } = made.sandbox.world.state.aws;
  regions["eu-west-1"] = structuredClone(regions["us-east-1"] ?? failed());
  const inRegion = (region: string) =>
    `{ region: "${region}", skipMetadataApiCheck: true, endpoints: [{ ec2: "${url}", sts: "${url}", ssm: "${url}" }] }`;
  const host = (name: string, at: string, ip: string) =>
    `const ${name} = new MailHost("${name}", { subnet: "${SUBNET}", instanceType: "c5.large", networkInterfaces: { eth0: { privateIps: ["${ip}"] } } }, { providers: { aws: ${at} } });\n`;
  const both = `import { Provider } from "@pulumi/aws/provider.js";
const east = new Provider("east", ${inRegion("us-east-1")});
const west = new Provider("west", ${inRegion("eu-west-1")});
${host("mxEast", "east", "10.0.1.20")}`;
  const west =
    host("mxWest", "west", "10.0.1.30") +
    tenant(made, "shop", {
      privateIp: "10.0.1.30",
      opts: "{ providers: { aws: west } }",
    }).replace("host.", "mxWest.");
  write(both + west);
  const up = await made.up("both");
  expect(up.code, up.output).toBe(0);
  await rewriteState(
    made,
    (resources) =>
      resources
        .filter(({ type }) => type !== TYPES.eip)
        .map((resource) => ({ ...resource, dependencies: [], propertyDependencies: {} })),
    "both",
  );
  const address = () =>
    Object.values(made.sandbox.world.state.aws.regions["eu-west-1"]?.addresses ?? {})[0] ??
    failed();
  address().tags = {};

  write(both);
  await clearCalls(made);
  const refused = await made.up("both");
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain(
    `the address ${address().allocationId} is in eu-west-1, where no AWS provider of this program asks`,
  );
  expect((await changes(made)).filter((call) => /Address/.test(call))).toEqual([]);
});

function failed(): never {
  throw new Error("the sandbox has no us-east-1");
}

test("options of a component reach what it is made of: protect, transforms, and an alias when it is renamed", async () => {
  const { made, write } = await programs();
  const { host, port } = made.sandbox.dns;
  const program = (name: string, opts: string) =>
    `${MAIL_HOST}const tag = ({ type, props, opts }) =>
  type === "aws:ec2/eip:Eip" ? { props: { ...props, tags: { ...props.tags, team: "mail" } }, opts } : undefined;
new SendingIp("${name}", {
  tenant: "shop",
  key: "tx1",
  hostName: "tx1.shop.acme.example",
  privateIp: "10.0.1.20",
  networkInterfaceId: host.privateIps["10.0.1.20"],
  zoneId: "${ZONE_ID}",
  resolves: { servers: ["${host}:${port}"] },
}, ${opts});
`;
  const options = "protect: true, transforms: [tag]";
  write(program("first", `{ ${options} }`));
  const up = await made.up("one");
  expect(up.code, up.output).toBe(0);
  const [address] = Object.values(
    made.sandbox.world.state.aws.regions["us-east-1"]?.addresses ?? {},
  );
  expect(address?.tags["team"]).toBe("mail");
  const { resources } = JSON.parse(await made.stateText("one")).checkpoint.latest;
  const children = resources.filter(({ urn }: { urn: string }) => /::first(-a)?$/.test(urn));
  expect(children.length).toBeGreaterThan(4);
  expect(children.filter(({ protect }: { protect?: boolean }) => protect !== true)).toEqual([]);

  const before = liveState(made);
  write(program("second", `{ ${options}, aliases: [{ name: "first" }] }`));
  const renamed = await made.up("one");
  expect(renamed.code, renamed.output).toBe(0);
  expect(operationLines(renamed).filter((line) => !line.startsWith("update"))).toEqual([]);
  expect(liveState(made)).toEqual(before);
});
