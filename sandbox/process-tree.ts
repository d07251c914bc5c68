/** A command and all that it started, ended at once: what a machine that loses its power does to it. */
import { execFileSync } from "node:child_process";

/**
 * Ends a process and all its descendants with SIGKILL, whatever process groups they made: Pulumi gives each
 * provider one of its own.
 */
export function killTree(root: number | undefined): void {
  if (root === undefined) return;
  // Listed first: an orphan is no descendant any more.
  const tree = treeOf(root);
  for (const pid of tree) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** The processes below `root`, itself first. */
function treeOf(root: number): Set<number> {
  const listed = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const children = new Map<number, number[]>();
  for (const line of listed.trim().split("\n")) {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = new Set([root]);
  // A set that grows while it is walked is walked to its end.
  for (const pid of tree) for (const child of children.get(pid) ?? []) tree.add(child);
  return tree;
}
