/**
 * The components in programs of other languages, through the plugin. Pulumi YAML is the language whose host can be
 * had from a Go module; the engine, the plugin and its schema are the same for all.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { REPOSITORY } from "../../sandbox/project.ts";
import { pluginSchema } from "../../scripts/plugin-schema.ts";
import { changes, clearCalls, liveState, operationLines, type World, world } from "./harness.ts";

const PLUGIN = join(REPOSITORY, "plugin");
const ZONE_ID = "0c1d2e3f405162738495a6b7c8d9eaf0";

/** As this repository's Pulumi.yaml has it. */
const TYPESCRIPT = { name: "nodejs", options: { typescript: false } };

type Resources = Record<string, { type: string; properties: Record<string, unknown> }>;

/** A world with a mail host, whose other stacks run YAML programs. */
async function programs() {
  const made = await world();
  expect((await made.up("mx-1")).code).toBe(0);
  const networkInterface = (await made.outputs("mx-1")).networkInterfaces["eth0"]?.id ?? "";
  const { cwd, env } = made.options;
  env["AWS_REGION"] = "us-east-1";
  const { config, stackConfigDir } = parse(readFileSync(join(cwd, "Pulumi.yaml"), "utf8"));
  const write = (resources: Resources, outputs: Record<string, string> = {}) =>
    writeFileSync(
      join(cwd, "Pulumi.yaml"),
      stringify({
        ...{ name: "mail", runtime: "yaml", packages: { sendips: PLUGIN } },
        ...{ stackConfigDir, config, resources, outputs },
      }),
    );
  return { made, write, networkInterface };
}

const resolvers = (made: World) => [`${made.sandbox.dns.host}:${made.sandbox.dns.port}`];

function sendingIp(made: World, networkInterfaceId: string, more: Record<string, unknown> = {}) {
  const properties = {
    ...{ tenant: "shop", key: "tx1", hostName: "tx1.shop.acme.example" },
    ...{ privateIp: "10.0.1.12", networkInterfaceId, zoneId: ZONE_ID },
    resolves: { servers: resolvers(made) },
    ...more,
  };
  return { type: "sendips:SendingIp", properties };
}

function tenant(made: World, networkInterface: string, { release = false, more = {} } = {}) {
  const privateIp = "10.0.1.13";
  const properties = {
    config: {
      ...{ domain: "acme.example", hostNames: "mail.acme.example" },
      mailHost: { networkInterface },
      addresses: { tx1: { privateIp, release, releaseNow: release } },
      streams: release ? {} : { transactional: { from: "tx.acme.example", addresses: ["tx1"] } },
      dmarc: { keep: true },
      ...more,
    },
    operator: {
      zones: { "acme.example": { cloudflare: ZONE_ID } },
      dns: { servers: resolvers(made) },
    },
    privateIps: { [privateIp]: networkInterface },
  };
  return { type: "sendips:Tenant", properties };
}

test("a YAML program: guarded across the boundary, released, and removed to the last", async () => {
  const { made, write, networkInterface } = await programs();
  const shop = sendingIp(made, networkInterface);
  write(
    { shop, clinic: tenant(made, networkInterface) },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Pulumi YAML's own
    { shop: "${shop.publicIp}", clinic: "${clinic.publicIps}" },
  );
  await made.init("yaml");
  const up = await made.up("yaml");
  expect(up.code, up.output).toBe(0);
  expect(operationLines(up)).toEqual(
    expect.arrayContaining([
      ...["create EipDomainName shop", "create EipAssociation shop"],
      ...["create EipAssociation clinic-tx1", "create DnsRecord clinic-spf-tx.acme.example"],
    ]),
  );
  const before = liveState(made);
  const outputs = JSON.parse(
    await made.mustPulumi("stack", "output", "--json", "-s", "yaml").then(({ output }) => output),
  );
  expect([outputs.shop, outputs.clinic.tx1].sort()).toEqual(Object.keys(before.addresses).sort());
  const same = await made.up("yaml");
  expect([same.code, operationLines(same)], same.output).toEqual([0, []]);

  // The hooks run in the plugin: what is left out unreleased stays on the air, and so at the second try.
  write({ shop });
  await clearCalls(made);
  for (const args of [[], ["--continue-on-error"]]) {
    const refused = await made.up("yaml", args);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/addresses\.tx1: 198\.51\.100\.\d is deployed and its release/);
  }
  expect(await changes(made)).toEqual([]);
  expect(liveState(made)).toEqual(before);

  write({ shop, clinic: tenant(made, networkInterface, { release: true }) });
  const released = await made.up("yaml");
  expect(released.code, released.output).toBe(0);
  write({ shop });
  const gone = await made.up("yaml");
  expect(gone.code, gone.output).toBe(0);
  expect(operationLines(gone).filter((line) => !/ clinic/.test(line))).toEqual([]);
  expect(Object.keys(liveState(made).addresses)).toEqual([outputs.shop]);

  // The last one goes: nobody registers the hooks any more, but for what a program keeps to that end.
  write({ shop: sendingIp(made, networkInterface, { release: true }) });
  expect((await made.up("yaml")).code).toBe(0);
  write({});
  const named = await made.up("yaml");
  expect(named.code).not.toBe(0);
  expect(named.output).toContain("sendips:keep");
  expect(Object.keys(liveState(made).addresses)).toEqual([outputs.shop]);
  write({ guards: { type: "sendips:Guards", properties: {} } });
  const empty = await made.up("yaml");
  expect(empty.code, empty.output).toBe(0);
  expect(liveState(made).addresses).toEqual({});
}, 600_000);

