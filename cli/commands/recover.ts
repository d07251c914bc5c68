/** `sendips recover`: what a stack has lost, or a run that was cut short has left, and what puts it right. */
import { parseArgs } from "node:util";
import { formatProblems } from "../../core/problem.ts";
import {
  type PendingOperation,
  pendingOperations,
} from "../../core/recovery/pending-operations.ts";
import { planRecovery, type RecoveryStep } from "../../core/recovery/recovery.ts";
import type { DeployedStack } from "../../core/state/deployed-stack.ts";
import { TYPES } from "../../core/state/resources.ts";
import {
  type ExportedRecord,
  type HeldResources,
  heldResources,
  readExport,
} from "../../core/state/stack-export.ts";
import { type StackName, tagName } from "../../core/state/tags.ts";
import { cloudflareApi } from "../../dns/cloudflare.ts";
import { exportedState } from "../engine/deployed-addresses.ts";
import {
  backEndFolder,
  cutOffState,
  emptyAttributes,
  locksOf,
  putAside,
  restoreState,
} from "../engine/file-back-end.ts";
import { type Pulumi, pulumiCommand, runPulumi } from "../engine/pulumi.ts";
import { importState } from "../engine/state-import.ts";
import { messageOf, Refusal, type Surroundings, stackAskedFor } from "../engine/surroundings.ts";
import { addressesOfStack, cloudflareAccessOf, ec2Of, placeOf } from "../online/cloud-view.ts";
import { loadStack, openProject, type Project } from "../project/project.ts";

export const RECOVER_USAGE = `sendips recover <stack> [--yes] [--json]
  Looks for what belongs to a stack, by its tags in AWS, its state and its outputs, and says what a run that was cut
  short or a state that was lost has left: a lock whose owner is gone, operations of which nobody knows how they
  ended, addresses and network interfaces in no state, addresses of others on its private IPs. Nothing is allocated
  or released.
  --yes    puts it right, by Pulumi's own commands (import, state, refresh, cancel): the next pulumi up is clean
  --json   what was found, as JSON
`;

/** Runs `recover <args>`. */
export async function recoverCommand(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { cwd, env, out, err } = surroundings;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      yes: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const name = stackAskedFor(positionals);
  const project = openProject(cwd);
  const stack = name.split("/").at(-1) ?? name;
  const { read } = loadStack(project, stack);
  if (!("stack" in read)) {
    throw new Refusal(
      `the config of stack ${stack} has errors; mend them first\n${formatProblems(read.problems)}`,
    );
  }
  const pulumi = { command: pulumiCommand(env, project.folder), cwd: project.folder, env };
  const left = await leftInBackEnd(pulumi, project, stack);
  const broken = left.filter(({ mend }) => mend !== undefined);
  const say = (steps: readonly RecoveryStep[]) =>
    out(
      values.json
        ? `${JSON.stringify({ stack, found: steps.map(asJson) }, null, 2)}\n`
        : recoveryText(stack, steps, values.yes),
    );
  const underWay = left.find(({ kind }) => kind === "named");
  if (values.yes && underWay !== undefined) {
    throw new Refusal(`${stack}: ${underWay.found}; nothing was changed\n  ${underWay.remedy}`);
  }
  if (broken.length > 0 && !values.yes) {
    // Until it is mended no state can be read, and without it everything would seem to be lost.
    say(left);
    return 1;
  }
  for (const { mend } of broken) mend?.();
  const state = await readState(pulumi, name, stack);
  const ec2 = await ec2Of(project, stack);
  await placeOf(ec2, stack, state.deployed);
  const owner = await ownerOf(pulumi, project, stack);
  const wanted = read.stack.kind === "tenant" ? Object.entries(read.stack.tenant.addresses) : [];
  const interfaces = read.stack.kind === "mailHost" ? read.stack.mailHost.networkInterfaces : {};
  const addresses = await addressesOfStack(ec2, stack, state.deployed);
  const bindings = state.deployed.addresses.flatMap(({ bound }) => bound ?? []);
  const onThem =
    bindings.length === 0
      ? []
      : await ec2.addresses({
          "network-interface-id": [...new Set(bindings.map((one) => one.networkInterfaceId))],
          "private-ip-address": bindings.map((one) => one.privateIp),
        });
  const own = new Set(addresses.map(({ allocationId }) => allocationId));
  const machines =
    read.stack.kind === "mailHost" ? [await ec2.tagged({ [STACK_TAG]: [stack] })] : [];
  const steps = planRecovery({
    ...{ owner, deployed: state.deployed, pending: state.pending, addresses },
    wanted: wanted.map(([key]) => key),
    strangers: onThem.filter(({ allocationId }) => !own.has(allocationId)),
    interfaces:
      read.stack.kind === "mailHost" ? await ec2.interfaces({ [STACK_TAG]: [stack] }) : [],
    machines: machines.flatMap(({ securityGroups, instances }) => [
      ...securityGroups.map((group) => ({ type: TYPES.securityGroup, ...group })),
      ...instances.map((instance) => ({ type: TYPES.instance, ...instance })),
    ]),
    goneRecords: await goneRecords(project, stack, state.held.records, err),
    held: state.held.names,
    heldIds: state.held.ids,
    heldInterfaces: state.held.interfaces,
    wantedInterfaces: Object.fromEntries(
      Object.entries(interfaces).map(([key, { privateIps }]) => [key, privateIps]),
    ),
  });
  const imports = steps.some(({ command }) => command?.[0] === "import");
  const all: RecoveryStep[] = [
    ...left,
    ...(state.exists || !imports ? [] : [initStep(name)]),
    ...steps,
  ];
  say(all);
  const open = all.filter((step) => step.kind !== "named" && !broken.includes(step));
  if (!values.yes) return all.length === 0 ? 0 : 1;
  for (const step of open) await carryOut(pulumi, name, step, err);
  if (open.length > 0) err(`done; now: npx pulumi up -s ${stack}\n`);
  return all.some(({ kind }) => kind === "named") ? 1 : 0;
}

