/** A state that does not hold what AWS holds: nothing is allocated beside it, and it comes back. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readOutputs } from "../../core/state/outputs.ts";
import {
  allocate,
  changes,
  clearCalls,
  clearFaults,
  deployedWorld,
  dropAddresses,
  ec2Of,
  inject,
  liveState,
  namedCommands,
  operationLines,
  type World,
  world,
} from "./harness.ts";

const ADDRESSES = ["sendips:tenant", "addresses"];
const EIP = "aws:ec2/eip:Eip";

describe("a state that does not hold what AWS holds", () => {
  test("of a first deployment that failed, refreshed in another Region, allocates nothing", async () => {
    const made = await world();
    await made.up("mx-1");
    await inject(made, {
      ...{ service: "ec2", action: "ModifyAddressAttribute", kind: "error" },
      ...{ code: "InvalidAction", times: 100 },
    });
    expect((await made.up("acme")).code).not.toBe(0);
    await clearFaults(made);
    const before = liveState(made);
    expect(Object.keys(before.addresses)).toHaveLength(2);
    // As where there are none.
    expect(await made.outputs("acme")).toEqual(readOutputs({}).outputs);

    made.edit("acme", ["aws:region"], "eu-west-1");
    const elsewhere = await made.up("acme");
    expect(elsewhere.output).toMatch(
      /aws:region: is eu-west-1, but the stack is deployed in us-east-1/,
    );
    // The refusal left the state's provider alone: a refresh asks where the addresses are.
    expect(operationLines(await made.run("refresh", "--stack", "acme", "--yes"))).toEqual([]);
    await dropAddresses(made);
    for (const region of ["eu-west-1", "us-east-1"]) {
      made.edit("acme", ["aws:region"], region);
      for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const run = await made.run(...args, "--stack", "acme");
        expect(run.code, run.output).not.toBe(0);
        expect(liveState(made)).toEqual(before);
      }
    }
    await takeBack(made);
    expect((await made.up("acme")).code).toBe(0);
    expect(Object.keys(liveState(made).addresses).sort()).toEqual(
      Object.keys(before.addresses).sort(),
    );
  });

  test("because it is an old copy, or lost, stops before anything is allocated, and comes back", async () => {
    const made = await deployedWorld();
    const old = await made.mustPulumi("stack", "export", "--stack", "acme");
    const file = join(made.options.cwd, "old.json");
    writeFileSync(file, old.stdout);
    made.edit("acme", [...ADDRESSES, "tx2"], { privateIp: "10.0.1.12" });
    expect((await made.up("acme")).code).toBe(0);
    const before = liveState(made);

    await made.mustPulumi("stack", "import", "--stack", "acme", "--file", file);
    await clearCalls(made);
    const copy = await made.up("acme");
    expect(copy.code).not.toBe(0);
    expect(copy.output).toMatch(
      /addresses\.tx2: 198\.51\.100\.\d \(eipalloc-\w+\), bound to 10\.0\.1\.12 on eni-\w+, is tagged as address "tx2" of this stack, and the state does not know it/,
    );
    expect(namedCommands(copy.output, "import")).toHaveLength(1);

    await made.mustPulumi(
      "stack",
      "rm",
      "--stack",
      "acme",
      "--yes",
      "--force",
      "--preserve-config",
    );
    await made.init("acme");
    for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const run = await made.run(...args, "--stack", "acme");
      expect(run.code).not.toBe(0);
      expect(run.output.match(/is tagged as address/g)?.length).toBeGreaterThanOrEqual(3);
    }
    expect(await changes(made)).toEqual([]);
    expect(liveState(made)).toEqual(before);

    await takeBack(made);
    // The records stand as they are wanted: they are imported, each as it is.
    const back = await made.up("acme");
    expect(back.code, back.output).toBe(0);
    expect(await changes(made)).not.toContain("AllocateAddress");
    expect(liveState(made)).toEqual(before);
    // What names an address of ours is ours, and goes with it.
    const { leaves } = await made.outputs("acme");
    expect(leaves.map(({ key }) => key).sort()).toEqual([
      ...["dmarc-acme.example", "spf-acme.example"],
    ]);
    const same = await made.up("acme");
    expect([same.code, operationLines(same)]).toEqual([0, []]);
  });

  test("of another project's stack of the same name is not ours", async () => {
    const made = await world();
    await made.up("mx-1");
    const tags = {
      "sendips:stack": "acme",
      "sendips:address": "tx1",
      "sendips:project": "elsewhere",
    };
    const theirs = await allocate(made, tags);
    const run = await made.up("acme");
    expect(run.code, run.output).toBe(0);
    expect(Object.keys(liveState(made).addresses)).toHaveLength(3);
    // What sendips 0.1 tagged names no project, and may be ours.
    const ours = await allocate(made, { "sendips:stack": "acme", "sendips:address": "tx9" });
    const stopped = await made.up("acme");
    expect(stopped.code).not.toBe(0);
    expect(stopped.output).toContain(`${ours.publicIp} (${ours.allocationId}), bound to nothing`);
    expect(stopped.output).not.toContain(theirs.allocationId);
  });

  test("a warmed address is brought under management by the README's way", async () => {
    const made = await world();
    await made.up("mx-1");
    await made.init("acme");
    const warmed = await allocate(made, {});
    await made.mustPulumi(
      ...["import", EIP, "acme-tx1", warmed.allocationId, "--stack", "acme"],
      ...["--yes", "--generate-code=false"],
    );
    const run = await made.up("acme");
    expect(run.code, run.output).toBe(0);
    const { addresses } = await made.outputs("acme");
    expect(addresses["tx1"]?.publicIp).toBe(warmed.publicIp);
    expect(Object.keys(liveState(made).addresses)).toHaveLength(2);
    expect(operationLines(run).filter((line) => line.startsWith("create Eip "))).toEqual([
      "create Eip acme-mk1",
    ]);
    const same = await made.up("acme");
    expect([same.code, operationLines(same)]).toEqual([0, []]);
  });

  test("one imported under a name of its own is not released", async () => {
    const made = await deployedWorld();
    const warmed = await allocate(made, {});
    await made.mustPulumi(
      ...["import", EIP, "tx7", warmed.allocationId, "--stack", "acme", "--protect=false"],
      ...["--yes", "--generate-code=false"],
    );
    const run = await made.up("acme");
    expect(run.code).not.toBe(0);
    expect(run.output).toMatch(/holds 198\.51\.100\.\d under the name "tx7"/);
    const [rename] = namedCommands(run.output, "state");
    await made.mustPulumi(...(rename ?? []).map((part) => part.replace("<key>", "tx7")));
    made.edit("acme", [...ADDRESSES, "tx7"], { privateIp: "10.0.1.13" });
    const back = await made.up("acme");
    expect(back.code, back.output).toBe(0);
    expect(liveState(made).addresses[warmed.publicIp]?.[1]).toBe("10.0.1.13");
  });

  test("because the address was released by hand allocates no cold one in its place", async () => {
    const made = await deployedWorld();
    const { addresses } = await made.outputs("acme");
    const publicIp = addresses["tx1"]?.publicIp ?? "";
    let id = addresses["tx1"]?.allocationId ?? "";
    for (const refreshed of [false, true]) {
      await release(made, id, publicIp);
      await clearCalls(made);
      if (refreshed) {
        // The official provider does not get past the PTR of an address that is gone.
        const run = await made.up("acme", ["--refresh"]);
        expect([run.code === 0, run.output]).toEqual([
          false,
          expect.stringContaining("InvalidAllocationID.NotFound"),
        ]);
      }
      await made.up("acme");
      const { code, output } = await made.up("acme");
      expect(code).not.toBe(0);
      expect(output).toMatch(
        refreshed
          ? /addresses\.tx1: was deployed as 198\.51\.100\.\d, which neither the state nor AWS has/
          : /addresses\.tx1: is 198\.51\.100\.\d \(eipalloc-\w+\) in the state, but AWS has no such address/,
      );
      expect(await changes(made)).toEqual([]);

      // The way that is named, to its end.
      expect(output).toContain(`recover: ${publicIp} on it`);
      for (const verb of ["state", "refresh"]) {
        for (const command of namedCommands(output, verb)) await made.mustPulumi(...command);
      }
      made.edit("acme", ["sendips:tenant", "addresses", "tx1", "recover"], publicIp);
      const back = await made.up("acme");
      expect(back.code, back.output).toBe(0);
      const [now = "", ...rest] = liveState(made).addresses[publicIp] ?? [];
      expect(rest).toEqual(["10.0.1.10", "tx1.mail.acme.example."]);
      id = now;
      made.edit("acme", ["sendips:tenant", "addresses", "tx1", "recover"], undefined);
    }
  });
});

/** Lets an address go as a person does, PTR and all. */
async function release(made: World, AllocationId: string, PublicIp: string): Promise<void> {
  const ec2 = ec2Of(made);
  await ec2.disassociateAddress({ PublicIp });
  await ec2.resetAddressAttribute({ AllocationId, Attribute: "domain-name" });
  await expect.poll(() => ec2.releaseAddress({ AllocationId }), { timeout: 10_000 }).toBeDefined();
}

/** Takes back into the state what a refusal names, by the commands that it names. */
async function takeBack(made: World): Promise<void> {
  const refused = await made.up("acme");
  const commands = namedCommands(refused.output, "import");
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands) await made.mustPulumi(...command);
}
