/** One point of the sweep: a deployment that is disturbed at one call, and the way out of it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readTags } from "../../core/state/tags.ts";
import { killTree } from "../../sandbox/process-tree.ts";
import { REPOSITORY } from "../../sandbox/project.ts";
import { type CommandResult, runPulumi } from "../../sandbox/pulumi.ts";
import { type Call, calls, clearFaults, inject } from "../engine/calls.ts";
import { namedCommands } from "../engine/named-commands.ts";
import { newWorld, type OpenWorld } from "../engine/world.ts";
import { stateContents, type Thing, thingsOf } from "./clouds.ts";
import type { SweepFault } from "./faults.ts";
import type { Scenario } from "./scenarios.ts";
import { commandOf, type Reference } from "./start.ts";

/**
 * How a point ended: `absorbed`, the run ended well all the same; `converged`, the next run alone brought what was
 * wanted; `recovered`, after the recovery command; `named`, after commands that the output named; `failed`;
 * `unreached`, the run made fewer calls, so that nothing was disturbed.
 */
export type Outcome = "absorbed" | "converged" | "recovered" | "named" | "failed" | "unreached";

/** What a point is. */
export interface Point {
  scenario: Scenario;
  fault: SweepFault;
  /** Which call, counted from 1. */
  at: number;
  /** Of which calls. @default all that change something */
  action?: string;
}

/** What came of it. */
export interface PointResult {
  outcome: Outcome;
  /** The call that was hit: `AllocateAddress`. */
  action: string;
  /** The same, and what it was about: `AllocateAddress tx1`. */
  call: string;
  /** What is not as it must be, for `failed` and `named`. */
  wrong: string[];
  /** The commands that were run, each with how it ended. */
  steps: string[];
  seconds: number;
  /** Everything that was said. */
  transcript: string;
}

/** No run of a deployment so small takes that long, whatever it waits for. */
const LIMIT = 600_000;

/** Whether the product has its recovery command; without, Pulumi's own way to end a lock is tried. */
const HAS_RECOVER = existsSync(join(REPOSITORY, "cli", "commands", "recover.ts"));

/** Runs one point in a folder of its own. */
export async function runPoint(
  { scenario, fault, at, action = "*mutating" }: Point,
  { before, reference }: { before: string; reference: Reference },
  folder: string,
): Promise<PointResult> {
  const began = Date.now();
  const open = await newWorld(folder, {}, before);
  const steps: string[] = [];
  let transcript = "";
  const note = (name: string, { code, output }: CommandResult) => {
    steps.push(`${name}: ${code}`);
    transcript += `\n$ ${name}\n${output}\nstatus ${code}\n`;
    return code === 0;
  };
  const run = async (name: string, args: readonly string[], rule?: SweepFault["rule"]) => {
    let root: number | undefined;
    const onStart = (pid: number) => {
      root = pid;
      if (rule !== undefined) {
        armed = inject(open.made, { service: "*", action, skip: at - 1, pid, ...rule });
      }
    };
    let armed: Promise<void> | undefined;
    const ended = await runPulumi(args, { ...open.made.options, onStart, timeLimit: LIMIT });
    await armed;
    // Whatever outlives its engine would go on in the next run.
    killTree(root);
    return note(name, ended);
  };
  const again = () => run(scenario.command, commandOf(scenario));
  const recover = async () => {
    if (HAS_RECOVER) {
      note("recover", await open.made.sendips("recover", scenario.stack, "--yes"));
    } else await run("cancel", ["cancel", "--yes", "--stack", scenario.stack]);
  };
  const result = async (outcome: Outcome, wrong: string[] = []): Promise<PointResult> => {
    const log = await calls(open.made);
    const hit = log.find((call) => call.fault !== undefined);
    const call = hit === undefined ? "" : nameOf(hit, [...reference.before, ...reference.after]);
    const seconds = Math.round((Date.now() - began) / 100) / 10;
    return { outcome, action: hit?.action ?? "", call, wrong, steps, seconds, transcript };
  };
  const wrongNow = async () => [
    ...wrongWithThings(open, scenario, reference),
    ...wrongWithReleases(await calls(open.made), scenario, reference),
  ];
  try {
    const faulted = `${scenario.command} with ${fault.name} at ${at}`;
    let well = await run(faulted, commandOf(scenario), fault.rule);
    await clearFaults(open.made);
    const reached = (await calls(open.made)).some((call) => call.fault !== undefined);
    if (!reached) return await result("unreached", well ? [] : ["the run failed without a fault"]);
    let outcome: Outcome = "absorbed";
    if (!well) {
      outcome = "converged";
      well = !isLocked(open) && (await again());
    }
    if (!well || (await wrongNow()).length > 0) {
      outcome = "recovered";
      await recover();
      well = await again();
    }
    if (!well) {
      outcome = "named";
      for (const verb of ["import", "state", "refresh"]) {
        for (const named of namedCommands(transcript, verb)) await run(named.join(" "), named);
      }
      well = await again();
    }
    const wrong = await wrongNow();
    if (!well) return await result("failed", [`${scenario.command} goes on failing`, ...wrong]);
    const unnamed = wrong.filter((each) => !isNamed(each, transcript));
    if (unnamed.length > 0) return await result("failed", wrong);
    if (wrong.length > 0) outcome = "named";
    const quiet = scenario.command === "up" ? ["--expect-no-changes"] : [];
    const last = await run("last", [...commandOf(scenario), ...quiet]);
    if (!last) return await result("failed", ["the last run changes something, or fails"]);
    return await result(outcome, wrong);
  } finally {
    await open.close();
  }
}

