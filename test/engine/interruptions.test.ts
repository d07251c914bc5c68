/** What interrupts a deployment from outside: a full disk, the clouds out of reach, others at work, an old checkout. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  calls,
  changes,
  clearCalls,
  clearFaults,
  deployedWorld,
  inject,
  liveState,
  operationLines,
  type World,
  world,
} from "./harness.ts";

const TENANT = ["sendips:tenant"];

/** A second address with a stream of its own, written down and not deployed. */
function grow(made: World): void {
  made.edit("acme", [...TENANT, "addresses", "tx2"], { privateIp: "10.0.1.12" });
  made.edit("acme", [...TENANT, "streams", "alerts"], {
    from: "alerts.acme.example",
    addresses: ["tx2"],
  });
}

/** What was live before stands as it did; SPF records alone may list more. */
function expectKept(made: World, before: ReturnType<typeof liveState>): void {
  const now = liveState(made);
  expect(now.addresses).toMatchObject(before.addresses);
  expect(now.records).toEqual(expect.arrayContaining(before.records));
}

/** One address a key, each in the state, and nothing left to do. */
async function expectWhole(made: World, keys: readonly string[]): Promise<void> {
  const outputs = await made.outputs("acme");
  expect(Object.keys(outputs.addresses).sort()).toEqual([...keys].sort());
  const deployed = Object.values(outputs.addresses).map(({ publicIp }) => publicIp);
  expect(deployed.sort()).toEqual(Object.keys(liveState(made).addresses).sort());
  const last = await made.up("acme", ["--expect-no-changes"]);
  expect(last.code, last.output).toBe(0);
}

async function waitForChanges(made: World, count: number): Promise<void> {
  while ((await changes(made)).length < count) await sleep(20);
}

/**
 * A limit of the size of files (`ulimit -f`) stands in for a full disk, which not everybody may make: the state's file
 * cannot be written any more once it has grown beyond it.
 */
test("a disk that is full for the state: it is said, and nothing is lost once there is room", async () => {
  const made = await deployedWorld();
  const before = liveState(made);
  grow(made);
  const size = (await made.stateText("acme")).length;
  const limited = join(made.options.cwd, "limited.sh");
  const kibibytes = Math.ceil(size / 1_024) + 4;
  const command = `#!/bin/bash\nulimit -f ${kibibytes}\nexec '${made.options.pulumi}' "$@"\n`;
  writeFileSync(limited, command, { mode: 0o755 });
  const pulumi = made.options.pulumi;
  Object.assign(made.options, { pulumi: limited });
  // Without its event log, which would fill the disk too.
  const full = await made.pulumi("up", "--stack", "acme", "--yes", "--skip-preview");
  Object.assign(made.options, { pulumi });
  expect(full.code).not.toBe(0);
  expect(full.output).toMatch(/file too large|no space left/);
  expectKept(made, before);

  // The file back end puts the part that it could write in the state's place, twice, so that its copy is broken too.
  expect((await made.pulumi("stack", "export", "--stack", "acme")).output).toMatch(
    /failed to load checkpoint/,
  );
  const backEnd = join(made.options.cwd, "..", "backend", ".pulumi");
  const backups = join(backEnd, "backups", "sendips", "acme");
  // A backup of the broken state may be the newest.
  const isWhole = (file: string) => readFileSync(file, "utf8").endsWith("}");
  const files = readdirSync(backups).map((name) => join(backups, name));
  const newest = files.findLast((file) => file.endsWith(".json") && isWhole(file)) ?? "";
  copyFileSync(newest, join(backEnd, "stacks", "sendips", "acme.json"));
  const recovered = await made.sendips("recover", "acme", "--yes");
  expect(recovered.code, recovered.output).toBe(0);
  const again = await made.up("acme");
  expect(again.code, again.output).toBe(0);
  expectKept(made, before);
  await expectWhole(made, ["mk1", "tx1", "tx2"]);
});