test("a mail host and its tenant in one YAML program", async () => {
  const { made, write } = await programs();
  const clinic = tenant(made, "eni-0123456789abcdef0");
  const host = {
    type: "sendips:MailHost",
    properties: {
      subnet: "subnet-0a1b2c3d4e5f60718",
      instanceType: "c5.large",
      networkInterfaces: { eth0: { privateIps: ["10.0.1.20", "10.0.1.21"] } },
    },
  };
  clinic.properties.config.addresses.tx1.privateIp = "10.0.1.20";
  write({
    host,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Pulumi YAML's own
    clinic: { ...clinic, properties: { ...clinic.properties, privateIps: "${host.privateIps}" } },
  });
  await made.init("yaml");
  const preview = await made.run("preview", "--stack", "yaml");
  expect(preview.code, preview.output).toBe(0);
  const up = await made.up("yaml");
  expect(up.code, up.output).toBe(0);
  expect(Object.values(liveState(made).addresses).map(([, privateIp]) => privateIp)).toEqual([
    "10.0.1.20",
  ]);

  // The same in TypeScript is the same to the engine.
  const yaml = readFileSync(join(made.options.cwd, "Pulumi.yaml"), "utf8");
  const { config, operator } = clinic.properties;
  writeFileSync(
    join(made.options.cwd, "program.ts"),
    `import { MailHost, Tenant } from "${REPOSITORY}/components/index.ts";
const host = new MailHost("host", ${JSON.stringify(host.properties)});
new Tenant("clinic", { config: ${JSON.stringify(config)}, operator: ${JSON.stringify(operator)}, privateIps: host.privateIps });
`,
  );
  writeFileSync(
    join(made.options.cwd, "Pulumi.yaml"),
    stringify({ ...parse(yaml), runtime: TYPESCRIPT, main: "program.ts", resources: undefined }),
  );
  const same = await made.up("yaml");
  expect([same.code, operationLines(same)], same.output).toEqual([0, []]);
}, 300_000);

test("what is wrong with inputs is told at once, and nothing is changed", async () => {
  const { made, write, networkInterface } = await programs();
  await clearCalls(made);
  write({
    guards: { type: "sendips:Guards", properties: {} },
    // An output is an object, and as good as true: it would release the address.
    shop: sendingIp(made, networkInterface, { release: { "fn::secret": false } }),
  });
  await made.init("yaml");
  const release = await made.up("yaml");
  expect(release.code).not.toBe(0);
  expect(release.output).toMatch(/release.*a plain value is wanted/s);

  const more = { dkim: { s1: { publicKey: { "fn::secret": "MIIB" } } }, nothing: 1 };
  write({ clinic: tenant(made, networkInterface, { more }) });
  const secret = await made.up("yaml");
  expect(secret.code).not.toBe(0);
  expect(secret.output).toMatch(/config\.dkim\.s1\.publicKey.*a plain value is wanted/s);

  write({ clinic: tenant(made, networkInterface, { more: { domain: "co.uk", nothing: 1 } }) });
  const config = await made.up("yaml");
  expect(config.code).not.toBe(0);
  expect(config.output).toContain("sendips:tenant.nothing");
  expect(config.output).toContain("nothing was changed");
  expect(await changes(made)).toEqual([]);
}, 300_000);

test("the schema is what Pulumi's analyzer reads, and Pulumi's own commands take it", async () => {
  const kept = readFileSync(join(PLUGIN, "schema.json"), "utf8");
  expect(JSON.parse(await pluginSchema())).toEqual(JSON.parse(kept));
  const made = await world();
  await made.mustPulumi("schema", "check", join(PLUGIN, "schema.json"));
  const { output } = await made.mustPulumi("package", "get-schema", PLUGIN);
  const { name, version, resources } = JSON.parse(kept);
  expect(JSON.parse(output)).toMatchObject({ name, version });
  expect(Object.keys(JSON.parse(output).resources).sort()).toEqual(Object.keys(resources).sort());

  // YAML 1.25 writes what it needs of the package, and then knows no way to link it: `packages:` is written by hand.
  const { cwd } = made.options;
  writeFileSync(join(cwd, "Pulumi.yaml"), stringify({ name: "mail", runtime: "yaml" }));
  const added = await made.pulumi("package", "add", PLUGIN);
  expect(added.output).toContain("Successfully generated an SDK for the sendips package");
  expect(added.output).toContain("Link not implemented");
  const sdk = readFileSync(join(cwd, "sdks", "sendips", `sendips-${version}.yaml`), "utf8");
  expect(parse(sdk)).toMatchObject({ name, version });
}, 300_000);
