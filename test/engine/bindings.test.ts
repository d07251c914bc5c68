/**
 * Private IPs and the addresses on them, on a cloud that moves whatever it is asked to move: nothing is
 * taken from anybody, and what somebody else took is said.
 */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  allocate,
  calls,
  clearCalls,
  clearFaults,
  deployedWorld,
  ec2Of,
  inject,
  liveState,
  operationLines,
  type Run,
  release,
  urns,
  type World,
  world,
} from "./harness.ts";

const ADDRESSES = ["sendips:tenant", "addresses"];
const SHOPS = { "sendips:stack": "shop", "sendips:address": "tx1" };

/** Public IPs by the private IP that carries them, as EC2 sees it. */
function carried(made: World): Record<string, string> {
  const bound = Object.entries(liveState(made).addresses);
  return Object.fromEntries(bound.map(([publicIp, [, at]]) => [at ?? "nowhere", publicIp]));
}

async function publicIps(made: World): Promise<{ tx1: string; mk1: string }> {
  const { addresses } = await made.outputs("acme");
  return { tx1: addresses["tx1"]?.publicIp ?? "", mk1: addresses["mk1"]?.publicIp ?? "" };
}

/** The network interface of the mail host. */
async function eth0(made: World): Promise<string> {
  const { networkInterfaces } = await made.outputs("mx-1");
  return networkInterfaces["eth0"]?.id ?? "";
}

const idOf = (made: World, publicIp: string) => liveState(made).addresses[publicIp]?.[0] ?? "";

/** Binds an address as somebody else, who asks nobody. */
async function bind(made: World, allocationId: string, privateIp: string) {
  await ec2Of(made).associateAddress({
    AllocationId: allocationId,
    NetworkInterfaceId: await eth0(made),
    PrivateIpAddress: privateIp,
  });
}

/** Runs `then` as soon as EC2 was asked for something, while `run` goes on. */
async function once(
  made: World,
  action: string,
  then: () => Promise<void>,
  run: () => Promise<Run>,
) {
  let ended = false;
  const looking = (async () => {
    while (!ended) {
      if ((await calls(made)).some((call) => call.action === action)) return then();
      await sleep(10);
    }
    throw new Error(`${action} was never asked for`);
  })();
  const ran = await run();
  ended = true;
  await looking;
  return ran;
}

test("a private IP that somebody takes during the deployment is not taken back, and it is said who has it", async () => {
  const made = await world();
  await made.up("mx-1");
  const theirs = await allocate(made, SHOPS);
  await clearCalls(made);
  // Once the tenant has looked whether its private IPs are free, and before it binds its own.
  const taken = () => bind(made, theirs.allocationId, "10.0.1.10");
  const run = await once(made, "AllocateAddress", taken, () => made.up("acme"));
  expect(run.code).not.toBe(0);
  expect(run.output).toContain(
    `acme: sendips:tenant.addresses.tx1.privateIp: 10.0.1.10 carries ${theirs.publicIp} (address "tx1" of stack "shop") already`,
  );
  expect(carried(made)["10.0.1.10"]).toBe(theirs.publicIp);
});

test("an address keeps its place while the one that it is to move to is somebody else's", async () => {
  const made = await deployedWorld();
  const before = await publicIps(made);
  const theirs = await allocate(made, {});
  made.edit("acme", [...ADDRESSES, "tx1", "privateIp"], "10.0.1.12");
  // The tags are written before anything is bound anew, and after the look-up.
  await clearCalls(made);
  const taken = () => bind(made, theirs.allocationId, "10.0.1.12");
  await inject(made, { service: "ec2", action: "CreateTags", kind: "delay", delayMs: 1_000 });
  const late = await once(made, "CreateTags", taken, () => made.up("acme"));
  expect(late.code).not.toBe(0);
  const said = `10.0.1.12 carries ${theirs.publicIp} (${theirs.allocationId}, which is not of sendips) already`;
  expect(late.output).toContain(said);
  const early = await made.up("acme");
  expect([early.code === 0, operationLines(early)]).toEqual([false, []]);
  expect(early.output).toContain(said);
  expect(carried(made)).toEqual({
    ...{ "10.0.1.10": before.tx1, "10.0.1.11": before.mk1 },
    "10.0.1.12": theirs.publicIp,
  });
});