function isLocked({ places }: OpenWorld): boolean {
  const folder = join(places.backend, ".pulumi", "locks");
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  return entries.some((entry) => String(entry).endsWith(".json"));
}

/** A fault that is told with its id and a command is a person's to mend. */
function isNamed(wrong: string, transcript: string): boolean {
  const [id = ""] = /\b(?:eipalloc|sg|eni|i)-[0-9a-f]+/.exec(wrong) ?? [];
  const told = transcript.split("\n").filter((line) => id !== "" && line.includes(id));
  return told.some((line) => /sendips \w+|pulumi (import|state)|aws ec2 /.test(line));
}

/** What is in the clouds and not as it is without a fault, or in no state; and what the states hold that is nowhere. */
function wrongWithThings(open: OpenWorld, scenario: Scenario, reference: Reference): string[] {
  const now = thingsOf(open.made.sandbox.world.state);
  const { ids, pending, unreadable } = stateContents(open);
  const there = new Set(now.map(({ id }) => id));
  // What a destroyed stack leaves on purpose is in no state: the domain's own SPF and DMARC.
  const stays = scenario.command === "destroy" ? reference.after.map(({ is }) => is) : [];
  const missing = without(reference.after, now).map(({ what, is }) => `missing: ${what} ${is}`);
  const surplus = without(now, reference.after).map(
    ({ what, id, is }) => `too much: ${what} ${id} ${is}`,
  );
  const lost = reference.before.flatMap(({ id, what, address }) => {
    if (address === undefined || scenario.released.includes(address.key)) return [];
    const still = now.some((thing) => thing.id === id && thing.what === what);
    return still ? [] : `${what} is lost`;
  });
  return [
    ...lost,
    ...now
      .filter(({ id, is }) => !ids.has(id) && !stays.includes(is))
      .map(({ what, id }) => `${what} ${id} is in no state`),
    ...[...ids]
      .filter(([id]) => isCounted(id) && !there.has(id))
      .map(([, urn]) => `${urn} is gone`),
    ...missing,
    ...surplus,
    ...pending.map((operation) => `pending operation: ${operation}`),
    ...unreadable.map((file) => `${file} is empty or broken`),
  ];
}

/** Whether {@link thingsOf} lists what has such an id. */
function isCounted(id: string): boolean {
  return /^(eipalloc|sg|eni|i)-[0-9a-f]+$|^[0-9a-f]{32}$/.test(id);
}

/** Those of `things` that others do not have, each as often as it is had too seldom. */
function without(things: readonly Thing[], others: readonly Thing[]): Thing[] {
  const left = others.map(({ is }) => is);
  return things.filter(({ is }) => {
    const at = left.indexOf(is);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Every `ReleaseAddress` must be of an address whose release was deployed before. */
function wrongWithReleases(
  log: readonly Call[],
  scenario: Scenario,
  reference: Reference,
): string[] {
  return log.flatMap(({ action, mutates, params }) => {
    if (action !== "ReleaseAddress" || !mutates) return [];
    const id = String(params["AllocationId"]);
    const key = reference.before.find((thing) => thing.id === id)?.address?.key;
    if (key !== undefined && scenario.released.includes(key)) return [];
    return `ReleaseAddress of ${id} (${key ?? "not there before"}), whose release was not deployed`;
  });
}

/** A call in words: its action, and what it is about. */
function nameOf({ action, params }: Call, things: readonly Thing[]): string {
  const text = JSON.stringify(params);
  const body = params["body"];
  if (typeof body === "object" && body !== null && "name" in body && "type" in body) {
    return `${action} ${body.type} ${body.name}`;
  }
  const tags = Object.fromEntries(
    Object.entries(params).flatMap(([name, key]) => {
      if (!name.startsWith("TagSpecification.") || !name.endsWith(".Key")) return [];
      return [[String(key), String(params[name.replace(/Key$/, "Value")])]];
    }),
  );
  const { address, mailHost } = readTags(tags);
  if (address !== undefined) return `${action} ${address}`;
  if (mailHost !== undefined) return `${action} ${mailHost}`;
  const thing = things.find(({ id }) => text.includes(id));
  return thing === undefined ? action : `${action} ${thing.what.replace(/ \(.*\)/, "")}`;
}
