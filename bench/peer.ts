/** Another tool that validates the same zones, and how a command is run and measured. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Zones } from "./zones.ts";

/** A tool to compare with. */
export interface Peer {
  name: string;
  /**
   * Gets it, below a folder of its own.
   *
   * @returns the command that validates.
   * @throws where it cannot be had: no Go or Python, no network, a package that is not served.
   */
  install(folder: string): Promise<readonly string[]>;
  /**
   * Writes its configuration for the zones into a folder, emptied first.
   *
   * @returns the arguments that name it.
   */
  write(folder: string, zones: Zones): readonly string[];
}

/** One run of a command, process start and end included. */
export interface PeerRun {
  /** Milliseconds. */
  wall: number;
  /** Peak resident set in bytes: the kernel's own figure where there is /proc, else 0. */
  memory: number;
  stdout: string;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Exit statuses that are no failure. @default [0] */
  allowed?: readonly number[];
}

/**
 * Runs a command to its end.
 *
 * @throws with what it said, when it cannot be run or ends otherwise.
 */
export function run(
  [file = "", ...args]: readonly string[],
  options: RunOptions = {},
): Promise<PeerRun> {
  const { cwd, env, allowed = [0] } = options;
  const start = performance.now();
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
    said = (said + data.toString()).slice(-2_000);
  });
  child.stderr.on("data", (data: Buffer) => {
    said = (said + data.toString()).slice(-2_000);
  });
  let memory = 0;
  const look = setInterval(() => {
    memory = Math.max(memory, peakOf(child.pid));
  }, 20);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => {
      clearInterval(look);
      reject(new Error(`cannot run ${file}: ${error.message}`));
    });
    child.on("close", (code) => {
      const wall = performance.now() - start;
      clearInterval(look);
      if (code !== null && allowed.includes(code)) resolve({ wall, memory, stdout });
      else reject(new Error(`${file} ${args[0] ?? ""} ended with status ${code}: ${said.trim()}`));
    });
  });
}

/** What the kernel has seen of a process at most. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
