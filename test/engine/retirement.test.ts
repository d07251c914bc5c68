/**
 * Addresses that leave: out of pools and SPF with the deployment that says so, on the air with their names until they
 * have drained, and then given back to AWS or kept for another tenant.
 */
import { expect, test } from "vitest";
import { daysAfter } from "../../core/days.ts";
import {
  changes,
  clearCalls,
  deployedWorld,
  ec2Of,
  forget,
  liveState,
  operationLines,
  release,
  rewriteState,
  type World,
} from "./harness.ts";

const TENANT = ["sendips:tenant"];
const ADDRESSES = [...TENANT, "addresses"];
const DESTROY = ["destroy", "--stack", "acme", "--yes", "--run-program", "--skip-preview"];

const today = () => new Date().toISOString().slice(0, 10);

/** An address in EC2 by its key, as its tags say. */
function inCloud(made: World, key: string) {
  const addresses = made.sandbox.world.state.aws.regions["us-east-1"]?.addresses ?? {};
  const found = Object.values(addresses).find(({ tags }) => tags["sendips:address"] === key);
  if (found === undefined) throw new Error(`no address ${key}`);
  return found;
}

/** Names and values in Cloudflare that hold a text. */
function recordsWith(made: World, text: string): string[] {
  return Object.values(made.sandbox.world.state.cloudflare.records)
    .filter(({ name, content }) => `${name} ${content}`.includes(text))
    .map(({ type, name }) => `${type} ${name}`)
    .sort();
}

/** Lets days pass: what a deployment wrote is of as many days ago. */
async function daysPass(made: World, days: number): Promise<void> {
  const before = (day: unknown) => daysAfter(String(day), -days);
  const shift = (values: unknown, names: readonly string[]) => {
    if (typeof values !== "object" || values === null) return;
    for (const name of names) {
      const day: unknown = Reflect.get(values, name);
      if (day !== undefined) Reflect.set(values, name, before(day));
    }
  };
  const tags = ["sendips:drainsSince", "sendips:mayGoFrom"];
  for (const address of Object.values(
    made.sandbox.world.state.aws.regions["us-east-1"]?.addresses ?? {},
  )) {
    const Tags = tags.flatMap((Key) =>
      address.tags[Key] === undefined ? [] : [{ Key, Value: before(address.tags[Key]) }],
    );
    if (Tags.length > 0) {
      await ec2Of(made).createTags({ Resources: [address.allocationId], Tags });
    }
  }
  await rewriteState(made, (resources) => {
    for (const { inputs, outputs } of resources) {
      for (const values of [inputs, outputs]) {
        if (typeof values !== "object" || values === null) continue;
        shift(values, ["since", "mayGoFrom"]);
        shift(Reflect.get(values, "tags"), tags);
        shift(Reflect.get(values, "tagsAll"), tags);
      }
    }
    return resources;
  });
}

test("a release takes an address out of pools and SPF at once, and lets it go when it has drained", async () => {
  const made = await deployedWorld();
  const { publicIp, allocationId } = inCloud(made, "mk1");
  const streams = [...TENANT, "streams", "marketing", "addresses"];
  made.edit("acme", streams, ["mk1", "tx1"]);
  expect((await made.up("acme")).code).toBe(0);
  expect(recordsWith(made, publicIp)).toEqual([
    "A mk1.mail.acme.example",
    "TXT bounce.news.acme.example",
    "TXT news.acme.example",
  ]);

  made.edit("acme", [...ADDRESSES, "mk1", "release"], true);
  const planned = await made.sendips("plan", "acme", "--format", "table");
  expect(planned.output).toMatch(/mk1 .*; may go 5 days after its release is deployed/);
  const released = await made.up("acme");
  expect(released.code, released.output).toBe(0);
  const from = daysAfter(today(), 5);
  expect(released.output).toContain(`(may go from ${from})`);
  expect((await made.sendips("show", "acme")).output).toContain(`(may go from ${from})`);
  const known = await made.sendips("plan", "acme", "--format", "table");
  expect(known.output).toMatch(new RegExp(`mk1 .*; may go from ${from}`));
  expect(recordsWith(made, publicIp)).toEqual(["A mk1.mail.acme.example"]);
  expect(recordsWith(made, "mk1.mail.acme.example")).toEqual([
    "A mk1.mail.acme.example",
    "TXT mk1.mail.acme.example",
  ]);
  const { streams: pools } = await made.outputs("acme");
  expect(pools.map(({ pool }) => pool)).toEqual([["tx1"], ["tx1"]]);
  const held = [allocationId, "10.0.1.11", "mk1.mail.acme.example."];
  expect(liveState(made).addresses[publicIp]).toEqual(held);

  // Two days later it drains still, and that day does not move.
  await daysPass(made, 2);
  const later = await made.up("acme");
  expect([later.code, operationLines(later)], later.output).toEqual([0, []]);
  const left = daysAfter(today(), 3);
  made.edit("acme", streams, ["tx1"]);
  made.edit("acme", [...ADDRESSES, "mk1"], undefined);
  const before = liveState(made);
  await clearCalls(made);
  for (const args of [
    ["up", "--yes", "--skip-preview", "--stack", "acme"],
    ["up", "--yes", "--stack", "acme", "--continue-on-error", "--refresh"],
  ]) {
    const early = await made.run(...args);
    expect(early.code).not.toBe(0);
    expect(early.output).toMatch(
      new RegExp(
        `addresses\\.mk1: is gone from the config, but ${publicIp} drains and may go from ${left}`,
      ),
    );
    expect(early.output).toContain("or set releaseNow: true on it and deploy");
  }
  expect(await changes(made)).toEqual([]);
  expect(liveState(made)).toEqual(before);

  await daysPass(made, 3);
  const gone = await made.up("acme");
  expect(gone.code, gone.output).toBe(0);
  expect(operationLines(gone)).toContain("delete Eip acme-mk1");
  expect(Object.keys(liveState(made).addresses)).toHaveLength(1);
  expect(recordsWith(made, "mk1")).toEqual([]);
}, 300_000);

