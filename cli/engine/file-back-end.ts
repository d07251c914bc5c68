/** What a run that was killed leaves in a file back end, where no command of Pulumi's tells or mends it. */
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
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

/** A state file that is cut off, and the newest whole copy of it that the back end keeps. */
export interface CutOffState {
  file: string;
  /** Absent where no copy is whole. */
  copy?: string;
}

/**
 * The state file of a stack, where it is no JSON: a disk that was full. Pulumi copies what it has cut off over its own
 * `.bak`, and keeps older checkpoints beside (pulumi, `pkg/backend/diy`: backups, history). Undefined where it is whole
 * or absent.
 */
export function cutOffState(
  backEnd: string,
  project: string,
  stack: string,
): CutOffState | undefined {
  const root = join(backEnd, ".pulumi");
  const file = join(root, "stacks", project, `${stack}.json`);
  if (!existsSync(file) || isWhole(file)) return undefined;
  const folders = [join(root, "backups", project, stack), join(root, "history", project, stack)];
  const copies = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((copy) => /(^|[^y])\.json$/.test(copy) && !copy.endsWith(".history.json"))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  const copy = [`${file}.bak`, ...copies].find((one) => existsSync(one) && isWhole(one));
  return { file, ...(copy === undefined ? {} : { copy }) };
}

/** Whether a file holds a checkpoint. */
function isWhole(file: string): boolean {
  const read = parsed(readFileSync(file, "utf8"));
  return z.object({ checkpoint: z.object({}) }).safeParse(read).success;
}

/** Puts a whole copy of the state in the place of one that is cut off, which is kept. */
export function restoreState(file: string, copy: string): void {
  putAside(file);
  copyFileSync(copy, file);
}

/** Puts a file aside, under a name that nobody reads. */
export function putAside(file: string): string {
  const aside = `${file}.broken-${Date.now()}`;
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
