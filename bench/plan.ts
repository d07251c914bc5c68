/**
 * Plan and lint of a fleet: how it grows from 100 to 10,000 tenants, and how it compares with
 * dnscontrol and octoDNS on the same zones.
 */
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { REPOSITORY } from "../sandbox/project.ts";
import { DNSCONTROL } from "./dnscontrol.ts";
import { expectedProblems, fleetFiles, mailHostsFor, writeFleet } from "./fleet.ts";
import { OCTODNS } from "./octodns.ts";
import { type Peer, type PeerRun, run } from "./peer.ts";
import type { Measurement } from "./plan-process.ts";
import { fleetZones } from "./zones.ts";

const SIZES: readonly number[] = [100, 1_000, 10_000];
const LARGEST = 10_000;
/** Of everything but the largest size of peers, which takes them minutes. Odd, so that a median is a run. */
const RUNS = 3;
/** Milliseconds and bytes for the largest fleet. */
const TARGET = { wall: 10_000, memory: 500e6 };
/** A tenant among ten times as many may take so much more of the time. */
const TARGET_GROWTH = 1.25;
/** A zone of a peer takes at least so many times the time of one of ours. */
const TARGET_RATIO = 10;

const FOLDER = join(REPOSITORY, ".sandbox", "bench", "plan");

type Say = (line: string) => void;

/**
 * Measures and prints.
 *
 * @returns whether every target is met.
 * @throws when a run does not find what it should: fewer records, other problems.
 */
