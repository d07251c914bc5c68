/** A project that is not called sendips: our config has the same namespace in it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Workplace, workplace } from "./support.ts";

/** Gives the project another name, as every operator's has. */
function rename(made: Workplace): void {
  const file = join(made.cwd, "Pulumi.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/^name: .*$/m, "name: acme-mail"));
}

/** Writes the keys of a stack file without their namespace. */
function withoutNamespace(made: Workplace, stack: string): void {
  made.write(stack, made.text(stack).replaceAll("  sendips:", "  "));
}

test("lint, plan and edits work in a project of another name", async () => {
  const made = await workplace({});
  rename(made);
  const linted = await made.sendips("lint", "--all");
  expect([linted.code, linted.stdout]).toEqual([0, expect.stringContaining("2 stacks: 0 errors")]);
  const planned = await made.sendips("plan", "acme");
  expect(planned.stdout).toContain("tx1.mail.acme.example. 3600 IN A {tx1}");
  await made.pulumi("stack", "init", "acme");
  const key = await made.sendips("dkim", "new", "acme", "--sign");
  expect([key.code, key.stderr]).toEqual([0, ""]);
  expect(Object.keys(Object(made.value("acme", ["sendips:tenant", "dkim"])))).toHaveLength(1);
});

test("a key without a namespace is the project's own, and lint says so once", async () => {
  const made = await workplace();
  rename(made);
  withoutNamespace(made, "acme");
  const linted = await made.sendips("lint", "acme", "--json");
  const { problems }: { problems: unknown } = JSON.parse(linted.stdout);
  expect(linted.code).toBe(1);
  expect(problems).toEqual([
    expect.objectContaining({ level: "error", stack: "acme", path: "acme-mail:tenant" }),
  ]);
  expect(linted.stdout).toContain("write sendips:tenant in its place");
});

test("in a project called sendips a key needs no namespace", async () => {
  const made = await workplace();
  withoutNamespace(made, "acme");
  const linted = await made.sendips("lint", "acme");
  expect([linted.code, linted.stdout]).toEqual([0, expect.stringContaining("0 errors")]);
});
