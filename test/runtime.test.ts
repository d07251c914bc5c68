/** What stands around every program run: what is preloaded (runtime.cjs), and how stack traces are written. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const REPOSITORY = join(import.meta.dirname, "..");

/** Runs a script as the program's process starts, and parses what it prints. */
function preloaded(script: string, env: NodeJS.ProcessEnv = process.env): unknown {
  const args = ["--require", "./runtime.cjs", "--eval", script];
  return JSON.parse(
    execFileSync(process.execPath, args, { cwd: REPOSITORY, env, encoding: "utf8" }).toString(),
  );
}

test("a compile cache is kept at a desk, and in CI only where a folder is named for it", () => {
  const { CI: _ci, NODE_COMPILE_CACHE: _cache, ...desk } = process.env;
  const folder = join(REPOSITORY, ".sandbox", "compile-cache");
  const script = `
    const kept = require("node:module").getCompileCacheDir();
    console.log(JSON.stringify(kept !== undefined));
  `;
  expect(preloaded(script, desk)).toBe(true);
  expect(preloaded(script, { ...desk, CI: "true" })).toBe(false);
  expect(preloaded(script, { ...desk, CI: "true", NODE_COMPILE_CACHE: folder })).toBe(true);
});

/** Whether a stack trace goes through source maps once the SDK and the program have started. */
function maps(typescript: "true" | "false"): unknown {
  const script = `
    require("node:module").createRequire(require.resolve("@pulumi/pulumi"))("source-map-support/register");
    const before = Error.prepareStackTrace;
    import("./program/stack-traces.ts").then(() => {
      const { stack } = new Error("here");
      console.log(JSON.stringify({
        mapped: Error.prepareStackTrace === before,
        written: stack.startsWith("Error: here\\n    at "),
      }));
    });
  `;
  return preloaded(script, { ...process.env, PULUMI_NODEJS_TYPESCRIPT: typescript });
}

test("stack traces are Node's own, and ts-node's where it runs the program", () => {
  expect(maps("false")).toEqual({ mapped: false, written: true });
  expect(maps("true")).toEqual({ mapped: true, written: true });
});
