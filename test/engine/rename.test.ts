/** Another name for a stack: nothing that is deployed is made anew, let go or moved. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { calls, clearCalls, deployedWorld, liveState, operationLines } from "./harness.ts";

test("a tenant and its mail host get other names, and only tags and a description change", async () => {
  const made = await deployedWorld();
  const before = liveState(made);
  const unnamed = await made.pulumi("stack", "rename", "shop", "--stack", "acme");
  expect(unnamed.code, unnamed.output).toBe(0);
  const refused = await made.run("up", "--stack", "shop", "--yes", "--skip-preview");
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain("npx sendips rename acme shop --yes");

  const shown = await made.sendips("rename", "acme", "shop");
  expect(shown.stdout).toContain("state: acme-tx1 → shop-tx1");
  const done = await made.sendips("rename", "acme", "shop", "--yes");
  expect(done.code, done.output).toBe(0);
  const host = await made.sendips("rename", "mx-1", "mx-9", "--yes");
  expect(host.code, host.output).toBe(0);
  expect(host.stdout).toContain("yours: sendips:tenant.mailHost.stack of shop names mx-1");
  const files = readdirSync(join(made.options.cwd, "stacks")).sort();
  expect(files).toEqual(["Pulumi.mx-9.yaml", "Pulumi.shop.yaml"]);
  made.edit("shop", ["sendips:tenant", "mailHost", "stack"], "mx-9");

  await clearCalls(made);
  await made.access.unlimited(async () => {
    for (const stack of ["mx-9", "shop"]) {
      const up = await made.run("up", "--stack", stack, "--yes", "--skip-preview");
      expect(up.code, up.output).toBe(0);
      expect(operationLines(up).filter((line) => !line.startsWith("update "))).toEqual([]);
    }
  });
  const changed = (await calls(made)).filter(({ mutates }) => mutates);
  // The description of a network interface says the mail host's name, too.
  expect([...new Set(changed.map(({ action }) => action))].sort()).toEqual([
    ...["CreateTags", "ModifyNetworkInterfaceAttribute"],
  ]);
  const now = liveState(made);
  expect(Object.keys(now.addresses)).toEqual(Object.keys(before.addresses));
  expect(now.records).toEqual(before.records);
  for (const stack of ["mx-9", "shop"]) {
    const last = await made.run("preview", "--stack", stack, "--expect-no-changes");
    expect(last.code, last.output).toBe(0);
  }
});

test("what may not be renamed is said, and nothing is changed", async () => {
  const made = await deployedWorld();
  const taken = await made.sendips("rename", "acme", "mx-1", "--yes");
  expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining("a stack mx-1 already")]);
  const unknown = await made.sendips("rename", "nobody", "shop", "--yes");
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("no stack nobody")]);
  expect((await made.sendips("rename", "acme", "a/b", "--yes")).code).toBe(2);
  expect((await made.sendips("rename", "acme")).code).toBe(2);
});
