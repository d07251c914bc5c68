/** Which TypeScript serves whom: two are installed, and each of them is needed. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";

const REPOSITORY = join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);
/** As the SDK's own files resolve their packages. */
const ofSdk = createRequire(require.resolve("@pulumi/pulumi"));

function manifest(file: string): { version: string; peerDependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(file, "utf8"));
}

test("the SDK finds a TypeScript that it asks for, to read components with", () => {
  const wanted = manifest(ofSdk.resolve("@pulumi/pulumi/package.json")).peerDependencies?.[
    "typescript"
  ];
  expect(wanted).toBeDefined();
  const { version } = manifest(ofSdk.resolve("typescript/package.json"));
  const semver: { satisfies(version: string, range: string): boolean } = ofSdk("semver");
  expect([version, wanted, semver.satisfies(version, wanted ?? "")]).toEqual([
    version,
    wanted,
    true,
  ]);
});

test("tsc is TypeScript 7", () => {
  const tsc = join(REPOSITORY, "node_modules", ".bin", "tsc");
  expect(execFileSync(tsc, ["--version"], { encoding: "utf8" })).toMatch(/^Version 7\./);
});
