/** A Pulumi home of its own: the shared engine, and provider plugins. */
import { constants, existsSync } from "node:fs";
import {
  access,
  chmod,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { engineHome } from "./ensure.ts";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const NAMES = ["aws", "cloudflare"] as const;

/** Marks a plugin folder as one of ours. */
const OURS = "stand-in";

/** Which plugin serves a provider, and why. */
export interface ChosenPlugin {
  name: (typeof NAMES)[number];
  /** That of the SDK in package.json. */
  version: string;
  /** The official plugin's folder; undefined where the stand-in serves. */
  official: string | undefined;
  why: string;
}

/**
 * Makes `home` ready: `npx pulumi` finds the engine in it, and each provider has a plugin. Decided anew each
 * time, so that nothing of an earlier choice stays.
 *
 * @param plugins the folder that the person's own Pulumi keeps its plugins in.
 *   Default: $PULUMI_HOME/plugins, else ~/.pulumi/plugins.
 */
export async function prepareHome(home: string, plugins?: string): Promise<ChosenPlugin[]> {
  await mkdir(join(home, "plugins"), { recursive: true });
  const versions = join(home, "versions");
  if (!existsSync(versions)) {
    await mkdir(join(engineHome(), "versions"), { recursive: true });
    await symlink(join(engineHome(), "versions"), versions);
  }
  const chosen = await choosePlugins(plugins);
  await Promise.all(chosen.map((plugin) => install(home, plugin)));
  return chosen;
}

/**
 * The official plugin of the SDK's very version where the person has it whole, else our stand-in, which is
 * also what `SENDIPS_PROVIDERS=stand-in` asks for.
 */
export function choosePlugins(plugins = ownPlugins()): Promise<ChosenPlugin[]> {
  return Promise.all(
    NAMES.map(async (name) => {
      const manifest = join(REPOSITORY, "node_modules", "@pulumi", name, "package.json");
      const { version }: { version: string } = JSON.parse(await readFile(manifest, "utf8"));
      const folder = join(plugins, folderOf(name, version));
      const missing =
        process.env["SENDIPS_PROVIDERS"] === "stand-in"
          ? "SENDIPS_PROVIDERS says so"
          : await missingIn(folder, name);
      return missing === undefined
        ? { name, version, official: folder, why: `in ${plugins}` }
        : { name, version, official: undefined, why: missing };
    }),
  );
}

/** One line: `providers: aws 7.48.0 stand-in (…), cloudflare 6.22.1 official (…)`. */
export function describePlugins(chosen: readonly ChosenPlugin[]): string {
  const each = chosen.map(
    ({ name, version, official, why }) =>
      `${name} ${version} ${official === undefined ? "stand-in" : "official"} (${why})`,
  );
  return `providers: ${each.join(", ")}`;
}

function ownPlugins(): string {
  return join(process.env["PULUMI_HOME"] || join(homedir(), ".pulumi"), "plugins");
}

function folderOf(name: string, version: string): string {
  return `resource-${name}-v${version}`;
}

/** Why a folder holds no official plugin that runs; undefined when it does. */
async function missingIn(folder: string, name: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) return "the official plugin of this version is not installed";
  // So the engine itself marks what it has not finished to install.
  if (existsSync(`${folder}.partial`)) return "the official plugin is installed in part";
  if (existsSync(join(folder, OURS))) return "what is installed is our own";
  const file = join(folder, `pulumi-resource-${name}`);
  const runs = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!runs) return "the official plugin is installed without its program";
  return undefined;
}

async function install(home: string, { name, version, official }: ChosenPlugin): Promise<void> {
  const folder = join(home, "plugins", folderOf(name, version));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  if (official !== undefined) {
    // The engine passes a linked folder over, and takes linked files in a folder of its own.
    for (const file of await readdir(official)) {
      await symlink(join(official, file), join(folder, file));
    }
    return;
  }
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
