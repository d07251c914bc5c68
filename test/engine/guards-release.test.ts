/**
 * What lets an address go: that its release was deployed, in the state and in EC2, and that the config has
 * not taken it back. Each of the ways here took an address off the air, or its records, on some version.
 */
import { describe, expect, onTestFinished, test } from "vitest";
import { cloudflareZones } from "../../sandbox/project.ts";
import { startSandbox } from "../../sandbox/server.ts";
import {
  changes,
  clearCalls,
  clearFaults,
  deployedWorld,
  ec2Of,
  forget,
  inject,
  liveState,
  release,
  turnExternal,
  urns,
  type World,
} from "./harness.ts";

const ADDRESSES = ["sendips:tenant", "addresses"];
const DESTROY = ["destroy", "--stack", "acme", "--yes", "--run-program", "--skip-preview"];

/** No variant of a destroy takes anything. */
async function expectKept(made: World): Promise<void> {
  const before = liveState(made);
  await clearCalls(made);
  for (const args of [
    [],
    ["--continue-on-error"],
    ["--continue-on-error", "--exclude-protected"],
  ]) {
    const run = await made.run(...DESTROY, ...args);
    expect(run.code).not.toBe(0);
    expect(run.output).toMatch(
      /addresses\.(mk1|tx1): 198\.51\.100\.\d is deployed and its release/,
    );
    expect(run.output).not.toContain("unprotect");
  }
  expect(await changes(made)).toEqual([]);
  expect(liveState(made)).toEqual(before);
}

describe("a release that is not deployed", () => {
  test("though EC2 has the tag, because the answer was lost, lets nothing go", async () => {
    const made = await deployedWorld();
    const before = liveState(made);
    release(made, { tx1: true, mk1: true });
    await inject(made, { service: "ec2", action: "CreateTags", kind: "drop-after", times: 100 });
    expect((await made.up("acme")).code).not.toBe(0);
    await clearFaults(made);
    release(made, { tx1: false, mk1: false });
    await expectKept(made);

    expect((await made.up("acme")).code).toBe(0);
    // A refresh brings the tag into the state, where nobody deployed it.
    expect((await made.run("refresh", "--stack", "acme", "--yes")).code).toBe(0);
    forget(made);
    await clearCalls(made);
    for (const args of [["up", "--yes", "--skip-preview"], ["up", "--yes"], ["preview"]]) {
      const run = await made.run(...args, "--stack", "acme");
      expect(run.code).not.toBe(0);
      expect(run.output).toMatch(/addresses\.mk1: is gone from the config, but/);
      expect(run.output).not.toContain("unprotect");
    }
    expect(await changes(made)).toEqual([]);
    expect(liveState(made)).toEqual(before);
  });

  test("because the config takes it back lets nothing of the tenant go", async () => {
    const made = await deployedWorld();
    release(made, { tx1: true, mk1: true });
    expect((await made.up("acme")).code).toBe(0);
    release(made, { mk1: false });
    await expectKept(made);
    const back = await made.up("acme");
    expect(back.code, back.output).toBe(0);
    await expectKept(made);
  });

  test("but for the address alone (--target) says why EC2 does not let it go", async () => {
    const made = await deployedWorld();
    const [id = ""] = liveState(made).addresses["198.51.100.1"] ?? [];
    const eips = await urns(made, "aws:ec2/eip:Eip");
    const held = made.sandbox.world.state.aws.regions["us-east-1"]?.addresses ?? {};
    const key = held[id]?.tags["sendips:address"] === "mk1" ? "mk1" : "tx1";
    // The streams go on, with the other one.
    for (const stream of ["transactional", "marketing"]) {
      const other = key === "tx1" ? "mk1" : "tx1";
      made.edit("acme", ["sendips:tenant", "streams", stream, "addresses"], [other]);
    }
    // Deployed first: the engine's own check of its state fails where a run with --target changes what depends on what.
    expect((await made.up("acme")).code).toBe(0);
    for (const asked of ["release", "releaseNow"]) {
      made.edit("acme", [...ADDRESSES, key, asked], true);
    }
    const part = await made.up("acme", ["--target", eips[`acme-${key}`] ?? ""]);
    expect(part.code, part.output).toBe(0);
    made.edit("acme", [...ADDRESSES, key], undefined);
    const stuck = await made.up("acme");
    expect(stuck.code).not.toBe(0);
    expect(stuck.output).toContain(`its PTR is still ${key}.mail.acme.example`);
    expect(stuck.output).toContain(`aws ec2 reset-address-attribute --allocation-id ${id}`);
    await ec2Of(made).resetAddressAttribute({ AllocationId: id, Attribute: "domain-name" });
    const gone = await made.up("acme");
    expect(gone.code, gone.output).toBe(0);
    expect(Object.keys(liveState(made).addresses)).toHaveLength(1);
  });
});

describe("tags that do not say whose an address is", () => {
  test("because somebody removed them, keep the tenant all the same", async () => {
    const made = await deployedWorld();
    const { addresses } = liveState(made);
    const Resources = Object.values(addresses).map(([id]) => id);
    await ec2Of(made).deleteTags({ Resources });
    await expectKept(made);
  });

  test("because the project was renamed, keep the tenant all the same", async () => {
    const made = await deployedWorld();
    const Resources = Object.values(liveState(made).addresses).map(([id]) => id);
    const Tags = [{ Key: "sendips:project", Value: "before" }];
    await ec2Of(made).createTags({ Resources, Tags });
    // The policy that is printed knows the project's new name alone.
    await made.access.unlimited(async () => {
      await expectKept(made);
      const up = await made.up("acme", ["--refresh"]);
      expect(up.code, up.output).toBe(0);
    });
  });
});

test("the records of a zone that becomes the customer's stay until theirs answer, and go then", async () => {
  const made = await deployedWorld();
  const before = liveState(made);
  turnExternal(made);
  made.edit("acme", ["sendips:tenant", "waitForCustomerRecords"], true);
  const refused = await made.up("acme");
  expect(refused.code).not.toBe(0);
  expect(refused.output).toMatch(
    /zones\["acme\.example"\]: is external, but \d+ records of ours stand in our zone .* still delegated to ada/,
  );
  expect(liveState(made)).toEqual(before);

  // The customer's own name servers: delegated to, and at first without the records.
  const customer = await startSandbox({ zones: await cloudflareZones() });
  onTestFinished(() => customer.close());
  const theirs = customer.world.state.cloudflare;
  for (const zone of Object.values(theirs.zones)) zone.nameServers = ["ns1.customer.example"];
  const { host, port } = customer.dns;
  made.edit("acme", ["sendips:dns"], { servers: [`${host}:${port}`] });
  const early = await made.up("acme");
  expect(early.code).not.toBe(0);
  expect(early.output).toContain("the customer's name servers do not answer with");
  expect(liveState(made)).toEqual(before);

  theirs.served = structuredClone(made.sandbox.world.state.cloudflare.served);
  const over = await made.up("acme");
  expect(over.code, over.output).toBe(0);
  expect(liveState(made).addresses).toEqual(before.addresses);
  expect(liveState(made).records.filter((record) => record.includes(" A "))).toEqual([]);
});
