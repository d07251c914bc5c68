/**
 * What a command's process tree takes of memory and processor time, read from Linux's /proc while it runs.
 *
 * A process's resident set (RSS) counts pages that it shares with others; the sum over a tree of
 * Node processes counts Node itself once each. Its proportional set (PSS) counts a page shared by n
 * processes as 1/n, so a sum of PSS is what the tree really takes; reading it makes the kernel walk
 * the page tables, so it is not done in a run whose time counts.
 */
import { readdirSync, readFileSync } from "node:fs";

/** What one command took: peaks in bytes, and processor time. */
export interface TreeUsage {
  /** Seconds of processor time, user and system, of all processes; each one's last moments may lack. */
  cpu: number;
  /** RSS of the largest process of the tree: what `time -v` calls the maximum resident set size. */
  largest: number;
  /** RSS of the Node process that runs the Pulumi program. 0 when none was seen. */
  program: number;
  /** RSS, summed over the tree at one moment. */
  rss: number;
  /** PSS, summed over the tree at one moment. 0 where it was not asked for. */
  pss: number;
}

/** How to sample. */
export interface SampleOptions {
  /** Milliseconds between two looks. */
  interval: number;
  /** Whether to read PSS: slows what is measured. */
  pss: boolean;
}

/** The SDK's entry point, by which the program's process is known. */
const PROGRAM = /@pulumi\/pulumi\/cmd\/run/;

/** Samples the tree below `root`, itself included, until stopped. */
export function sampleTree(root: number, { interval, pss }: SampleOptions): () => TreeUsage {
  const peaks = { largest: 0, program: 0, rss: 0, pss: 0 };
  const programs = new Set<number>();
  const cpu = new Map<number, number>();
  const look = () => {
    let rss = 0;
    let proportional = 0;
    for (const [pid, seconds] of treeOf(root)) {
      cpu.set(pid, Math.max(seconds, cpu.get(pid) ?? 0));
      const status = read(pid, "status");
      // The kernel keeps each process's own peak, so a peak between two looks is not lost.
      const peak = bytesOf(status, "VmHWM");
      rss += bytesOf(status, "VmRSS");
      peaks.largest = Math.max(peaks.largest, peak);
      if (!programs.has(pid) && PROGRAM.test(read(pid, "cmdline"))) programs.add(pid);
      if (programs.has(pid)) peaks.program = Math.max(peaks.program, peak);
      if (pss) proportional += bytesOf(read(pid, "smaps_rollup"), "Pss");
    }
    peaks.rss = Math.max(peaks.rss, rss);
    peaks.pss = Math.max(peaks.pss, proportional);
  };
  look();
  const timer = setInterval(look, interval);
  return () => {
    clearInterval(timer);
    return { ...peaks, cpu: [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0) };
  };
}

/** Linux counts processor time in hundredths of a second for programs (USER_HZ), whatever its own tick. */
const TICKS = 100;

/** The processes below `root`, itself included, each with its seconds of processor time. */
function treeOf(root: number): Map<number, number> {
  const children = new Map<number, number[]>();
  const seconds = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    // `pid (command) state ppid …`, and the command may hold anything; see proc_pid_stat(5).
    const stat = read(pid, "stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
    if (parent === undefined || user === undefined || system === undefined) continue;
    children.set(parent, [...(children.get(parent) ?? []), pid]);
    seconds.set(pid, (user + system) / TICKS);
  }
  const tree = new Map([[root, seconds.get(root) ?? 0]]);
  // A map that grows while it is walked is walked to its end.
  for (const pid of tree.keys()) {
    for (const child of children.get(pid) ?? []) tree.set(child, seconds.get(child) ?? 0);
  }
  return tree;
}

/** A file of a process; nothing when the process has just ended. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** `VmRSS:    1234 kB` in bytes. */
function bytesOf(text: string, field: string): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  return Number(kibibytes ?? 0) * 1024;
}
