/** What is deployed of stacks, from their states; the plan does without it. */
import { isUnknownStack } from "../../core/foreign-errors.ts";
import type { DeployedRetirements } from "../../core/render/departures.ts";
import { type DeployedStack, hasBeenDeployed } from "../../core/state/deployed-stack.ts";
import { readExport } from "../../core/state/stack-export.ts";
import type { KnownAddresses } from "../../core/tenant/record.ts";
import { type CommandResult, installedPulumi, type Pulumi, runPulumi } from "./pulumi.ts";
import { Refusal } from "./surroundings.ts";

/** What could be found out. */
export interface DeployedAddresses {
  /** By stack; a stack without addresses is left out. */
  known: ReadonlyMap<string, KnownAddresses>;
  /** What is deployed of addresses that leave, by stack; a stack without such addresses is left out. */
  retirements: ReadonlyMap<string, DeployedRetirements>;
  /** Stacks that have been deployed, with addresses or without. */
  deployed: ReadonlySet<string>;
  /** Whether it could not be found out of some stack whether it is deployed. */
  unknown: boolean;
  /** Why addresses are references, one line a reason. */
  reasons: string[];
}

/** A back end that does not answer must not hold up a plan that needs none. */
const TIME_LIMIT = 20_000;
/** Each is a process of its own; more would only queue for the machine. */
const AT_ONCE = 4;

/** Asks for the states of stacks. Never fails: what cannot be known is a reason. */
export async function deployedAddresses(
  stacks: readonly string[],
  { cwd, env, timeLimit = TIME_LIMIT }: Omit<Pulumi, "command"> & { timeLimit?: number },
): Promise<DeployedAddresses> {
  const command = installedPulumi(env, cwd);
  if (command === undefined) {
    return {
      known: new Map(),
      retirements: new Map(),
      deployed: new Set(),
      unknown: true,
      reasons: ["there is no Pulumi CLI on this machine yet"],
    };
  }
  const known = new Map<string, KnownAddresses>();
  const retirements = new Map<string, DeployedRetirements>();
  const found = new Set<string>();
  const reasons = new Set<string>();
  const absent: string[] = [];
  const queue = [...stacks];
  const worker = async () => {
    // What holds for one stack, such as a back end without a login, holds for the others.
    for (let stack = queue.shift(); stack && reasons.size === 0; stack = queue.shift()) {
      const ended = await exportStack({ command, cwd, env }, stack, timeLimit);
      if (ended.code !== 0) {
        if (isUnknownStack(ended.stderr)) absent.push(stack);
        else reasons.add(reasonOf(ended));
        continue;
      }
      // What of a state cannot be read is for the deployment to refuse; the plan shows references for it.
      const { deployed } = readExport(stack, ended.stdout);
      if (hasBeenDeployed(deployed)) found.add(stack);
      const addresses = addressesOf(deployed);
      if (Object.keys(addresses).length > 0) known.set(stack, addresses);
      else absent.push(stack);
      const leaving = retirementsOf(deployed);
      if (Object.keys(leaving).length > 0) retirements.set(stack, leaving);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const deployed = absent.length > 0 ? [`not deployed yet: ${absent.sort().join(", ")}`] : [];
  return {
    ...{ known, retirements, deployed: found },
    ...{ unknown: reasons.size > 0, reasons: [...reasons, ...deployed] },
  };
}

/** Runs `pulumi stack export`, which shows no secret and needs no passphrase. */
function exportStack(
  pulumi: Pulumi,
  stack: string,
  timeLimit = TIME_LIMIT,
): Promise<CommandResult> {
  return runPulumi(pulumi, ["stack", "export", "--stack", stack], { timeLimit });
}

function addressesOf({ addresses }: DeployedStack): KnownAddresses {
  return Object.fromEntries(
    addresses.flatMap(({ key, publicIp }) => (key === undefined ? [] : [[key, publicIp]])),
  );
}

function retirementsOf({ addresses }: DeployedStack): DeployedRetirements {
  return Object.fromEntries(
    addresses.flatMap(({ key, retirement }) =>
      key === undefined || retirement === undefined ? [] : [[key, retirement]],
    ),
  );
}

/**
 * What `pulumi stack export` prints of a stack; undefined where the back end knows no such stack.
 *
 * @throws Refusal when that cannot be found out: a state that is not read is no state that is empty.
 */
export async function exportedState(pulumi: Pulumi, stack: string): Promise<string | undefined> {
  const ended = await exportStack(pulumi, stack);
  if (ended.code === 0) return ended.stdout;
  if (isUnknownStack(ended.stderr)) return undefined;
  throw new Refusal(`${stack}: its state cannot be read: ${reasonOf(ended)}`);
}

/** Why the CLI failed, in one line. */
function reasonOf({ code, stderr }: Pick<CommandResult, "code" | "stderr">): string {
  if (code === 124) return "the back end did not answer in time";
  const line = stderr.split("\n").find((line) => line.trim() !== "") ?? `status ${code}`;
  return `pulumi says: ${line.replace(/^error: /, "").trim()}`;
}