const STACK_TAG = `tag:${tagName("stack")}`;

interface State {
  /** Whether the back end knows the stack. */
  exists: boolean;
  deployed: DeployedStack;
  pending: readonly PendingOperation[];
  /** What it holds. */
  held: HeldResources;
}

/** What was found in the back end itself; `mend` is done before the state can be read. */
interface BackEndStep extends RecoveryStep {
  mend?: () => void;
}

/** Those of the state's records that Cloudflare has not; what cannot be asked is said, and counts as there. */
async function goneRecords(
  project: Project,
  stack: string,
  records: readonly ExportedRecord[],
  err: (text: string) => void,
): Promise<ExportedRecord[]> {
  const zones = new Map<string, ExportedRecord[]>();
  for (const record of records) {
    zones.set(record.zoneId, [...(zones.get(record.zoneId) ?? []), record]);
  }
  const gone: ExportedRecord[] = [];
  for (const [zoneId, its] of zones) {
    try {
      const cloudflare = await cloudflareApi(cloudflareAccessOf(project, stack));
      const names = [...new Set(its.map(({ name }) => name))];
      const there = new Set((await cloudflare.recordsAt(zoneId, names)).map(({ id }) => id));
      for (const record of its.filter(({ id }) => !there.has(id))) {
        // Under another name it is there all the same.
        if ((await cloudflare.record(zoneId, record.id)) === undefined) gone.push(record);
      }
    } catch (error) {
      err(
        `Cloudflare cannot be asked for the zone ${zoneId}, and its records count as there: ${messageOf(error)}\n`,
      );
    }
  }
  return gone;
}

async function leftInBackEnd(
  pulumi: Pulumi,
  project: Project,
  stack: string,
): Promise<BackEndStep[]> {
  const folder = await backEndFolder(pulumi);
  if (folder === undefined) return [];
  const empty = emptyAttributes(folder, project.name, stack);
  const locks = locksOf(folder, project.name, stack);
  const cutOff = cutOffState(folder, project.name, stack);
  if (cutOff !== undefined && cutOff.copy === undefined) {
    throw new Refusal(
      `${cutOff.file} is cut off, and the back end keeps no whole copy of it; nothing was changed\n  put it aside, and recover again: the stack is then rebuilt from the clouds`,
    );
  }
  const { file, copy } = { file: "", copy: "", ...cutOff };
  return [
    ...(cutOff === undefined
      ? []
      : [
          {
            kind: "clear" as const,
            found: `${file} is cut off: a disk that was full, and no command reads the state`,
            remedy: `it is put aside, and the newest whole copy comes in its place: ${copy}; the rest of this looks at it then`,
            mend: () => restoreState(file, copy),
          },
        ]),
    ...(empty === undefined
      ? []
      : [
          {
            kind: "clear" as const,
            found: `${empty} is empty: a kill in the moment of a state write, and no command reads the state`,
            remedy:
              "it is put aside; the state itself is whole, and the rest of this looks at it then",
            mend: () => void putAside(empty),
          },
        ]),
    ...locks.map(({ owner, gone }) =>
      gone
        ? {
            kind: "run" as const,
            found: `a lock of ${owner}, whose process is gone`,
            remedy: "it goes",
            command: ["cancel", "--yes", "--stack", stack],
          }
        : {
            kind: "named" as const,
            found: `a lock of ${owner}`,
            remedy: `wait until that run has ended; if it was killed on another machine: pulumi cancel --yes --stack ${stack}`,
          },
    ),
  ];
}