test("a tenant that drains is not destroyed, and says which addresses are in the way; releaseNow lets it go", async () => {
  const made = await deployedWorld();
  const ips = ["tx1", "mk1"].map((key) => [key, inCloud(made, key).publicIp] as const);
  release(made, { tx1: true }, { release: true });
  expect((await made.up("acme")).code).toBe(0);
  // What is only written down lets nothing go.
  release(made, { tx1: true });
  const before = liveState(made);
  await clearCalls(made);
  for (const args of [
    [],
    ["--continue-on-error"],
    ["--continue-on-error", "--exclude-protected"],
  ]) {
    const refused = await made.run(...DESTROY, ...args);
    expect(refused.code).not.toBe(0);
    for (const [key, publicIp] of ips) {
      const why =
        key === "tx1"
          ? `${publicIp} drains and may go from ${daysAfter(today(), 5)}`
          : `${publicIp} is deployed and its release is not`;
      expect(refused.output).toContain(`acme: sendips:tenant.addresses.${key}: ${why}`);
    }
    expect(refused.output).toContain("set releaseNow: true on it and deploy");
    expect(refused.output).not.toContain("unprotect");
  }
  expect(await changes(made)).toEqual([]);
  expect(liveState(made)).toEqual(before);

  release(made, { mk1: true });
  expect((await made.up("acme")).code).toBe(0);
  const destroyed = await made.run(...DESTROY);
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(liveState(made).addresses).toEqual({});
}, 300_000);

test("an address that is retained stays allocated when its tenant goes, for another one", async () => {
  const made = await deployedWorld();
  const { publicIp, allocationId } = inCloud(made, "mk1");
  release(made, { mk1: true }, { retain: true, releaseNow: true });
  release(made, { tx1: true });
  expect((await made.up("acme")).code).toBe(0);
  expect(inCloud(made, "mk1").association?.privateIp).toBe("10.0.1.11");
  // A release that was only written down does not give back what was to stay.
  made.edit("acme", [...ADDRESSES, "mk1", "retain"], undefined);
  made.edit("acme", [...ADDRESSES, "mk1", "release"], true);
  const refused = await made.run(...DESTROY);
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain(`addresses.mk1: ${publicIp} is deployed and its release is not`);
  expect(Object.keys(liveState(made).addresses)).toHaveLength(2);
  made.edit("acme", [...ADDRESSES, "mk1", "release"], undefined);
  made.edit("acme", [...ADDRESSES, "mk1", "retain"], true);

  const destroyed = await made.run(...DESTROY);
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(liveState(made).addresses).toEqual({ [publicIp]: [allocationId, undefined, ""] });
  expect(inCloud(made, "mk1").tags).toMatchObject({
    ...{ "sendips:stack": "acme", "sendips:tenant": "acme", "sendips:retained": "true" },
  });
  expect(recordsWith(made, "mk1")).toEqual([]);
  expect(await made.stateText("acme")).not.toContain(allocationId);

  // The stack begins anew, and the address is nobody's: it is not in its way, and not used unasked.
  release(made, { tx1: false });
  made.edit("acme", [...ADDRESSES, "mk1"], { privateIp: "10.0.1.11" });
  release(made, { mk1: false });
  const again = await made.up("acme");
  expect(again.code, again.output).toBe(0);
  expect(Object.keys(liveState(made).addresses)).toHaveLength(3);
  expect(liveState(made).addresses[publicIp]).toEqual([allocationId, undefined, ""]);
}, 300_000);

test("an address that is removed while others stay is retained too, and its key adopts it again", async () => {
  const made = await deployedWorld();
  const { publicIp, allocationId } = inCloud(made, "mk1");
  release(made, { mk1: true }, { retain: true, drainDays: 0 });
  expect((await made.up("acme")).code).toBe(0);
  forget(made);
  const gone = await made.up("acme");
  expect(gone.code, gone.output).toBe(0);
  expect(liveState(made).addresses[publicIp]).toEqual([allocationId, undefined, ""]);
  expect(recordsWith(made, "mk1")).toEqual([]);

  const listed = await made.sendips("lint", "--online");
  expect(listed.stdout).toContain(
    `${publicIp} (${allocationId}, us-east-1), $3.65 a month: was mk1 of organization/sendips/acme`,
  );
  expect(listed.stdout).toContain(`adopt: ${allocationId}`);

  made.edit("acme", [...ADDRESSES, "mk1"], { privateIp: "10.0.1.11", adopt: publicIp });
  release(made, { mk1: false });
  const back = await made.up("acme");
  expect(back.code, back.output).toBe(0);
  expect(liveState(made).addresses[publicIp]).toEqual([
    ...[allocationId, "10.0.1.11", "mk1.mail.acme.example."],
  ]);
  expect(Object.keys(inCloud(made, "mk1").tags)).not.toContain("sendips:retained");
  // Nobody retains what was never deployed.
  made.edit("acme", [...ADDRESSES, "tx9"], { privateIp: "10.0.1.12", retain: true });
  await clearCalls(made);
  const never = await made.up("acme");
  expect(never.code).not.toBe(0);
  expect(never.output).toContain("addresses.tx9.retain: tx9 is to stay allocated");
  expect(await changes(made)).toEqual([]);
}, 300_000);