test("an association that is taken away at once fails, and each later deployment says so until it stands again", async () => {
  const made = await deployedWorld();
  const theirs = await allocate(made, SHOPS);
  made.edit("acme", [...ADDRESSES, "tx2"], { privateIp: "10.0.1.12" });
  await inject(made, { service: "ec2", action: "AssociateAddress", kind: "delay", delayMs: 1_000 });
  await clearCalls(made);
  const taken = async () => {
    // The provider reads the association, and then we do.
    await inject(made, {
      ...{ service: "ec2", action: "DescribeAddresses", kind: "delay" },
      ...{ delayMs: 3_000, skip: 1, times: 20 },
    });
    while (carried(made)["10.0.1.12"] === undefined) await sleep(20);
    await sleep(1_000);
    await bind(made, theirs.allocationId, "10.0.1.12");
    await clearFaults(made);
  };
  const run = await once(made, "AssociateAddress", taken, () => made.up("acme"));
  expect(run.code, run.output).not.toBe(0);
  expect(run.output).toMatch(
    /addresses\.tx2\.privateIp: 198\.51\.100\.\d was bound to 10\.0\.1\.12 on eni-\w+, but EC2 has it bound to nothing: somebody else took one of the two/,
  );

  const again = await made.up("acme");
  expect([again.code === 0, operationLines(again)]).toEqual([false, []]);
  expect(again.output).toMatch(
    /10\.0\.1\.12 carries 198\.51\.100\.\d \(address "tx1" of stack "shop"\) already, where 198\.51\.100\.\d was: it is bound to nothing/,
  );
  const refreshed = await made.up("acme", ["--refresh"]);
  expect(refreshed.code).not.toBe(0);
  expect(refreshed.output).toContain(
    `10.0.1.12 carries ${theirs.publicIp} (address "tx1" of stack "shop") already`,
  );
  expect(carried(made)["10.0.1.12"]).toBe(theirs.publicIp);

  await ec2Of(made).disassociateAddress({ PublicIp: theirs.publicIp });
  const mended = await made.up("acme", ["--refresh"]);
  expect(mended.code, mended.output).toBe(0);
  const { addresses } = await made.outputs("acme");
  expect(carried(made)["10.0.1.12"]).toBe(addresses["tx2"]?.publicIp);
  const same = await made.up("acme");
  expect([same.code, operationLines(same)]).toEqual([0, []]);
});

test("one whose private IP somebody took long after says so, and can be let go all the same", async () => {
  const made = await deployedWorld();
  const { mk1 } = await publicIps(made);
  const theirs = await allocate(made, SHOPS);
  await bind(made, theirs.allocationId, "10.0.1.11");
  for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
    const run = await made.run(...args, "--stack", "acme");
    expect([run.code === 0, operationLines(run)]).toEqual([false, []]);
    expect(run.output).toContain(`where ${mk1} was: it is bound to nothing`);
  }
  release(made, { mk1: true });
  const released = await made.up("acme");
  expect(released.code, released.output).toBe(0);
  expect(released.output).toContain(`where ${mk1} was: it is bound to nothing`);
  expect(carried(made)["10.0.1.11"]).toBe(theirs.publicIp);
});

test("an address that somebody moved elsewhere is left there, and the way back is said", async () => {
  const made = await deployedWorld();
  const { tx1, mk1 } = await publicIps(made);
  await bind(made, idOf(made, mk1), "10.0.1.13");
  const moved = { "10.0.1.10": tx1, "10.0.1.13": mk1 };
  const said = new RegExp(
    `${mk1.replaceAll(".", "\\.")} is to be bound to 10\\.0\\.1\\.11 on eni-\\w+, but it is bound to 10\\.0\\.1\\.13 on eni-\\w+, of which the state knows nothing`,
  );
  for (const args of [[], ["--refresh"]]) {
    const run = await made.up("acme", args);
    expect(run.code, run.output).not.toBe(0);
    expect(run.output).toMatch(said);
    expect(run.output).toMatch(/give it 10\.0\.1\.13, where it is, deploy with --refresh/);
    expect(carried(made)).toEqual(moved);
  }
  made.edit("acme", [...ADDRESSES, "mk1", "privateIp"], "10.0.1.13");
  const back = await made.up("acme", ["--refresh"]);
  expect(back.code, back.output).toBe(0);
  expect(carried(made)).toEqual(moved);
  made.edit("acme", [...ADDRESSES, "mk1", "privateIp"], "10.0.1.11");
  expect((await made.up("acme")).code).toBe(0);
  expect(carried(made)).toEqual({ "10.0.1.10": tx1, "10.0.1.11": mk1 });
});

