/** `sendips lint`: problems only, of each stack and between stacks. */
import { parseArgs } from "node:util";
import { withAcceptances } from "../../core/acceptance.ts";
import { type FleetStack, lintFleet } from "../../core/fleet/fleet.ts";
import { formatProblems, isOpen, type Problem } from "../../core/problem.ts";
import { deployedAddresses } from "../engine/deployed-addresses.ts";
import type { Surroundings } from "../engine/surroundings.ts";
import { type KeptAddress, keptAddresses, keptText } from "../online/kept-addresses.ts";
import { addNameFindings } from "../online/online-names.ts";
import { openProject, stackNames } from "../project/project.ts";
import { type ReadStack, readStacks, stacksAskedFor, statusOf } from "../project/stacks.ts";

export const LINT_USAGE = `sendips lint [stack…|--all] [options]
  Problems of each stack and between stacks; without a stack, of all. Reads files only.
  --strict   exit status 1 for warnings too that the config does not accept
  --json     problems as JSON
  --online   ask what SPF includes hold, and what stands at the plans' names today; list the addresses
             that are kept allocated (retain: true), what they cost and what to do with them
`;

/** Runs `lint <args>`. */
export async function lintCommand(
  args: readonly string[],
  { cwd, env, today, out, err }: Surroundings,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      all: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      online: { type: "boolean", default: false },
    },
  });
  const project = openProject(cwd);
  const requestedStacks = stacksAskedFor(project, positionals, {
    all: values.all,
    otherwise: "all",
  });
  // A stack that was asked for but has no file must be said, so it is read with the others.
  const names = [...new Set([...stackNames(project), ...requestedStacks])];
  const isAsked = new Set(requestedStacks);
  const online = (name: string) => values.online && isAsked.has(name);
  const stacks = await readStacks(project, names, { online, today });
  let kept: KeptAddress[] | undefined;
  if (values.online) {
    const some = stacks.filter(({ name }) => isAsked.has(name));
    const where = { cwd: project.folder, env };
    await addNameFindings(project, some, await deployedAddresses(requestedStacks, where));
    const found = await keptAddresses(project, some);
    for (const reason of found.reasons) err(`${reason}\n`);
    kept = found.kept;
  }
  const own = stacks
    .filter(({ name }) => isAsked.has(name))
    .flatMap(({ result }) => result.problems);
  const unread = stacks.filter(({ stack }) => stack === undefined).map(({ name }) => name);
  if (unread.length > 0) {
    err(`not compared with the others until their config can be read: ${unread.join(", ")}\n`);
  }
  const complete = unread.length === 0;
  const problems = withAcceptances(
    [...own, ...betweenStacks(stacks, requestedStacks)],
    stacks.filter(({ name }) => isAsked.has(name)),
    {
      today,
      sources: [values.online ? "online" : "plan", ...(complete ? (["fleet"] as const) : [])],
      all: complete && requestedStacks.length === stacks.length,
    },
  );
  if (values.json) {
    const all = { stacks: requestedStacks, problems, ...(kept === undefined ? {} : { kept }) };
    out(`${JSON.stringify(all, null, 2)}\n`);
  } else {
    const parts = [
      formatProblems(problems),
      keptText(kept ?? []).trimEnd(),
      summary(requestedStacks, problems),
    ];
    out(`${parts.filter((part) => part !== "").join("\n\n")}\n`);
  }
  return statusOf(problems, values.strict);
}

/**
 * The problems between stacks that touch those asked for: those that would not be there, or would
 * read otherwise, were the stack not there.
 */
function betweenStacks(
  stacks: readonly ReadStack[],
  requestedStacks: readonly string[],
): Problem[] {
  const fleet = stacks.flatMap(({ name, region, stack, result }): FleetStack[] =>
    stack === undefined ? [] : [{ name, region, stack, result }],
  );
  const all = lintFleet(fleet).filter((problem) => !missesUnread(problem, stacks));
  if (requestedStacks.length === stacks.length) return all;
  const touching = new Set<string>();
  for (const name of requestedStacks) {
    const others = new Set(lintFleet(fleet.filter((one) => one.name !== name)).map(textOf));
    for (const text of all.map(textOf)) if (!others.has(text)) touching.add(text);
  }
  return all.filter((problem) => touching.has(textOf(problem)));
}

/** A mail host whose file has errors is there all the same: its own problems say enough. */
function missesUnread({ stack, path }: Problem, stacks: readonly ReadStack[]): boolean {
  if (!path.startsWith("sendips:tenant.mailHost")) return false;
  const tenant = stacks.find(({ name }) => name === stack)?.stack;
  const host =
    tenant?.kind === "tenant" ? tenant.tenant.mailHost?.stack?.split("/").at(-1) : undefined;
  return stacks.some((one) => one.name === host && one.stack === undefined);
}

function textOf(problem: Problem): string {
  return JSON.stringify(problem);
}

/** `2 stacks: 1 error, 3 warnings`; with `, 2 accepted` where there are some. */
export function summary(stacks: readonly string[], problems: readonly Problem[]): string {
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
  const errors = problems.filter(({ level }) => level === "error").length;
  const accepted = problems.filter((problem) => !isOpen(problem)).length;
  const warnings = problems.length - errors - accepted;
  const more = accepted === 0 ? "" : `, ${accepted} accepted`;
  return `${count(stacks.length, "stack")}: ${count(errors, "error")}, ${count(warnings, "warning")}${more}`;
}