export async function benchPlan(say: Say): Promise<boolean> {
  say(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
  for (const tenants of SIZES) writeFleet(fleetFolder(tenants), fleetFiles(tenants));
  const grown = await growth(say);
  const compared = await comparison(say);
  return grown && compared;
}

function fleetFolder(tenants: number): string {
  return join(FOLDER, `sendips-${tenants}`);
}

async function growth(say: Say): Promise<boolean> {
  say(
    "\nplan and lint in one process, each size in a fresh one; medians; a tenant in milliseconds",
  );
  say("  tenants  records   schema     plan     lint  a tenant    total  peak RSS");
  let ok = true;
  const judge = (what: string, fits: boolean) => {
    say(`  ${what}: ${fits ? "ok" : "MISSED"}`);
    ok &&= fits;
  };
  for (const how of ["parsed", "files"] as const) {
    say(how === "parsed" ? "from parsed config:" : "from files, YAML parsed (under schema):");
    const each: number[] = [];
    for (const tenants of SIZES) {
      const all: Measurement[] = [];
      for (let time = 0; time < RUNS; time += 1) all.push(await inProcess(how, tenants));
      const measured = medianBy(all, totalOf);
      const total = totalOf(measured);
      const memory = medianBy(all, (one) => one.memory).memory;
      each.push(total / tenants);
      say(`  ${row(measured, total, memory)}`);
      if (tenants !== LARGEST) continue;
      judge(`${seconds(total)}, at most ${seconds(TARGET.wall)}`, total <= TARGET.wall);
      // Parsed config is the bench's own, and it is in the process with its text.
      if (how === "parsed") continue;
      judge(`${megabytes(memory)}, at most ${megabytes(TARGET.memory)}`, memory <= TARGET.memory);
    }
    each.slice(1).forEach((now, index) => {
      const ratio = now / (each[index] ?? 0);
      const sizes = `${SIZES[index + 1]} to ${SIZES[index]} tenants`;
      judge(
        `a tenant of ${sizes}: ${ratio.toFixed(2)}, at most ${TARGET_GROWTH}`,
        ratio <= TARGET_GROWTH,
      );
    });
  }
  return ok;
}

function row(measured: Measurement, total: number, memory: number): string {
  const { tenants, records, read, plan, lint } = measured;
  const each = [read, plan, lint, total].map((part) => (part / tenants).toFixed(3));
  return [
    String(tenants).padStart(7),
    String(records).padStart(8),
    ...each.slice(0, 3).map((part) => part.padStart(8)),
    (each[3] ?? "").padStart(9),
    seconds(total).padStart(8),
    megabytes(memory).padStart(9),
  ].join(" ");
}

/** One process over a whole fleet; throws unless it planned and found all. */
async function inProcess(how: "files" | "parsed", tenants: number): Promise<Measurement> {
  const script = join(import.meta.dirname, "plan-process.ts");
  const what = how === "files" ? fleetFolder(tenants) : String(tenants);
  const { stdout } = await run([process.execPath, script, how, what]);
  const measured: Measurement = JSON.parse(stdout);
  const { errors, warnings } = measured;
  if (measured.tenants !== tenants || errors !== expectedProblems(tenants) || warnings !== 0) {
    throw new Error(`${tenants} tenants, ${how}: planned or found something else: ${stdout}`);
  }
  return measured;
}

/** Who is compared, with what its runs took by the number of tenants. */
interface Side {
  name: string;
  command(tenants: number): { command: readonly string[]; cwd: string };
  runs: Map<number, PeerRun[]>;
}

async function comparison(say: Say): Promise<boolean> {
  const ours: Side = {
    name: "sendips lint --all",
    command: (tenants) => ({
      command: [process.execPath, join(REPOSITORY, "cli", "sendips.mjs"), "lint", "--all"],
      cwd: fleetFolder(tenants),
    }),
    runs: new Map(),
  };
  const peers: Side[] = [];
  say("\nthe same zones in other tools, process start included");
  for (const peer of [DNSCONTROL, OCTODNS]) {
    const side = await sideOf(peer, say);
    if (side !== undefined) peers.push(side);
  }
  for (const tenants of SIZES) {
    const times = tenants === LARGEST ? 1 : RUNS;
    for (let time = 0; time < times; time += 1) {
      for (const side of [ours, ...peers]) await oneRun(side, tenants);
    }
    for (const side of [ours, ...peers]) {
      const ran = medianRun(side, tenants);
      const each = (ran.wall / tenants).toFixed(2);
      say(
        `  ${String(tenants).padStart(6)} tenants  ${side.name.padEnd(18)} ${seconds(ran.wall).padStart(9)}  ${each.padStart(6)} ms a zone  ${megabytes(ran.memory).padStart(7)}`,
      );
    }
  }
  return verdict(ours, peers, say);
}

/** Whole processes by size, and what each zone more takes: there a process's start is no longer in it. */
function verdict(ours: Side, peers: readonly Side[], say: Say): boolean {
  let ok = true;
  for (const peer of peers) {
    const whole = SIZES.map(
      (tenants) => medianRun(peer, tenants).wall / medianRun(ours, tenants).wall,
    );
    const more = [1, 2].map((index) => marginal(peer, index) / marginal(ours, index));
    const times = (ratios: readonly number[]) => ratios.map((ratio) => ratio.toFixed(1)).join(", ");
    say(`  ${peer.name} takes ${times(whole)} times our time, at ${SIZES.join(", ")} tenants`);
    say(`    and a zone more ${times(more)} times, from each size to the next`);
    const at = whole.at(-1) ?? 0;
    const fits = at >= TARGET_RATIO;
    ok &&= fits;
    say(`    at ${LARGEST}: ${at.toFixed(1)}, at least ${TARGET_RATIO}: ${fits ? "ok" : "MISSED"}`);
  }
  if (peers.length === 0) say("  nothing to compare with: this target was not judged");
  return ok;
}

function marginal(side: Side, index: number): number {
  const [small = 0, large = 0] = [SIZES[index - 1], SIZES[index]];
  return (medianRun(side, large).wall - medianRun(side, small).wall) / (large - small);
}

async function sideOf(peer: Peer, say: Say): Promise<Side | undefined> {
  let installed: readonly string[];
  try {
    installed = await peer.install(join(FOLDER, "..", peer.name.split(" ")[0] ?? ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(`  ${peer.name} cannot be had here, so it is left out: ${reason}`);
    return undefined;
  }
  const prepared = new Map(
    SIZES.map((tenants) => {
      const cwd = join(FOLDER, `${peer.name.split(" ")[0]}-${tenants}`);
      return [tenants, { command: [...installed, ...peer.write(cwd, fleetZones(tenants))], cwd }];
    }),
  );
  const command = (tenants: number) => {
    const found = prepared.get(tenants);
    if (found === undefined) throw new Error(`no configuration for ${tenants} tenants`);
    return found;
  };
  return { name: peer.name, command, runs: new Map() };
}

async function oneRun(side: Side, tenants: number): Promise<void> {
  const { command, cwd } = side.command(tenants);
  // Ours finds the faults that the fleet has, and says so with its status.
  const ran = await run(command, { cwd, allowed: side.name.startsWith("sendips") ? [1] : [0] });
  const total = `${tenants + mailHostsFor(tenants)} stacks: ${expectedProblems(tenants)} error`;
  if (side.name.startsWith("sendips") && !ran.stdout.includes(total)) {
    throw new Error(`${side.name} found something else: ${ran.stdout.slice(-200)}`);
  }
  side.runs.set(tenants, [...(side.runs.get(tenants) ?? []), ran]);
}

function medianRun(side: Side, tenants: number): PeerRun {
  return medianBy(side.runs.get(tenants) ?? [], ({ wall }) => wall);
}

function totalOf({ read, plan, lint }: Measurement): number {
  return read + plan + lint;
}

function medianBy<T>(all: readonly T[], of: (one: T) => number): T {
  const middle = all.toSorted((a, b) => of(a) - of(b))[Math.floor(all.length / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
