/** Getting the engine: what is there already, the official download, and what is said when nothing works. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ensureEngine, pinnedVersion } from "../../sandbox/engine/ensure.ts";

/** A machine without an engine and without Go; what its official installer does is a script's matter. */
function machine(installer: string) {
  const folder = mkdtempSync(join(tmpdir(), "sendips-ensure-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "bin");
  mkdirSync(path);
  const file = join(folder, "installer.cjs");
  writeFileSync(file, installer);
  return { folder, path, options: { home: join(folder, "home"), path, installer: file } };
}

function command(file: string, script: string): void {
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** Does what the official installer does: the CLI and its language host into the version's folder. */
const installs = (version: string, before = "") => `
  const fs = require("node:fs"), path = require("node:path");
  ${before}
  const bin = path.join(process.env.PULUMI_HOME, "versions", "${version}", "bin");
  fs.mkdirSync(bin, { recursive: true });
  fs.writeFileSync(path.join(bin, "pulumi-language-nodejs"), "");
  fs.writeFileSync(path.join(bin, "pulumi"), "");
`;

test("an engine on PATH is taken when it is as new as ours and has its language host", async () => {
  const { path, options } = machine("throw new Error('not needed')");
  command(join(path, "pulumi"), "echo v3.999.0");
  command(join(path, "pulumi-language-nodejs"), "");
  expect(await ensureEngine(options)).toMatchObject({
    source: "system",
    version: "3.999.0",
    pulumi: join(path, "pulumi"),
  });
});

test("one that is too old is not, and the official download is", async () => {
  const version = await pinnedVersion();
  const { path, options } = machine(installs(version));
  command(join(path, "pulumi"), "echo v3.1.0");
  command(join(path, "pulumi-language-nodejs"), "");
  expect(await ensureEngine(options)).toMatchObject({ source: "download", version });
});

test("two at once get it once, and a third finds it there", async () => {
  const version = await pinnedVersion();
  const count = 'fs.appendFileSync(path.join(process.env.PULUMI_HOME, "..", "runs"), "x");';
  const { folder, options } = machine(installs(version, count));
  const waited: string[] = [];
  const log = (line: string) => void waited.push(line);
  const both = await Promise.all([
    ensureEngine({ ...options, log }),
    ensureEngine({ ...options, log }),
  ]);
  expect(both.map(({ source }) => source)).toEqual(["download", "download"]);
  expect(waited).toContain("waiting for another process that is getting the Pulumi CLI");
  expect((await ensureEngine(options)).source).toBe("download");
  expect(readFileSync(join(folder, "runs"), "utf8")).toBe("x");
});

test("when nothing works, every way is named with its reason, and what to do", async () => {
  const { path, options } = machine("console.error('fetch failed'); process.exit(1);");
  command(join(path, "pulumi"), "echo v3.1.0");
  const refused = ensureEngine(options);
  await expect(refused).rejects.toThrow(/no Pulumi CLI 3\.\d+\.\d+ could be had\. Tried:/);
  await expect(refused).rejects.toThrow(
    /version 3\.1\.0 without pulumi-language-nodejs, needed 3\./,
  );
  await expect(refused).rejects.toThrow(/the official download: .*fetch failed/);
  await expect(refused).rejects.toThrow(/a build from its Go module: cannot run go/);
  await expect(refused).rejects.toThrow(/install Pulumi .*, let this machine reach\n.* install Go/);
  expect(existsSync(join(options.home, "versions", await pinnedVersion(), "bin", "pulumi"))).toBe(
    false,
  );
});
