/** What a deployment leaves: few lines for a person, and everything else for programs. */
import { describe, expect, test } from "vitest";
import { deployedWorld, operationLines, rewriteState, type World, world } from "./harness.ts";

const TENANT = ["sendips:tenant"];
const KEYS = Array.from({ length: 20 }, (_, index) => `tx${index + 1}`);
const EXTERNAL = {
  "acme.example": "external",
  "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
};

/** The lines of the engine's section of outputs. */
function outputLines(output: string): string[] {
  const [, section = ""] = output.split(/^Outputs:$/m);
  return (
    section
      .split(/^Resources:$/m)[0]
      ?.trim()
      .split("\n") ?? []
  );
}

/** Makes the example tenant one of twenty addresses. */
async function twenty(): Promise<World> {
  const made = await world();
  made.sandbox.world.state.aws.eipQuota = KEYS.length;
  const ips = KEYS.map((_, index) => `10.0.1.${index + 10}`);
  const eth0 = { privateIps: ips.slice(0, 10) };
  const eth1 = { privateIps: ips.slice(10) };
  made.edit("mx-1", ["sendips:mailHost", "networkInterfaces"], { eth0, eth1 });
  const host = await made.up("mx-1");
  expect(host.code, host.output).toBe(0);
  expect(outputLines(host.output).length).toBeLessThanOrEqual(40);
  const addresses = KEYS.map((key, index) => [key, { privateIp: ips[index] }]);
  made.edit("acme", [...TENANT, "addresses"], Object.fromEntries(addresses));
  made.edit("acme", [...TENANT, "streams"], {
    transactional: { from: "tx.acme.example", addresses: KEYS.slice(0, 10) },
    marketing: { from: "news.acme.example", addresses: KEYS.slice(10) },
  });
  return made;
}

test("twenty addresses go up, and what a person reads fits a screen", {
  timeout: 600_000,
}, async () => {
  const made = await twenty();
  const run = await made.up("acme");
  expect(run.code, run.output).toBe(0);
  const lines = outputLines(run.output);
  expect(lines.length).toBeLessThanOrEqual(50);
  const { addresses, records } = await made.outputs("acme");
  expect(Object.keys(addresses).sort()).toEqual(KEYS.toSorted());
  for (const [key, { publicIp, hostName, privateIp }] of Object.entries(addresses)) {
    const line = new RegExp(`^ *${key} *: "${publicIp} ${hostName} ← ${privateIp}"$`);
    expect(lines.filter((one) => line.test(one))).toHaveLength(1);
  }
  const ours = records.filter(({ zone }) => zone === "acme.example").length;
  expect(run.output).toContain(`  acme.example    : "${ours} published at Cloudflare"`);
  expect(run.output).toContain('reverse names   : "20 set at EC2"');
  expect(run.output).toContain("npx sendips show acme");

  const shown = await made.sendips("show", "acme");
  expect([shown.code, shown.stdout.trim().split("\n").length]).toEqual([0, 24]);
  const json: unknown = JSON.parse((await made.sendips("show", "acme", "--json")).stdout);
  expect(json).toEqual(await made.outputs("acme"));

  const same = await made.up("acme", ["--expect-no-changes"]);
  expect([same.code, operationLines(same)]).toEqual([0, []]);
});

test("sendips show says that a stack is not deployed, and of a mail host what it has", async () => {
  const made = await world();
  const none = await made.sendips("show", "acme");
  expect([none.code, none.output]).toEqual([
    1,
    "sendips: acme is not deployed yet: npx pulumi up -s acme\n",
  ]);
  await made.up("mx-1");
  const host = await made.sendips("show", "mx-1");
  expect(host.stdout).toMatch(
    /^mx-1: mail host, AWS account \d+, us-east-1\n {2}eth0 +eni-\w+ 10\./,
  );
});

test("what the customer must publish is counted, with the command that prints it", async () => {
  const made = await world();
  await made.up("mx-1");
  made.edit("acme", ["sendips:zones"], EXTERNAL);
  const run = await made.up("acme");
  expect(run.code, run.output).toBe(0);
  expect(run.output).toMatch(
    /acme\.example *: "\d+ for the customer to publish: npx sendips plan acme --customer"/,
  );
  expect(run.output).toMatch(/tx1: "\S+ tx1\.mail\.acme\.example ← 10\.0\.1\.10 \(no PTR yet\)"/);
  expect(run.output).toContain('"2 waiting until the customer publishes the host names"');
});

describe("what is remembered", () => {
  test("is all there after a run with --target, and a next run has nothing to do", async () => {
    const made = await deployedWorld();
    const before = await made.outputs("acme");
    made.edit("acme", [...TENANT, "addresses", "tx2"], { privateIp: "10.0.1.12" });
    const urn = `urn:pulumi:acme::sendips::sendips:index:Tenant$sendips:index:SendingIp::acme-tx1`;
    const run = await made.up("acme", ["--target", urn]);
    expect(run.code, run.output).toBe(0);
    const after = await made.outputs("acme");
    expect(after).toMatchObject({
      ...{ account: before.account, region: before.region, leaves: before.leaves },
      ...{ zones: before.zones, mailHost: before.mailHost },
      addresses: before.addresses,
    });
    expect(Object.keys(after.addresses)).not.toContain("tx2");
    // What is known of the records is written, and the others hide none of it.
    expect(after.records).toEqual(expect.arrayContaining(before.records));
    made.edit("acme", [...TENANT, "addresses", "tx2"], undefined);
    const same = await made.up("acme");
    expect(same.code, same.output).toBe(0);
    expect(operationLines(same)).toEqual([]);
    expect(await made.outputs("acme")).toEqual(before);
  });

  test("survives the loss of the component", async () => {
    const made = await deployedWorld();
    const before = await made.outputs("acme");
    await rewriteState(made, (resources) =>
      resources.filter(({ type }) => type !== "sendips:program:Deployment"),
    );
    const { account, region, leaves, stack } = await made.outputs("acme");
    expect({ account, region, leaves, stack }).toEqual({
      ...{ account: before.account, region: before.region },
      ...{ leaves: before.leaves, stack: before.stack },
    });
    const run = await made.up("acme");
    expect([run.code, operationLines(run)]).toEqual([0, []]);
    expect(await made.outputs("acme")).toEqual(before);
  });
});
