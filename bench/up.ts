/**
 * `pulumi up` of the example tenant without changes, against the same resources in Pulumi's default
 * TypeScript template, alternately in one run.
 */
import { mkdirSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { ensureEngine } from "../sandbox/engine/ensure.ts";
import { REPOSITORY } from "../sandbox/project.ts";
import { runPulumi } from "../sandbox/pulumi.ts";
import { type Deployment, deployOurs, deployTemplate } from "./deployments.ts";
import { type SampleOptions, sampleTree, type TreeUsage } from "./process-tree.ts";
import { canonical, differences } from "./resources.ts";

/** Ours may take at most this much of what the template takes. */
const TARGET = { wall: 0.45, program: 0.3 };
/** Timed runs of each side in each state, after one that warms up. Odd, so that a median is a run. */
const RUNS = 7;
/** Runs of each side for PSS, which is too slow to read in a timed run. */
const PSS_RUNS = 3;

const TIMED: SampleOptions = { interval: 50, pss: false };
const WEIGHED: SampleOptions = { interval: 100, pss: true };

/** One run of `pulumi up`. */
interface Measured extends TreeUsage {
  /** Milliseconds from the start of the CLI to its end. */
  wall: number;
}

type Say = (line: string) => void;

/**
 * Measures and prints.
 *
 * @returns whether every target is met.
 * @throws when a run is not what it should be: a failure, a change, or unequal resources.
 */
export async function benchUp(say: Say): Promise<boolean> {
  if (process.platform !== "linux") throw new Error("this bench reads /proc: it needs Linux");
  const folder = join(REPOSITORY, ".sandbox", "bench");
  mkdirSync(folder, { recursive: true });
  const engine = await ensureEngine({ log: say });
  const open: Deployment[] = [];
  try {
    say("deploying the example tenant by this project");
    const ours = await deployOurs(join(folder, "ours"), engine);
    open.push(ours);
    say("deploying the same resources by the default template (installs its packages first)");
    const template = await deployTemplate(join(folder, "baseline"), engine, ours);
    open.push(template);
    const resources = await sameResources(ours, template);
    say(`\npulumi up without changes, ${resources} cloud resources, pulumi ${engine.version}`);
    say(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}\n`);
    return report(await measure(ours, template, say), say);
  } finally {
    await Promise.all(open.map((deployment) => deployment.close()));
  }
}

/** Fails unless both sides ask for the same cloud resources, with the same inputs. */
async function sameResources(ours: Deployment, template: Deployment): Promise<number> {
  const wanted = canonical(await ours.exported());
  const { missing, extra } = differences(wanted, canonical(await template.exported()));
  if (missing.length + extra.length > 0) {
    throw new Error(
      [
        "bench/template/index.ts does not make the same resources as the example tenant:",
        ...missing.map((resource) => `  it lacks      ${resource}`),
        ...extra.map((resource) => `  it also makes ${resource}`),
      ].join("\n"),
    );
  }
  return wanted.length;
}

interface Sides {
  ours: Measured[];
  template: Measured[];
}

/** What was measured, by what earlier runs had left in the caches. */
interface Measurements {
  /** Nothing: a CI job. */
  fresh: Sides;
  /** The same, with PSS; not timed. */
  freshPss: Sides;
  /** Everything: the same `up` once more on the same machine. */
  again: Sides;
}

async function measure(ours: Deployment, template: Deployment, say: Say): Promise<Measurements> {
  const alternately = async (runs: number, fresh: boolean, options: SampleOptions) => {
    const sides: Sides = { ours: [], template: [] };
    for (let run = 1; run <= runs; run += 1) {
      if (fresh) for (const side of [ours, template]) side.forget();
      const [a, b] = [await up(ours, options, fresh), await up(template, options, fresh)];
      sides.ours.push(a);
      sides.template.push(b);
      const shown = options.pss ? [mb(a.pss), mb(b.pss)] : [seconds(a.wall), seconds(b.wall)];
      say(`  run ${run}: sendips ${shown[0]}, template ${shown[1]}`);
    }
    return sides;
  };
  say("warming up");
  await alternately(1, true, TIMED);
  say("timed, caches empty");
  const fresh = await alternately(RUNS, true, TIMED);
  say("weighing shared memory (PSS), caches empty, not timed");
  const freshPss = await alternately(PSS_RUNS, true, WEIGHED);
  say("filling the caches");
  await alternately(1, false, TIMED);
  say("timed, caches of the run before");
  return { fresh, freshPss, again: await alternately(RUNS, false, TIMED) };
}

/** Runs `pulumi up` once, in CI or at somebody's desk; throws unless it changed nothing. */
async function up(
  { name, options }: Deployment,
  sampling: SampleOptions,
  ci: boolean,
): Promise<Measured> {
  let stop: (() => TreeUsage) | undefined;
  const start = performance.now();
  const args = ["up", "--stack", "acme", "--yes", "--skip-preview"];
  const { CI: _, ...desk } = options.env;
  const ended = await runPulumi(args, {
    ...options,
    env: ci ? { ...desk, CI: "true" } : desk,
    onStart: (pid) => {
      stop = sampleTree(pid, sampling);
    },
  });
  const wall = performance.now() - start;
  const taken = stop?.();
  const counts = /^Resources:\n((?: +.*\n)+)/m.exec(ended.stdout)?.[1]?.trim() ?? "";
  if (ended.code !== 0 || !/^\d+ unchanged$/.test(counts) || taken === undefined) {
    throw new Error(`${name}: pulumi up was not without changes\n${ended.output}`);
  }
  if (taken.program === 0) throw new Error(`${name}: the program's process was never seen`);
  return { wall, ...taken };
}

function report({ fresh, freshPss, again }: Measurements, say: Say): boolean {
  const ratio = (
    what: string,
    { ours, template }: Sides,
    of: (run: Measured) => number,
    shown: (value: number) => string,
  ) => {
    const [a, b] = [median(ours.map(of)), median(template.map(of))];
    const cells = [shown(a), shown(b), (a / b).toFixed(2)].map((cell) => cell.padStart(9));
    const line = `  ${what.padEnd(30)} ${cells.join(" ")}`;
    return { line, ratio: a / b };
  };
  const sayJudged = (most: number, ...args: Parameters<typeof ratio>) => {
    const { line, ratio: found } = ratio(...args);
    say(`${line}   at most ${most}: ${found <= most ? "ok" : "OVER"}`);
    return found <= most;
  };
  const sayRatio = (...args: Parameters<typeof ratio>) => say(ratio(...args).line);

  say(`\n  ${"medians".padEnd(30)}   sendips  template     ratio`);
  say(`caches empty, as in a CI job: the template type-checks:`);
  const ok = [
    sayJudged(TARGET.wall, "wall time", fresh, (run) => run.wall, seconds),
    sayJudged(TARGET.program, "program, peak RSS", fresh, (run) => run.program, mb),
  ].every(Boolean);
  say("the same, not judged:");
  sayRatio("largest process, peak RSS", fresh, (run) => run.largest, mb);
  sayRatio("whole tree, peak sum of PSS", freshPss, (run) => run.pss, mb);
  sayRatio("whole tree, processor time", fresh, (run) => run.cpu * 1000, seconds);
  sayRatio("whole tree, peak sum of RSS", fresh, (run) => run.rss, mb);
  say("caches of the run before, not judged: the template skips the type check");
  sayRatio("wall time", again, (run) => run.wall, seconds);
  sayRatio("whole tree, processor time", again, (run) => run.cpu * 1000, seconds);
  sayRatio("program, peak RSS", again, (run) => run.program, mb);
  sayRatio("whole tree, peak sum of RSS", again, (run) => run.rss, mb);
  return ok;
}

function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
