/** `sendips drift`: what differs between config, state, AWS, Cloudflare and DNS. */
import { parseArgs } from "node:util";
import type { Drift } from "../../core/drift/difference.ts";
import { repairCommands, tenantDrift } from "../../core/drift/drift.ts";
import { formatProblems, hasErrors, type Problem } from "../../core/problem.ts";
import { hasBeenDeployed } from "../../core/state/deployed-stack.ts";
import { readExport } from "../../core/state/stack-export.ts";
import { setsReverseName } from "../../core/tenant/address/records.ts";
import { exportedState } from "../engine/deployed-addresses.ts";
import { type Pulumi, pulumiCommand, runPulumi } from "../engine/pulumi.ts";
import { messageOf, type Surroundings } from "../engine/surroundings.ts";
import { tenantView } from "../online/tenant-view.ts";
import { openProject, type Project } from "../project/project.ts";
import { type ReadStack, readStacks, stacksAskedFor } from "../project/stacks.ts";

export const DRIFT_USAGE = `sendips drift [stack…|--all] [options]
  What differs between a tenant's config, its state, what AWS and Cloudflare have, and what DNS answers: never
  applied, changed by hand, gone, not visible yet; PTRs included, which neither pulumi up nor pulumi refresh sees.
  Changes nothing. For a nightly job: its exit status is 1 where anything differs.
  --json   what differs as JSON
  --fix    shows and runs the pulumi commands that put it right: refresh where something was changed by hand,
           preview, up
`;

/** What was found of one stack. */
interface StackDrift {
  stack: string;
  drift: Drift[];
  /** Why it could not be looked at. */
  failed?: string;
}

/** Runs `drift <args>`. */
export async function driftCommand(
  args: readonly string[],
  { cwd, env, today, out, err }: Surroundings,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      all: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      fix: { type: "boolean", default: false },
    },
  });
  const project = openProject(cwd);
  const names = stacksAskedFor(project, positionals, { all: values.all, otherwise: "all" });
  const pulumi = { command: pulumiCommand(env, project.folder), cwd: project.folder, env };
  const stacks = await readStacks(project, names, { online: () => false, today });
  const found: StackDrift[] = [];
  for (const stack of stacks) {
    const one = await driftOf(project, pulumi, stack);
    if (one === undefined) continue;
    found.push(one);
    if (!values.json) out(driftText(one));
    if (one.failed !== undefined) err(`${one.stack}: ${one.failed}\n`);
  }
  if (values.json) out(`${JSON.stringify({ stacks: found }, null, 2)}\n`);
  let differs = found.some(({ drift, failed }) => drift.length > 0 || failed !== undefined);
  if (values.fix) differs = !(await fixAll(pulumi, found, err));
  return differs ? 1 : 0;
}

/** What differs of a tenant; undefined for a stack that is none. */
async function driftOf(
  project: Project,
  pulumi: Pulumi,
  { name, stack, result }: ReadStack,
): Promise<StackDrift | undefined> {
  if (stack?.kind === "mailHost") return undefined;
  if (stack === undefined || !("plan" in result) || hasErrors(result.problems)) {
    return {
      stack: name,
      drift: [],
      failed: `its config has errors, and says nothing that could be compared\n${formatProblems(result.problems)}`,
    };
  }
  let exported: string | undefined;
  try {
    exported = await exportedState(pulumi, name);
  } catch (error) {
    return { stack: name, drift: [], failed: messageOf(error) };
  }
  const { deployed, findings } = readExport(name, exported);
  if (findings.length > 0) return { stack: name, drift: findings };
  const view = hasBeenDeployed(deployed) ? await tenantView(project, stack, deployed) : undefined;
  const { tenant, operator } = stack;
  const drift = tenantDrift({
    ...{ plan: result.plan, deployed },
    setsReverseName: (key) => setsReverseName(key, tenant, operator.zones),
    view: view ?? {
      ...{ addresses: { found: new Map() }, reverseNames: new Map(), zones: new Map() },
      dns: () => undefined,
    },
  });
  return { stack: name, drift };
}

function driftText({ stack, drift, failed }: StackDrift): string {
  if (failed !== undefined) return "";
  if (drift.length === 0) return `${stack}: config, state, clouds and DNS agree\n`;
  return `${formatProblems(drift.map((one): Problem => ({ ...one, stack })))}\n`;
}

/** Previews and runs what puts each stack right; whether all of it is. */
async function fixAll(
  pulumi: Pulumi,
  found: readonly StackDrift[],
  err: (text: string) => void,
): Promise<boolean> {
  let right = true;
  for (const { stack, drift, failed } of found) {
    if (drift.length === 0 && failed === undefined) continue;
    const repair = repairCommands(stack, drift);
    if (repair === undefined || drift.some((one) => one.repair === undefined)) right = false;
    if (repair === undefined) continue;
    for (const command of repair) {
      err(`pulumi ${command.join(" ")}\n`);
      const { code } = await runPulumi(pulumi, command, {
        onLine: (line) => err(`${line}\n`),
      });
      if (code === 0) continue;
      err(`${stack}: pulumi ${command[0]} ended with status ${code}; nothing more was done\n`);
      right = false;
      break;
    }
  }
  return right;
}