async function readState(pulumi: Pulumi, name: string, stack: string): Promise<State> {
  const text = await exportedState(pulumi, name);
  const { deployed, findings } = readExport(stack, text);
  if (findings.length > 0) {
    const problems = findings.map((finding) => ({ ...finding, stack }));
    throw new Refusal(`nothing was changed\n${formatProblems(problems)}`);
  }
  const exported: unknown = text === undefined ? undefined : JSON.parse(text);
  const pending = pendingOperations(exported);
  return { exists: text !== undefined, deployed, pending, held: heldResources(exported) };
}

/** The stack's full name, as its tags say it. */
async function ownerOf(pulumi: Pulumi, project: Project, stack: string): Promise<StackName> {
  const { stdout } = await runPulumi(pulumi, ["stack", "ls", "--json", "--project", project.name], {
    timeLimit: 60_000,
  });
  const named = /"name":\s*"([^"/]+)\/[^"/]+\/[^"]+"/.exec(stdout);
  return { organisation: named?.[1] ?? "organization", project: project.name, stack };
}

function initStep(stack: string): RecoveryStep {
  return {
    kind: "run",
    found: `the back end knows no stack ${stack}`,
    remedy: "it is made anew",
    command: ["stack", "init", stack],
  };
}

/** Runs one step; `pulumi`'s own words where it fails. */
async function carryOut(
  pulumi: Pulumi,
  stack: string,
  { kind, command, found }: RecoveryStep,
  err: (text: string) => void,
): Promise<void> {
  if (command !== undefined) {
    err(`pulumi ${command.join(" ")}\n`);
    const { code, output } = await runPulumi(pulumi, [...command]);
    if (code !== 0) {
      throw new Refusal(
        `${found}: pulumi ${command[0]} failed; what was done before it stays\n${output}`,
      );
    }
    return;
  }
  if (kind !== "clear") return;
  // What `pulumi stack import` takes in again it takes without them.
  const exported = await exportedState(pulumi, stack);
  if (exported === undefined || pendingOperations(JSON.parse(exported)).length === 0) return;
  err("pulumi stack import, without the pending operations\n");
  await importState(pulumi, stack, exported);
}

function asJson({ kind, found, remedy, command }: RecoveryStep) {
  return {
    kind,
    found,
    remedy,
    ...(command === undefined ? {} : { command: ["pulumi", ...command] }),
  };
}

const VERBS: Readonly<Record<RecoveryStep["kind"], string>> = {
  run: "to do",
  clear: "to do",
  named: "yours",
};

function recoveryText(stack: string, steps: readonly RecoveryStep[], yes: boolean): string {
  if (steps.length === 0) return `${stack}: state and AWS agree; nothing to recover\n`;
  const lines = steps.flatMap(({ kind, found, remedy, command }) => [
    `${VERBS[kind].padEnd(9)} ${found}`,
    `          ${remedy}`,
    ...(command === undefined ? [] : [`          pulumi ${command.map(quoted).join(" ")}`]),
  ]);
  const todo = steps.some(({ kind }) => kind === "run" || kind === "clear");
  const next = yes || !todo ? [] : ["", `npx sendips recover ${stack} --yes does what is to do`];
  return `${[`${stack}:`, ...lines, ...next].join("\n")}\n`;
}

/** As a shell takes it. */
function quoted(argument: string): string {
  return /^[\w./:=@,-]+$/.test(argument) ? argument : `'${argument}'`;
}
