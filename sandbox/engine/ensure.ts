/**
 * Gets the real Pulumi engine: one that is there, else the official download, else a build from its
 * Go module. All homes of the sandbox share what is got, so it is got once a machine.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { buildCli, buildYamlHost } from "./build.ts";
import { withLock } from "./lock.ts";

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, "..", "..");

/** A Pulumi CLI with a Node language host. */
export interface Engine {
  /** Path of the CLI. */
  pulumi: string;
  /** Its folder, with `pulumi-language-nodejs` in it or on PATH. */
  bin: string;
  /** `3.259.0` */
  version: string;
  source: "system" | "download" | "built";
}

/** How to get it. */
export interface EnsureOptions {
  /** Told what takes time. Default: nobody. */
  log?: (line: string) => void;
  /**
   * The folder that holds `versions/<version>/bin`.
   * @default $SENDIPS_ENGINE_HOME, else ~/.pulumi: where Pulumi itself keeps its downloads.
   */
  home?: string;
  /** PATH to look for an engine and for go. Default: the process's own. */
  path?: string;
  /**
   * Node script that puts the official release into PULUMI_HOME.
   * @default npm's `pulumi`
   */
  installer?: string;
}

const INSTALLER = join(REPOSITORY, "node_modules", "pulumi", "run.js");

/** The folder that holds downloaded and built engines. */
export function engineHome(): string {
  return process.env["SENDIPS_ENGINE_HOME"] ?? join(homedir(), ".pulumi");
}

/** The pinned version: that of the npm package `pulumi`. */
export async function pinnedVersion(): Promise<string> {
  const manifest = join(REPOSITORY, "node_modules", "pulumi", "package.json");
  const { version }: { version: string } = JSON.parse(await readFile(manifest, "utf8"));
  return version;
}

/**
 * Makes sure that there is an engine. Idempotent; safe when two run at once.
 *
 * @throws listing every way that was tried, why it failed, and what to do.
 */
export async function ensureEngine(options: EnsureOptions = {}): Promise<Engine> {
  const { log = () => {}, home = engineHome() } = options;
  const version = await pinnedVersion();
  const bin = join(home, "versions", version, "bin");
  const pulumi = join(bin, "pulumi");
  const tried: string[] = [];
  const onPath = await systemEngine(options.path ?? process.env["PATH"] ?? "", version, tried);
  if (onPath !== undefined) return onPath;
  const kept = (): Engine | undefined =>
    existsSync(pulumi) && existsSync(join(bin, "pulumi-language-nodejs"))
      ? { pulumi, bin, version, source: existsSync(join(bin, OURS)) ? "built" : "download" }
      : undefined;
  const found = kept();
  if (found?.source === "built") await installLanguageHost(bin);
  if (found !== undefined) return found;
  return withLock(
    `${bin}.lock`,
    async () => kept() ?? (await getEngine(version, home, bin, tried, options)),
    () => log("waiting for another process that is getting the Pulumi CLI"),
  );
}

/**
 * Makes sure that the engine runs programs in Pulumi YAML. The official releases do.
 *
 * @throws why it cannot, and what to do.
 */
export async function ensureYamlHost(
  engine: Engine,
  log: (line: string) => void = () => {},
): Promise<void> {
  const bin = dirname(await realpath(engine.pulumi));
  const there = () => existsSync(join(bin, "pulumi-language-yaml"));
  if (there()) return;
  if (engine.source !== "built") {
    throw new Error(`${bin} has no pulumi-language-yaml: install Pulumi's whole release`);
  }
  await withLock(
    `${bin}.lock`,
    async () => {
      if (there()) return;
      log("building the host for Pulumi YAML from its Go module: about two minutes, once");
      await buildYamlHost(bin, log);
    },
    () => log("waiting for another process that is building it"),
  );
}

/** Marks a folder whose binaries we made. */
const OURS = "built-by-sendips";

async function getEngine(
  version: string,
  home: string,
  bin: string,
  tried: string[],
  { log = () => {}, path, installer = INSTALLER }: EnsureOptions,
): Promise<Engine> {
  const pulumi = join(bin, "pulumi");
  if (!existsSync(pulumi)) {
    log(`getting the Pulumi CLI ${version}: the official download`);
    try {
      await run(process.execPath, [installer, "version"], {
        env: { ...process.env, PULUMI_HOME: home },
      });
      if (existsSync(join(bin, "pulumi-language-nodejs"))) {
        return { pulumi, bin, version, source: "download" };
      }
      tried.push("the official download: it ended, but the CLI is not there");
    } catch (error) {
      tried.push(`the official download: ${lastLine(error)}`);
    }
    log(`  ${tried.at(-1)}`);
    log("building the Pulumi CLI from its Go module: about four minutes on two cores, once");
    try {
      await buildCli(version, bin, log, path);
    } catch (error) {
      tried.push(`a build from its Go module: ${lastLine(error)}`);
      throw new Error(
        [
          `no Pulumi CLI ${version} could be had. Tried:`,
          ...tried.map((line) => `  - ${line}`),
          "Do one of these: install Pulumi (https://www.pulumi.com/docs/install/), let this machine reach",
          "get.pulumi.com, or install Go 1.26 or later and let it reach a Go module proxy.",
        ].join("\n"),
      );
    }
  }
  await writeFile(join(bin, OURS), "The CLI here was built from its Go module by sendips.\n");
  await installLanguageHost(bin);
  return { pulumi, bin, version, source: "built" };
}

/**
 * The host runs from the repository, where its packages are; what stands beside the CLI only calls it.
 * Checkouts share it: where the one that wrote it is gone, the Node on PATH serves another.
 */
async function installLanguageHost(bin: string): Promise<void> {
  const host = join(import.meta.dirname, "language-host.mjs");
  const node = process.execPath;
  const script = [
    "#!/bin/sh",
    `node="${node}"`,
    '[ -x "$node" ] || node=node',
    `exec "$node" "\${SENDIPS_LANGUAGE_HOST:-${host}}" "$@"\n`,
  ].join("\n");
  const file = join(bin, "pulumi-language-nodejs");
  if ((await readFile(file, "utf8").catch(() => "")) === script) return;
  await mkdir(bin, { recursive: true });
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, script);
  await chmod(beside, 0o755);
  await rename(beside, file);
}

/** An engine of the same major version, at least as new, with its language host, outside node_modules. */
async function systemEngine(
  path: string,
  pinned: string,
  tried: string[],
): Promise<Engine | undefined> {
  const folders = path.split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const bin = folders.find((folder) => existsSync(join(folder, "pulumi")));
  if (bin === undefined) {
    tried.push("a pulumi on PATH: there is none");
    return undefined;
  }
  const pulumi = join(bin, "pulumi");
  try {
    const version = (await run(pulumi, ["version"])).stdout.trim().replace(/^v/, "");
    const host = folders.some((folder) => existsSync(join(folder, "pulumi-language-nodejs")));
    if (host && compatible(version, pinned)) return { pulumi, bin, version, source: "system" };
    tried.push(
      `${pulumi}: version ${version}${host ? "" : " without pulumi-language-nodejs"}, needed ${pinned} or later`,
    );
  } catch (error) {
    tried.push(`${pulumi}: ${lastLine(error)}`);
  }
  return undefined;
}

function compatible(version: string, pinned: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = pinned.split(".").map(Number);
  return major === wantedMajor && minor >= wantedMinor;
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n").at(-1) ?? text;
}
