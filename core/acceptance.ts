/** Warnings that somebody has judged and accepted, with a reason and perhaps until a day. */
import { configPath, type Stack } from "./config/config.ts";
import type { AcceptConfig } from "./config/schema/accept.ts";
import { type FindingSource, findingSource } from "./finding-codes.ts";
import { hasErrors, type Problem } from "./problem.ts";

/** What is said of the project and no stack of it is said of this. */
const PROJECT = "Pulumi.yaml";

/** A stack as it was read; without `stack` its config could not be. */
export interface AcceptingStack {
  name: string;
  stack?: Stack;
}

/** What a run can say of entries that accept nothing. */
export interface AcceptOptions {
  /** The day of the run, `2026-11-24`. */
  today: string;
  /**
   * Where the run has looked, all of it. An entry for what is found elsewhere may well accept something there,
   * and is not called idle. @default nowhere
   */
  sources?: readonly FindingSource[];
  /** Whether these are all stacks of the project: else nothing is said of the operator's entries. @default false */
  all?: boolean;
}

/** An entry with its place in the config. */
interface PlacedEntry {
  at: string;
  entry: AcceptConfig;
}

/**
 * The problems with what the stacks' configs, and the operator's, accept of them: an accepted warning stays in
 * its place and says why it is accepted; one whose day has passed says that. Entries that accept nothing are
 * warnings of their own, at the end.
 */
export function withAcceptances(
  problems: readonly Problem[],
  stacks: readonly AcceptingStack[],
  { today, sources = [], all = false }: AcceptOptions,
): Problem[] {
  const ofStack = new Map(
    stacks.map(({ name, stack }) => [
      name,
      { own: ownEntries(stack), shared: sharedEntries(stack) },
    ]),
  );
  const marked = problems.map((problem): Problem => {
    const entries = ofStack.get(problem.stack);
    return entries === undefined
      ? problem
      : withAcceptance(problem, [...entries.own, ...entries.shared], today);
  });
  const byStack = problemsByStack(problems);
  const idle = stacks.flatMap(({ name, stack }) => {
    const own = byStack.get(name) ?? [];
    // Beside an error not everything is looked at.
    if (stack === undefined || hasErrors(own)) return [];
    return idleEntries(ofStack.get(name)?.own ?? [], name, own, sources);
  });
  if (!all || hasErrors(problems)) return [...marked, ...idle];
  const shared = new Map(
    [...ofStack.values()].flatMap((entries) =>
      entries.shared.map((placed) => [JSON.stringify(placed), placed]),
    ),
  );
  return [...marked, ...idle, ...idleEntries([...shared.values()], PROJECT, problems, sources)];
}

/** The problems of each stack. One by one through all for each stack would take long in a fleet. */
export function problemsByStack(problems: readonly Problem[]): Map<string, Problem[]> {
  const byStack = new Map<string, Problem[]>();
  for (const problem of problems) {
    const own = byStack.get(problem.stack);
    if (own === undefined) byStack.set(problem.stack, [problem]);
    else own.push(problem);
  }
  return byStack;
}

function ownEntries(stack: Stack | undefined): PlacedEntry[] {
  if (stack?.kind !== "tenant") return [];
  return stack.tenant.accept.map((entry, index) => ({
    at: configPath(["tenant", "accept", index]),
    entry,
  }));
}

function sharedEntries(stack: Stack | undefined): PlacedEntry[] {
  return (stack?.operator.accept ?? []).map((entry, index) => ({
    at: configPath(["accept", index]),
    entry,
  }));
}

function withAcceptance(problem: Problem, entries: readonly PlacedEntry[], today: string): Problem {
  const matching = entries.filter(({ entry }) => matches(entry, problem));
  const [first] = matching;
  if (first === undefined) return problem;
  const { reason, until } =
    matching.find((one) => one.entry.until === undefined || one.entry.until >= today)?.entry ??
    first.entry;
  const acceptance = { reason, ...(until === undefined ? {} : { until }) };
  return until === undefined || until >= today
    ? { ...problem, accepted: acceptance }
    : { ...problem, acceptedBefore: { reason, until } };
}

function matches({ code, path }: AcceptConfig, problem: Problem): boolean {
  if (problem.level !== "warning" || problem.code !== code) return false;
  return path === undefined || isAtOrBelowPath(problem.path, path);
}

function isAtOrBelowPath(path: string, above: string): boolean {
  return path === above || (path.startsWith(above) && /^[.[]/.test(path.slice(above.length)));
}

/** Entries that no warning answers to: they are forgotten, or misspelt. */
function idleEntries(
  entries: readonly PlacedEntry[],
  stack: string,
  problems: readonly Problem[],
  sources: readonly FindingSource[],
): Problem[] {
  return entries.flatMap(({ at, entry }): Problem[] => {
    const { code, path } = entry;
    const place = findingSource(code);
    if (place === undefined || !sources.includes(place)) return [];
    if (problems.some((problem) => matches(entry, problem))) return [];
    const elsewhere = problems.find(
      (problem) => problem.code === code && problem.level === "warning",
    );
    return [
      {
        code: "accept-idle",
        level: "warning",
        stack,
        path: at,
        message: `no warning ${code} stands ${path === undefined ? "anywhere" : `at ${path} or below it`}`,
        fix:
          elsewhere === undefined
            ? "remove the entry"
            : `remove the entry, or say where the warning is: path: ${elsewhere.path}`,
      },
    ];
  });
}
