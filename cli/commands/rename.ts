/** `sendips rename`: another name for a stack, and for its resources with it. */
import { parseArgs } from "node:util";
import { pendingOperations } from "../../core/recovery/pending-operations.ts";
import { withRenamedResources } from "../../core/state/rename.ts";
import { exportedState } from "../engine/deployed-addresses.ts";
import { pulumiCommand, runPulumi } from "../engine/pulumi.ts";
import { importState } from "../engine/state-import.ts";
import { Refusal, type Surroundings, UsageError } from "../engine/surroundings.ts";
import { loadStack, openProject, type Project, stackNames } from "../project/project.ts";

export const RENAME_USAGE = `sendips rename <stack> <new name> [--yes]
  Gives a stack another name, and its resources in the state with it, which begin with the stack's name: else each would
  be made anew. Nothing in AWS, Cloudflare or DNS changes by it; the next pulumi up writes the new name into the tags.
  Run again it goes on where it ended. After a plain \`pulumi stack rename\` it does what is left to do.
  --yes    does it; without, it says what it would do
`;

/** Runs `rename <args>`. */
export async function renameCommand(
  args: readonly string[],
  { cwd, env, out }: Surroundings,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { yes: { type: "boolean", default: false } },
  });
  const [from, to, ...more] = positionals;
  if (from === undefined || to === undefined || more.length > 0) {
    throw new UsageError("name the stack and its new name");
  }
  if (!/^[\w.-]+$/.test(to) || from === to) {
    throw new UsageError(
      `${to} is no new name: letters, digits, hyphens, underscores and full stops`,
    );
  }
  const project = openProject(cwd);
  const pulumi = { command: pulumiCommand(env, project.folder), cwd: project.folder, env };
  const [before, after] = await Promise.all([
    exportedState(pulumi, from),
    exportedState(pulumi, to),
  ]);
  if (before !== undefined && after !== undefined) {
    throw new Refusal(`there is a stack ${to} already; nothing was changed`);
  }
  const text = before ?? after;
  if (text === undefined) {
    throw new Refusal(`the back end knows no stack ${from}; nothing was changed`);
  }
  const state: unknown = JSON.parse(text);
  if (pendingOperations(state).length > 0) {
    const stack = before === undefined ? to : from;
    throw new Refusal(
      `a run of ${stack} was cut short, and nobody knows how its last operations ended; nothing was changed\n  npx sendips recover ${stack}, then rename it`,
    );
  }
  const { renamed } = withRenamedResources(state, from, to);
  out(
    [
      ...(before === undefined ? [] : [`${from}: pulumi stack rename ${to} --stack ${from}`]),
      ...renamed.map((one) => `state: ${one.from} → ${one.to}`),
      ...mentions(project, from).map((where) => `yours: ${where} names ${from}: write ${to} there`),
      "",
    ].join("\n"),
  );
  if (before === undefined && renamed.length === 0) return 0;
  if (!values.yes) {
    out(`npx sendips rename ${from} ${to} --yes does it\n`);
    return 0;
  }
  if (before !== undefined) {
    const { code, output } = await runPulumi(pulumi, ["stack", "rename", to, "--stack", from]);
    if (code !== 0)
      throw new Refusal(`${from} could not be renamed; nothing was changed\n${output}`);
  }
  // Read anew: Pulumi has put the stack's name into each URN.
  const now = await exportedState(pulumi, to);
  if (now === undefined) throw new Refusal(`the back end knows no stack ${to} after its renaming`);
  const { exported } = withRenamedResources(JSON.parse(now), from, to);
  await importState(pulumi, to, JSON.stringify(exported));
  out(
    `done; now: npx pulumi up -s ${to}, which writes tags; credentials for ${from} alone may not (npx sendips iam --all prints what may)\n`,
  );
  return 0;
}

/** Where configs of other stacks name this one as their mail host. */
function mentions(project: Project, stack: string): string[] {
  return stackNames(project).flatMap((name) => {
    const { read } = loadStack(project, name);
    if (!("stack" in read) || read.stack.kind !== "tenant") return [];
    return read.stack.tenant.mailHost?.stack === stack
      ? [`sendips:tenant.mailHost.stack of ${name}`]
      : [];
  });
}
