/** A deployment in a project that is not called sendips. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { operationLines, world } from "./harness.ts";

test("a tenant deploys in a project of another name as lint says, and so it fails", async () => {
  const made = await world();
  const { cwd } = made.options;
  const file = join(cwd, "Pulumi.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/^name: .*$/m, "name: acme-mail"));
  expect((await made.sendips("lint", "--all")).code).toBe(0);
  const host = await made.up("mx-1");
  expect(host.code, host.output).toBe(0);

  const stack = join(cwd, "stacks", "Pulumi.acme.yaml");
  const written = readFileSync(stack, "utf8");
  writeFileSync(stack, written.replaceAll("  sendips:", "  "));
  const refused = await made.up("acme");
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain("acme-mail:tenant");
  expect(refused.output).toContain("write sendips:tenant in its place");

  writeFileSync(stack, written);
  const up = await made.up("acme");
  expect(up.code, up.output).toBe(0);
  expect(operationLines(up)).toContain("create EipAssociation acme-tx1");
  const again = await made.up("acme");
  expect([again.code, operationLines(again)]).toEqual([0, []]);
});
