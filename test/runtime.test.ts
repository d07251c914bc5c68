/** What is preloaded into every program run (runtime.cjs). */
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

test("the SDK comes without its source map support, whole otherwise", () => {
  const found = preloaded(`
    require("@pulumi/pulumi/cmd/run/instrumentation.js");
    const sdk = require("node:module").createRequire(require.resolve("@pulumi/pulumi"));
    sdk("source-map-support/register");
    const pulumi = require("@pulumi/pulumi");
    console.log(JSON.stringify({
      mapped: Object.keys(require.cache).some((file) => /source-map-support.source-map-support/.test(file)),
      whole: typeof pulumi.automation.LocalWorkspace,
    }));
  `);
  expect(found).toEqual({ mapped: false, whole: "function" });
});

test("npm's resolver loads when functions are serialised, and not before", () => {
  const found = preloaded(`
    const pulumi = require("@pulumi/pulumi");
    const loaded = () => Object.keys(require.cache).some((file) => /pacote/.test(file));
    const before = loaded();
    pulumi.runtime.computeCodePaths().then((paths) => {
      const names = [...paths.keys()];
      console.log(JSON.stringify({ before, after: loaded(), zod: names.includes("node_modules/zod") }));
    });
  `);
  expect(found).toEqual({ before: false, after: true, zod: true });
});