test("the network is cut for the rest of a run: it ends with the reason, and the next one goes on", async () => {
  const made = await deployedWorld();
  const before = liveState(made);
  grow(made);
  const cut = { service: "*", action: "*", kind: "drop-before", times: "for-ever" };
  const run = made.up("acme");
  await waitForChanges(made, 2);
  await inject(made, cut);
  const ended = await run;
  expect(ended.code).not.toBe(0);
  expect(ended.output).toMatch(/ECONNRESET|socket hang up|Connection error|fetch failed/);
  await clearFaults(made);
  expectKept(made, before);
  const recovered = await made.sendips("recover", "acme", "--yes");
  expect(recovered.code, recovered.output).toBe(0);
  const again = await made.up("acme");
  expect(again.code, again.output).toBe(0);
  await expectWhole(made, ["mk1", "tx1", "tx2"]);
});

test("the clouds are away for a moment in the middle of a run", async () => {
  const made = await deployedWorld();
  const before = liveState(made);
  grow(made);
  const run = made.up("acme");
  await waitForChanges(made, 3);
  await made.restartSandbox();
  const ended = await run;
  expectKept(made, before);
  if (ended.code !== 0) {
    const again = await made.up("acme");
    expect(again.code, again.output).toBe(0);
  }
  await expectWhole(made, ["mk1", "tx1", "tx2"]);
});

test("two runs of one stack at once: the second is told of the first and changes nothing", async () => {
  const made = await deployedWorld();
  const before = liveState(made);
  grow(made);
  const first = made.up("acme");
  await waitForChanges(made, 1);
  const second = await made.pulumi("up", "--stack", "acme", "--yes", "--skip-preview");
  expect(second.code).not.toBe(0);
  expect(second.output).toMatch(/the stack is currently locked by 1 lock/);
  const ended = await first;
  expect(ended.code, ended.output).toBe(0);
  expectKept(made, before);
  await expectWhole(made, ["mk1", "tx1", "tx2"]);
});

test("two tenants go up at once on one mail host, each on its private IPs", async () => {
  const made = await world();
  expect((await made.up("mx-1")).code).toBe(0);
  const stacks = join(made.options.cwd, "stacks");
  const other = readFileSync(join(stacks, "Pulumi.acme.yaml"), "utf8")
    .replaceAll("acme.example", "beta.acme.example")
    .replace("10.0.1.10", "10.0.1.12")
    .replace("10.0.1.11", "10.0.1.13")
    .replace(/^ *hostNames:.*$/m, "    hostNames: mail.beta.acme.example");
  writeFileSync(join(stacks, "Pulumi.beta.yaml"), other);
  for (const stack of ["acme", "beta"]) await made.init(stack);
  const up = (stack: string) =>
    made.pulumi("up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs");
  const runs = await Promise.all([up("acme"), up("beta")]);
  for (const { code, output } of runs) expect(code, output).toBe(0);
  const { addresses } = liveState(made);
  const bound = Object.values(addresses).map(([, privateIp]) => privateIp);
  expect(bound.sort()).toEqual(["10.0.1.10", "10.0.1.11", "10.0.1.12", "10.0.1.13"]);
  for (const stack of ["acme", "beta"]) {
    const last = await made.up(stack, ["--expect-no-changes"]);
    expect(last.code, last.output).toBe(0);
  }
});

test("an up from an older checkout that knows nothing of an address is refused, and changes nothing", async () => {
  const made = await deployedWorld();
  const file = join(made.options.cwd, "stacks", "Pulumi.acme.yaml");
  const older = readFileSync(file, "utf8");
  grow(made);
  expect((await made.up("acme")).code).toBe(0);
  const before = liveState(made);
  writeFileSync(file, older);
  await clearCalls(made);
  const stale = await made.up("acme");
  expect(stale.code).not.toBe(0);
  expect(stale.output).toMatch(/addresses\.tx2: is gone from the config, but 198\.51\.100\.\d/);
  expect(operationLines(stale)).toEqual([]);
  expect(await changes(made)).toEqual([]);
  expect((await calls(made)).length).toBeGreaterThan(0);
  expect(liveState(made)).toEqual(before);
});
