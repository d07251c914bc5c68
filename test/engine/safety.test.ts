/** What must never happen to a warmed address, whatever is edited, refreshed or cut short. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  deployedWorld,
  dropAddresses,
  namedCommands,
  operationLines,
  turnExternal,
  type World,
} from "./harness.ts";

const ADDRESSES = ["sendips:tenant", "addresses"];
const INTERFACE = ["sendips:mailHost", "networkInterfaces", "eth0", "privateIps"];

/** Public IPs by the private IP that carries them, as EC2 sees it. */
function carried(made: World): Record<string, string> {
  const addresses = Object.values(
    made.sandbox.world.state.aws.regions["us-east-1"]?.addresses ?? {},
  );
  return Object.fromEntries(
    addresses.map(({ association, publicIp }) => [association?.privateIp ?? "nowhere", publicIp]),
  );
}

async function publicIps(made: World): Promise<Record<string, string>> {
  const { addresses } = await made.outputs("acme");
  return Object.fromEntries(
    Object.entries(addresses).map(([key, { publicIp }]) => [key, publicIp]),
  );
}

test("an address that the state has lost is not replaced by a cold one", async () => {
  const made = await deployedWorld();
  const before = carried(made);
  made.edit("acme", ["aws:region"], "eu-west-1");
  const elsewhere = await made.up("acme");
  expect(elsewhere.code).not.toBe(0);
  expect(elsewhere.output).toMatch(
    /aws:region: is eu-west-1, but the stack is deployed in us-east-1/,
  );

  // Protection does not hold here: what another Region does not know, a refresh drops.
  await dropAddresses(made);
  made.edit("acme", ["aws:region"], "us-east-1");
  for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
    const run = await made.run(...args, "--stack", "acme");
    expect(run.code, run.output).not.toBe(0);
    expect(operationLines(run).filter((line) => /Eip|-a$|spf/.test(line))).toEqual([]);
    for (const key of ["tx1", "mk1"]) {
      expect(run.output).toMatch(
        new RegExp(`addresses\\.${key}: 198\\.51\\.100\\.\\d .* was deployed as address "${key}"`),
      );
    }
  }
  expect(carried(made)).toEqual(before);

  // The way back that the message names.
  const refused = await made.up("acme");
  const commands = namedCommands(refused.output, "import");
  expect(commands).toHaveLength(2);
  for (const command of commands) await made.mustPulumi(...command);
  const back = await made.up("acme");
  expect(back.code, back.output).toBe(0);
  expect(carried(made)).toEqual(before);
  expect(await publicIps(made)).toEqual({ tx1: before["10.0.1.10"], mk1: before["10.0.1.11"] });
});

test("a private IP that carries an address is neither taken away nor given to another tenant", async () => {
  const made = await deployedWorld();
  const before = carried(made);
  const file = (stack: string) => join(made.options.cwd, "stacks", `Pulumi.${stack}.yaml`);

  made.edit("mx-1", INTERFACE, ["10.0.1.11", "10.0.1.12", "10.0.1.13"]);
  for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
    const run = await made.run(...args, "--stack", "mx-1");
    expect(run.code, run.output).not.toBe(0);
    expect(run.output).toMatch(
      /10\.0\.1\.10 carries 198\.51\.100\.\d \(address "tx1" of stack "organization\/sendips\/acme"\)/,
    );
  }
  const { networkInterfaces } = await made.outputs("mx-1");
  const primary = networkInterfaces["eth0"]?.primary ?? "";
  const all = ["10.0.1.10", "10.0.1.11", "10.0.1.12", "10.0.1.13"];
  expect(all).toContain(primary);
  made.edit("mx-1", INTERFACE, all.toSpliced(all.indexOf(primary), 1));
  const first = await made.up("mx-1");
  expect(first.code).not.toBe(0);
  expect(first.output).toContain(`${primary} is gone, but it is the primary private IP`);
  expect(carried(made)).toEqual(before);

  const unused = all.findLast((ip) => ip !== primary) ?? "";
  made.edit("mx-1", INTERFACE, all.toSpliced(all.indexOf(unused), 1));
  const free = await made.up("mx-1");
  expect([free.code, operationLines(free)]).toEqual([0, ["update NetworkInterface mx-1-eth0"]]);

  // Not even once the interface may go.
  made.edit("mx-1", [...INTERFACE.slice(0, -1), "release"], true);
  expect((await made.up("mx-1")).code).toBe(0);
  const end = await made.run("destroy", "--stack", "mx-1", "--yes", "--run-program");
  expect(end.code).not.toBe(0);
  expect(end.output).toMatch(/10\.0\.1\.10 carries 198\.51\.100\.\d \(address "tx1"/);
  expect(carried(made)).toEqual(before);

  copyFileSync(file("acme"), file("shop"));
  made.edit("shop", ["sendips:tenant", "hostNames"], "shop.acme.example");
  const second = await made.up("shop");
  expect(second.code).not.toBe(0);
  expect(second.output).toMatch(
    /shop: sendips:tenant\.addresses\.tx1\.privateIp: 10\.0\.1\.10 carries 198\.51\.100\.\d \(address "tx1" of stack "organization\/sendips\/acme"\) already/,
  );
  expect(operationLines(second)).toEqual([]);
  expect(carried(made)).toEqual(before);
});

test("a PTR that would go, a renamed and a forgotten key change nothing, and the way out is said", async () => {
  const made = await deployedWorld();
  const before = carried(made);
  turnExternal(made);
  const external = await made.up("acme");
  expect([external.code === 0, operationLines(external)]).toEqual([false, []]);
  expect(external.output).toMatch(/the PTRs of mk1, tx1, which stand, would be removed/);
  made.edit("acme", ["sendips:zones"], undefined);

  made.edit("acme", ["sendips:tenant", "streams", "transactional"], undefined);
  made.edit("acme", [...ADDRESSES, "tx1"], undefined);
  const forgotten = await made.run("up", "--stack", "acme", "--yes");
  expect(forgotten.code).not.toBe(0);
  expect(forgotten.output).toMatch(
    /sendips:tenant\.addresses\.tx1: is gone from the config, but 198\.51\.100\.\d is deployed/,
  );
  expect(forgotten.output).toMatch(/put it back; to let it go, set release: true/);

  made.edit("acme", [...ADDRESSES, "tx2"], { privateIp: "10.0.1.10" });
  const renamed = await made.up("acme");
  expect(renamed.code).not.toBe(0);
  expect(renamed.output).toMatch(/sendips:tenant\.addresses\.tx2: stands in place of tx1/);
  expect([operationLines(renamed), carried(made)]).toEqual([[], before]);
});
