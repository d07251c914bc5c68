/** Whatever plugins a person has, the engine runs: the official ones where they are whole, else the stand-ins. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { choosePlugins, describePlugins, prepareHome } from "../../sandbox/engine/home.ts";
import { REPOSITORY } from "../../sandbox/project.ts";
import { deployedWorld, liveState } from "./harness.ts";

/** A folder of plugins as a person's Pulumi has it. */
function plugins() {
  const folder = mkdtempSync(join(tmpdir(), "sendips-plugins-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function versionOf(name: string): Promise<string> {
  const found = (await choosePlugins(plugins())).find((plugin) => plugin.name === name);
  return found?.version ?? "";
}

/** An official plugin, played by our stand-in: it serves, and writes down that it did. */
function official(folder: string, name: string, version: string): string {
  const plugin = join(folder, `resource-${name}-v${version}`);
  mkdirSync(plugin, { recursive: true });
  const file = join(plugin, `pulumi-resource-${name}`);
  const main = join(REPOSITORY, "sandbox", "providers", name, "main.ts");
  writeFileSync(
    file,
    `#!/bin/sh\necho ran >> "${join(folder, `${name}.ran`)}"\nexec "${process.execPath}" "${main}" "$@"\n`,
  );
  chmodSync(file, 0o755);
  return plugin;
}

const chosen = async (folder: string) =>
  Object.fromEntries((await choosePlugins(folder)).map(({ name, ...plugin }) => [name, plugin]));

test("official plugins of the SDKs' versions are taken, and the engine runs them", async () => {
  const folder = plugins();
  for (const name of ["aws", "cloudflare"]) official(folder, name, await versionOf(name));
  expect(await chosen(folder)).toMatchObject({
    aws: { official: expect.stringContaining(folder) },
    cloudflare: { official: expect.stringContaining(folder) },
  });
  const made = await deployedWorld({ plugins: folder });
  expect(Object.keys(liveState(made).addresses)).toHaveLength(2);
  expect(existsSync(join(folder, "aws.ran"))).toBe(true);
  expect(existsSync(join(folder, "cloudflare.ran"))).toBe(true);
});

test("other versions, and none, leave the stand-ins to serve", async () => {
  const folder = plugins();
  const absent = /not installed/;
  expect(await chosen(join(folder, "nowhere"))).toMatchObject({
    aws: { official: undefined, why: expect.stringMatching(absent) },
  });
  official(folder, "aws", "7.1.0");
  official(folder, "cloudflare", "6.99.0");
  expect(await chosen(folder)).toMatchObject({
    aws: { official: undefined, why: expect.stringMatching(absent) },
    cloudflare: { official: undefined, why: expect.stringMatching(absent) },
  });
  // One on PATH is nobody's choice either.
  const path = join(folder, "bin");
  official(folder, "aws", "9.9.9");
  renameSync(join(folder, "resource-aws-v9.9.9"), path);
  const { PATH } = process.env;
  onTestFinished(() => {
    process.env["PATH"] = PATH;
  });
  process.env["PATH"] = `${path}:${PATH}`;
  // The engine sees the stand-ins beside the others' versions, and takes them.
  const made = await deployedWorld({ plugins: folder });
  expect(Object.keys(liveState(made).addresses)).toHaveLength(2);
  expect(existsSync(join(folder, "aws.ran"))).toBe(false);
});

test("half installed plugins are passed over, one by one, with the reason", async () => {
  const folder = plugins();
  const [aws, cloudflare] = [await versionOf("aws"), await versionOf("cloudflare")];
  const partial = official(folder, "aws", aws);
  writeFileSync(`${partial}.partial`, "");
  const empty = join(folder, `resource-cloudflare-v${cloudflare}`);
  mkdirSync(empty);
  expect(await chosen(folder)).toMatchObject({
    aws: { official: undefined, why: expect.stringContaining("in part") },
    cloudflare: { official: undefined, why: expect.stringContaining("without its program") },
  });
  rmSync(`${partial}.partial`);
  chmodSync(join(partial, "pulumi-resource-aws"), 0o644);
  official(folder, "cloudflare", cloudflare);
  const mixed = await choosePlugins(folder);
  expect(describePlugins(mixed)).toBe(
    `providers: aws ${aws} stand-in (the official plugin is installed without its program), cloudflare ${cloudflare} official (in ${folder})`,
  );
  const made = await deployedWorld({ plugins: folder });
  expect(Object.keys(liveState(made).addresses)).toHaveLength(2);
});

test("a home that was made before is made anew when what is installed has changed", async () => {
  const folder = plugins();
  const home = join(folder, "home");
  const version = await versionOf("aws");
  const program = join(home, "plugins", `resource-aws-v${version}`, "pulumi-resource-aws");
  const says = () => readFileSync(program, "utf8").includes(".ran");
  await prepareHome(home, folder);
  expect(says()).toBe(false);
  const plugin = official(folder, "aws", version);
  await prepareHome(home, folder);
  expect(says()).toBe(true);
  rmSync(plugin, { recursive: true });
  await prepareHome(home, folder);
  expect(says()).toBe(false);
  // One that a sandbox's home was copied from is ours.
  official(folder, "aws", version);
  writeFileSync(join(plugin, "stand-in"), "");
  expect(await chosen(folder)).toMatchObject({
    aws: { official: undefined, why: "what is installed is our own" },
  });
});
