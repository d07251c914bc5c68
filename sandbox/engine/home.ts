/** A Pulumi home of its own: the shared engine, and provider plugins. */
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { engineHome } from "./ensure.ts";

const REPOSITORY = join(import.meta.dirname, "..", "..");

/** Marks a plugin folder as one of ours. */
const OURS = "stand-in";

/**
 * Makes `home` ready: `npx pulumi` finds the engine in it, and each provider has a plugin. A stand-in
 * is chosen only where the official plugin of the SDK's version is absent from ~/.pulumi.
 */
export async function prepareHome(home: string): Promise<void> {
  await mkdir(join(home, "plugins"), { recursive: true });
  const versions = join(home, "versions");
  if (!existsSync(versions)) {
    await mkdir(join(engineHome(), "versions"), { recursive: true });
    await symlink(join(engineHome(), "versions"), versions);
  }
  await Promise.all(["aws", "cloudflare"].map((name) => preparePlugin(home, name)));
}

async function preparePlugin(home: string, name: string): Promise<void> {
  const manifest = join(REPOSITORY, "node_modules", "@pulumi", name, "package.json");
  const { version }: { version: string } = JSON.parse(await readFile(manifest, "utf8"));
  const plugin = `resource-${name}-v${version}`;
  const folder = join(home, "plugins", plugin);
  if (existsSync(folder)) return;
  const official = join(homedir(), ".pulumi", "plugins", plugin);
  if (existsSync(official) && !(await readdir(official)).includes(OURS)) {
    await symlink(official, folder);
    return;
  }
  await mkdir(folder);
  const file = join(folder, `pulumi-resource-${name}`);
  const main = join(REPOSITORY, "sandbox", "providers", name, "main.ts");
  // A stand-in is as quick whether or not the program that it serves has a compile cache.
  const cache = join(REPOSITORY, ".sandbox", "compile-cache");
  await writeFile(
    file,
    `#!/bin/sh\nNODE_COMPILE_CACHE="${cache}" exec "${process.execPath}" "${main}" "$@"\n`,
  );
  await chmod(file, 0o755);
  await writeFile(join(folder, OURS), "The official plugin was absent when this home was made.\n");
}
