/** The sandbox as a process of its own, so that it outlives the command that started it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cloudflareZones, type Endpoints } from "./project.ts";

/** A sandbox process and where it listens. */
export interface SandboxProcess extends Endpoints {
  pid: number;
}

const ready = (folder: string) => join(folder, "ready.json");

/**
 * The sandbox that runs in this folder, if one does. It must answer: after a restart of the machine
 * its process id may be another program's, which nobody may end.
 */
export async function runningSandbox(folder: string): Promise<SandboxProcess | undefined> {
  if (!existsSync(ready(folder))) return undefined;
  const found: SandboxProcess = JSON.parse(await readFile(ready(folder), "utf8"));
  if (!isAlive(found.pid)) return undefined;
  const reply = await fetch(`${found.url}/_sandbox/health`).catch(() => undefined);
  return reply?.ok ? found : undefined;
}

/**
 * Starts the sandbox with its state, log and ready file in `folder`.
 *
 * @throws with the end of its log when it does not come up within 15 seconds.
 */
export async function startSandboxProcess(folder: string): Promise<SandboxProcess> {
  await mkdir(folder, { recursive: true });
  await rm(ready(folder), { force: true });
  const zones = (await cloudflareZones()).flatMap(({ name, id }) => ["--zone", `${name}=${id}`]);
  const log = await open(join(folder, "sandbox.log"), "a");
  const server = join(import.meta.dirname, "main.ts");
  const files = ["--state", join(folder, "state.json"), "--ready", ready(folder)];
  const child = spawn(process.execPath, [server, ...files, ...zones], {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  child.unref();
  await log.close();
  for (let tries = 0; tries < 150; tries += 1) {
    const found = await runningSandbox(folder);
    if (found !== undefined) return found;
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  const said = await readFile(join(folder, "sandbox.log"), "utf8");
  throw new Error(`the sandbox did not start; its log ends with\n${said.slice(-2_000)}`);
}

/** Ends a sandbox process and waits until it has saved its state. */
export async function stopSandboxProcess({ pid }: SandboxProcess): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, "SIGTERM");
  for (let tries = 0; tries < 50 && isAlive(pid); tries += 1) await sleep(100);
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
