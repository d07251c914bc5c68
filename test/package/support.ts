/** The package as somebody else has it: packed, and installed in a folder outside the repository. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPOSITORY } from "../../sandbox/project.ts";

/** How a command ended. */
export interface CommandResult {
  code: number;
  stdout: string;
  /** stdout and stderr as they came. */
  output: string;
}

interface Where {
  cwd: string;
  env?: NodeJS.ProcessEnv;
}

/** Runs a command to its end. */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env }: Where,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? ownEnv(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = { stdout: "", output: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (chunk: string) => {
        if (stream === "stdout") ended.stdout += chunk;
        ended.output += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, ...ended }));
  });
}

/** {@link run}, but anything other than success is an error that shows the output. */
export async function runOrFail(
  command: string,
  args: readonly string[],
  where: Where,
): Promise<CommandResult> {
  const ended = await run(command, args, where);
  if (ended.code !== 0) {
    throw new Error(`${command} ${args.join(" ")}: status ${ended.code}\n${ended.output}`);
  }
  return ended;
}

/** Without what npm tells the scripts that it runs: another npm would take it for its own settings. */
export function ownEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith("npm_")),
  );
}

/** A folder outside the repository. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "sendips-package-"));
}

export interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

export function manifest(file = join(REPOSITORY, "package.json")): Manifest {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** `npm pack` into a folder; the path of the tarball. */
export async function pack(folder: string): Promise<string> {
  await runOrFail("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: REPOSITORY });
  const tarball = join(folder, `sendips-${manifest().version}.tgz`);
  if (!existsSync(tarball)) throw new Error(`npm pack wrote no ${tarball}`);
  return tarball;
}

/** What npm says where it cannot reach its registry, or reaches something that does not answer as one. */
const NO_REGISTRY =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|E5\d\d|E403)\b/;

/**
 * Installs a tarball with the peers that the repository pins: the sandbox has the plugins of these very
 * versions.
 *
 * @returns why it could not be, where that is the registry's absence; undefined when it is installed.
 */
export async function install(folder: string, tarball: string): Promise<string | undefined> {
  const { peerDependencies, devDependencies } = manifest();
  const peers = Object.keys(peerDependencies).map((name) => `${name}@${devDependencies[name]}`);
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  const ended = await run("npm", ["install", ...options, tarball, ...peers], { cwd: folder });
  if (ended.code === 0) return undefined;
  const code = NO_REGISTRY.exec(ended.output)?.[0];
  if (code === undefined) throw new Error(`npm install: status ${ended.code}\n${ended.output}`);
  return `npm cannot install the package's dependencies here: its registry does not answer (${code})`;
}

/** The SDKs are tens of thousands of files: on a busy disk that takes as long as installing them. */
export function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}
