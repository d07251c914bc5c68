/** What a run that was killed leaves in a file back end, where no command of Pulumi's tells or mends it. */
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Pulumi, runPulumi } from "./pulumi.ts";

/** A lock on a stack. */
export interface Lock {
  /** `build@ci-7, process 4711, since 2026-11-28T09:50:39Z`. */
  owner: string;
  /** Whether its process is gone: only of this machine can that be told. */
  gone: boolean;
}

const lockSchema = z.object({
  pid: z.number(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
});

/** The folder of the back end that Pulumi is logged in to; undefined where it is no file back end. */
export async function backEndFolder(pulumi: Pulumi): Promise<string | undefined> {
  const { stdout } = await runPulumi(pulumi, ["whoami", "--json"], { timeLimit: 20_000 });
  const url = z
    .object({ url: z.string() })
    .safeParse(JSON.parse(stdout.trim() === "" ? "{}" : stdout)).data?.url;
  if (url?.startsWith("file://") !== true) return undefined;
  const path = url.slice("file://".length).split("?")[0] ?? "";
  if (path.startsWith("~")) return join(userInfo().homedir, path.slice(1));
  return path.startsWith("/") ? fileURLToPath(`file://${path}`) : join(pulumi.cwd, path);
}

/** The locks on a stack. */
export function locksOf(backEnd: string, project: string, stack: string): Lock[] {
  const folder = join(backEnd, ".pulumi", "locks", "organization", project, stack);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => {
      const read = lockSchema.safeParse(parsed(readFileSync(join(folder, file), "utf8")));
      if (!read.success) return { owner: `nobody can tell whom (${file})`, gone: false };
      const { pid, username, hostname: host, timestamp } = read.data;
      return {
        owner: `${username}@${host}, process ${pid}, since ${timestamp}`,
        gone: host === hostname() && !isAlive(pid),
      };
    });
}

/**
 * The empty attributes file of a stack, which a kill in the moment of a state write leaves: every command then says
 * "failed to load checkpoint: EOF" (pulumi, `pkg/backend/diy`). Undefined where there is none.
 */
export function emptyAttributes(
  backEnd: string,
  project: string,
  stack: string,
): string | undefined {
  const file = join(backEnd, ".pulumi", "stacks", project, `${stack}.json.attrs`);
  return existsSync(file) && statSync(file).size === 0 ? file : undefined;
}

/** Puts a file aside, under a name that nobody reads. */
export function putAside(file: string): string {
  const aside = `${file}.empty-${Date.now()}`;
  renameSync(file, aside);
  return aside;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
