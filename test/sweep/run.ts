/**
 * `npm run sweep`: a fault at each call of create, edit, move, retire and destroy in turn, on the real engine and the
 * sandbox, and the way out of each. What was found is kept; a sweep that was broken off goes on where it was.
 *
 *   --only WORDS    only the points whose names hold each of these words, by comma: `create-tenant,kill-after`
 *   --workers N     points at once; default the number of processors
 *   --fresh         begins anew
 *   --again         runs those anew that failed
 *   --write         writes docs/reliability.md from what was found
 */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCommand } from "../../sandbox/command.ts";
import { ensureEngine } from "../../sandbox/engine/ensure.ts";
import { FAULTS } from "./faults.ts";
import { type Point, runPoint } from "./point.ts";
import { Progress } from "./progress.ts";
import { writeReport } from "./report.ts";
import { FOLDER, fingerprintOf, keepResult, nameOf, type Result, readResults } from "./results.ts";
import { SCENARIOS } from "./scenarios.ts";
import { prepareScenario, type Reference } from "./start.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** A point, and what it begins with. */
interface PreparedPoint {
  point: Point;
  start: { before: string; reference: Reference };
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      workers: { type: "string" },
      fresh: { type: "boolean" },
      again: { type: "boolean" },
      write: { type: "boolean" },
    },
  });
  const words = (values.only ?? "").split(",").filter((word) => word !== "");
  const workers = Number(values.workers ?? availableParallelism());
  if (!Number.isInteger(workers) || workers < 1) {
    throw new Error(`--workers ${values.workers}: a whole number, 1 or more`);
  }
  await ensureEngine({ log: say });
  if (values.fresh === true) rmSync(FOLDER, { recursive: true, force: true });
  const fingerprint = fingerprintOf();
  const worlds = join(FOLDER, `worlds-${fingerprint}`);
  const all = await pointsOf(words, worlds);
  const found = new Map(readResults(fingerprint).map((result) => [nameOf(result), result]));
  const isDone = ({ point }: PreparedPoint) => {
    const result = found.get(nameOfPoint(point));
    return result !== undefined && !(values.again === true && result.outcome === "failed");
  };
  const left = all.filter((each) => !isDone(each));
  const done = all.filter(isDone).flatMap(({ point }) => found.get(nameOfPoint(point)) ?? []);
  say(`${all.length} points, ${done.length} of them found before with these sources`);
  const progress = new Progress(all.length, done, say);
  const work = async (worker: number) => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const result = await runOne(next, fingerprint, join(FOLDER, `worker-${worker}`));
      keepResult(result);
      progress.add(result);
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  progress.end();
  if (values.write === true) {
    const every = words.length === 0 ? all : await pointsOf([], worlds);
    const today = new Date().toISOString().slice(0, 10);
    say(`written: ${writeReport(readResults(fingerprint), every.length, today)}`);
  }
  return progress.failed ? 1 : 0;
}

/** Every point whose name holds all words, in an order of chance that is always the same: each part is a fair sample. */
async function pointsOf(words: readonly string[], worlds: string): Promise<PreparedPoint[]> {
  const points: PreparedPoint[] = [];
  for (const fault of FAULTS) {
    for (const scenario of SCENARIOS) {
      // Words that name another scenario or fault spare its preparation.
      const named = `${scenario.name} ${fault.name}`;
      if (!words.every((word) => named.includes(word) || /^\d+$/.test(word))) continue;
      const start = await prepareScenario(scenario, worlds, say);
      for (let at = 1; at <= start.reference.changes; at += fault.every) {
        const point = { scenario, fault, at };
        const parts = nameOfPoint(point).split(" ");
        const meant = words.every((word) => parts.includes(word) || named.includes(word));
        if (meant) points.push({ point, start });
      }
    }
  }
  const place = ({ point }: PreparedPoint) =>
    createHash("sha256").update(nameOfPoint(point)).digest("hex");
  return points.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

function nameOfPoint({ scenario, fault, at }: Point): string {
  return nameOf({ scenario: scenario.name, fault: fault.name, at });
}

async function runOne(
  { point, start }: PreparedPoint,
  fingerprint: string,
  folder: string,
): Promise<Result> {
  const { transcript, ...result } = await runPoint(point, start, folder);
  const { scenario, fault, at } = point;
  const name = nameOfPoint(point);
  const logs = join(FOLDER, "logs");
  mkdirSync(logs, { recursive: true });
  const wrong = result.wrong.map((each) => `WRONG: ${each}\n`).join("");
  writeFileSync(join(logs, `${name.replaceAll(" ", "_")}.log`), `${name}\n${transcript}\n${wrong}`);
  return { fingerprint, scenario: scenario.name, fault: fault.name, at, ...result };
}

runCommand(main);
