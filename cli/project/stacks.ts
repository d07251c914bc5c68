/** Stacks as commands work on them: read, planned, and asked for by name or all at once. */

import type { Stack } from "../../core/config/config.ts";
import { checkMailHost } from "../../core/host/mail-host.ts";
import { hasErrors, isOpen, type Problem } from "../../core/problem.ts";
import { contextOf } from "../../core/tenant/context.ts";
import { checkKnowledge } from "../../core/tenant/existing/knowledge.ts";
import { type PlanResult, plan } from "../../core/tenant/plan.ts";
import { Refusal, UsageError } from "../engine/surroundings.ts";
import { spfFromDns, spfSnapshot } from "../online/spf-snapshot.ts";
import { type LoadedStack, loadStack, type Project, stackNames } from "./project.ts";

/** A stack and everything that is known of it without the engine. */
export interface ReadStack {
  name: string;
  region?: string;
  /** Absent when its config has schema errors. */
  stack?: Stack;
  /** A plan only of a tenant without errors. */
  result: PlanResult;
}

/**
 * The stacks that a command line asks for.
 *
 * @throws UsageError when it names some and also says --all, or when it says neither and must.
 * @throws Refusal when the project has none.
 */
export function stacksAskedFor(
  project: Project,
  names: readonly string[],
  { all, otherwise }: { all: boolean; otherwise: "all" | "none" },
): string[] {
  if (all && names.length > 0) throw new UsageError("either name stacks or say --all");
  if (names.length > 0) return [...new Set(names)];
  if (!all && otherwise === "none") throw new UsageError("name a stack, or say --all");
  const every = stackNames(project);
  if (every.length > 0) return every;
  throw new Refusal(`there are no stacks in ${project.stackFolder} yet`);
}

/** Reads and plans stacks. Of those that are `online`, what SPF includes hold is asked from DNS. */
export async function readStacks(
  project: Project,
  names: readonly string[],
  { online, today }: { online: (name: string) => boolean; today: string },
): Promise<ReadStack[]> {
  const ask = new Map<string, ReturnType<typeof spfFromDns>>();
  const stacks: ReadStack[] = [];
  // All files first: what reading leaves behind is collected before the plans are made.
  for (const loaded of names.map((name) => loadStack(project, name))) {
    const { name } = loaded;
    if (online(name) && "stack" in loaded.read && loaded.read.stack.kind === "tenant") {
      const { stack } = loaded.read;
      const servers = stack.operator.dns?.servers;
      const key = servers?.join() ?? "";
      const asking = ask.get(key) ?? spfFromDns(servers);
      ask.set(key, asking);
      stacks.push(planStack(loaded, today, await spfSnapshot(stack, asking)));
    } else stacks.push(planStack(loaded, today));
  }
  return stacks;
}

type Snapshot = Awaited<ReturnType<typeof spfSnapshot>>;

function planStack(
  { name, region, read }: LoadedStack,
  today: string,
  snapshot?: Snapshot,
): ReadStack {
  const base = { name, ...(region === undefined ? {} : { region }) };
  if (!("stack" in read)) return { ...base, result: { problems: read.problems } };
  const { stack } = read;
  const withStack = (found: readonly Problem[]): Problem[] => [...read.problems, ...found];
  if (stack.kind === "mailHost") {
    const found = checkMailHost(stack.mailHost).map((finding) => ({ ...finding, stack: name }));
    return { ...base, stack, result: { problems: withStack(found) } };
  }
  if (snapshot !== undefined) {
    stack.operator = {
      ...stack.operator,
      spfSnapshot: { ...stack.operator.spfSnapshot, ...snapshot.records },
    };
  }
  const result = plan(stack);
  const online = (snapshot?.findings ?? []).map((finding) => ({ ...finding, stack: name }));
  const context = contextOf(name, stack.tenant, stack.operator);
  const known = checkKnowledge(context, today).map((finding) => ({ ...finding, stack: name }));
  const problems = withStack([...online, ...result.problems, ...known]);
  if ("plan" in result && !hasErrors(problems)) {
    return { ...base, stack, result: { ...result, problems } };
  }
  return { ...base, stack, result: { problems } };
}

/** 1 when something is wrong; with `strict` a warning is enough that nobody has accepted. */
export function statusOf(problems: readonly Problem[], strict: boolean): number {
  return hasErrors(problems) || (strict && problems.some(isOpen)) ? 1 : 0;
}
