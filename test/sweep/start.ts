/** The worlds that points begin with, each made once by the real engine, and what comes of them without a fault. */
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { calls } from "../engine/calls.ts";
import { saveWorld } from "../engine/saved-world.ts";
import { newWorld, type World } from "../engine/world.ts";
import { type Thing, thingsOf } from "./clouds.ts";
import { type Scenario, scenarioOf } from "./scenarios.ts";

/** What a scenario does when nothing goes wrong. */
export interface Reference {
  /** How many of its calls change something. */
  changes: number;
  before: Thing[];
  after: Thing[];
}

/** The arguments of a scenario's command. */
export function commandOf({ command, stack }: Scenario): string[] {
  const how = command === "destroy" ? ["--run-program"] : [];
  return [command, "--stack", stack, "--yes", "--skip-preview", ...how];
}

/** Makes what is not there yet: the worlds before and after a scenario, in `worlds`, and its reference. */
export async function prepareScenario(
  scenario: Scenario,
  worlds: string,
  say: (line: string) => void,
): Promise<{ before: string; reference: Reference }> {
  const [before, after, written] = [
    join(worlds, `${scenario.name}-before`),
    join(worlds, `${scenario.name}-after`),
    join(worlds, `${scenario.name}.json`),
  ];
  if (!existsSync(written)) {
    const base = scenario.after === undefined ? undefined : scenarioOf(scenario.after);
    if (base !== undefined) await prepareScenario(base, worlds, say);
    say(`${scenario.name}: ${scenario.does}`);
    const from = base === undefined ? undefined : join(worlds, `${base.name}-after`);
    await kept(before, from, worlds, (made) => scenario.prepare(made));
    let reference: Reference | undefined;
    await kept(after, before, worlds, async (made) => {
      const begin = thingsOf(made.sandbox.world.state);
      const { code, output } = await made.run(...commandOf(scenario));
      if (code !== 0) throw new Error(`${scenario.name} fails without any fault:\n${output}`);
      const changes = (await calls(made)).filter(({ mutates }) => mutates).length;
      reference = { changes, before: begin, after: thingsOf(made.sandbox.world.state) };
    });
    await writeFile(written, JSON.stringify(reference));
  }
  return { before, reference: JSON.parse(await readFile(written, "utf8")) };
}

/** Runs `work` in a world that begins with a kept one, and keeps what comes of it. */
async function kept(
  folder: string,
  from: string | undefined,
  worlds: string,
  work: (made: World) => Promise<void>,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const open = await newWorld(join(worlds, "making"), {}, from);
  try {
    await work(open.made);
    // What is kept is the files: the sandbox writes its own when it closes at the latest.
    await open.made.sandbox.close();
    await saveWorld(folder, open);
  } finally {
    await open.close();
  }
}