test("two addresses that change places end right, whoever lets go first, and one step at a time", async () => {
  const made = await deployedWorld();
  const { tx1, mk1 } = await publicIps(made);
  const swap = (first: string, second: string) => {
    made.edit("acme", [...ADDRESSES, "tx1", "privateIp"], first);
    made.edit("acme", [...ADDRESSES, "mk1", "privateIp"], second);
  };
  swap("10.0.1.11", "10.0.1.10");
  // The second lets go late: the first comes to a private IP that is taken.
  await inject(made, {
    ...{ service: "ec2", action: "DisassociateAddress", kind: "delay" },
    ...{ delayMs: 1_500, skip: 1 },
  });
  const run = await made.up("acme");
  expect(run.code, run.output).toBe(0);
  expect(carried(made)).toEqual({ "10.0.1.10": mk1, "10.0.1.11": tx1 });
  swap("10.0.1.10", "10.0.1.11");
  const serial = await made.up("acme", ["--parallel", "1"]);
  expect(serial.code, serial.output).toBe(0);
  expect(carried(made)).toEqual({ "10.0.1.10": tx1, "10.0.1.11": mk1 });
  const again = await made.up("acme");
  expect([again.code, operationLines(again)]).toEqual([0, []]);
});

test("two tenants that name one private IP at the same time: none of them loses an address in silence", async () => {
  const made = await world();
  await made.up("mx-1");
  const file = (stack: string) => join(made.options.cwd, "stacks", `Pulumi.${stack}.yaml`);
  copyFileSync(file("acme"), file("shop"));
  // They share the private IPs and nothing else: a name in common would be refused before.
  const ofShop = ["sendips:tenant"];
  made.edit("shop", [...ofShop, "hostNames"], "shop.acme.example");
  made.edit("shop", [...ofShop, "streams", "transactional", "from"], "tx.shop.acme.example");
  made.edit("shop", [...ofShop, "streams", "marketing", "from"], "news.shop.acme.example");
  made.edit("shop", [...ofShop, "spf"], undefined);
  made.edit("shop", [...ofShop, "dmarc"], "keep");
  await made.init("acme");
  await made.init("shop");
  // Both look whether it is free before either of them has allocated an address.
  await inject(made, {
    ...{ service: "ec2", action: "AllocateAddress", kind: "delay" },
    ...{ delayMs: 4_000, times: 4 },
  });
  const up = (stack: string) =>
    made.pulumi("up", "--stack", stack, "--yes", "--skip-preview", "--continue-on-error");
  const runs = await Promise.all([up("acme"), up("shop")]);
  const [acme, shop] = runs;
  expect([acme.code, shop.code].filter((code) => code === 0).length).toBeLessThan(2);
  // Whoever bound an address still has it: as often as EC2 was asked, as many are bound.
  const bound = (await calls(made)).filter(({ action }) => action === "AssociateAddress");
  const held = Object.values(liveState(made).addresses).filter(([, at]) => at !== undefined);
  expect(bound).toHaveLength(held.length);
  for (const [stack, run] of [
    ["acme", acme],
    ["shop", shop],
  ] as const) {
    if (run.code === 0) continue;
    const other = stack === "acme" ? "shop" : "acme";
    expect(run.output).toMatch(
      new RegExp(
        `${stack}: sendips:tenant\\.addresses\\.\\w+\\.privateIp: 10\\.0\\.1\\.1[01].*of stack "organization/sendips/${other}"`,
      ),
    );
  }
  expect(Object.keys(liveState(made).addresses)).toHaveLength(4);
});
test("an address that a move left bound where the state does not know it, is said where, and comes back", async () => {
  const made = await deployedWorld();
  const before = carried(made);
  const association = (await urns(made, "aws:ec2/eipAssociation:EipAssociation"))["acme-mk1"] ?? "";
  await made.mustPulumi("state", "delete", association, "--stack", "acme", "--yes");
  made.edit("acme", [...ADDRESSES, "mk1", "privateIp"], "10.0.1.13");
  const stuck = await made.up("acme");
  expect(stuck.code).not.toBe(0);
  expect(stuck.output).toMatch(
    /addresses\.mk1\.privateIp: 198\.51\.100\.\d is to be bound to 10\.0\.1\.13 on eni-\w+, but it is bound to 10\.0\.1\.11 on eni-\w+, of which the state knows nothing/,
  );
  expect(stuck.output).toMatch(/give it 10\.0\.1\.11, where it is, deploy with --refresh/);
  made.edit("acme", [...ADDRESSES, "mk1", "privateIp"], "10.0.1.11");
  expect((await made.up("acme")).code).toBe(0);
  expect(carried(made)).toEqual(before);
  made.edit("acme", [...ADDRESSES, "mk1", "privateIp"], "10.0.1.13");
  expect((await made.up("acme")).code).toBe(0);
  expect(carried(made)).toEqual({
    "10.0.1.10": before["10.0.1.10"],
    "10.0.1.13": before["10.0.1.11"],
  });
});
