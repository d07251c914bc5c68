/** The addresses of stacks that are deployed, from their outputs; the plan does without them. */
import { isUnknownStack } from "../../core/foreign-errors.ts";
import { mapOf, member } from "../../core/maps.ts";
import { installedPulumi, type Pulumi, runPulumi } from "./pulumi.ts";

/** IPv4 by the address's key. */
export type KnownAddresses = Readonly<Record<string, string>>;

/** What could be found out. */
export interface Deployed {
  /** By stack; a stack without addresses is left out. */
  known: ReadonlyMap<string, KnownAddresses>;
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

/** Asks for the outputs of stacks. Never fails: what cannot be known is a reason. */
export async function deployedAddresses(
  stacks: readonly string[],
  { cwd, env, timeLimit = TIME_LIMIT }: Omit<Pulumi, "command"> & { timeLimit?: number },
): Promise<Deployed> {
  const command = installedPulumi(env, cwd);
  if (command === undefined) {
    return {
      known: new Map(),
      deployed: new Set(),
      unknown: true,
      reasons: ["there is no Pulumi CLI on this machine yet"],
    };
  }
  const known = new Map<string, KnownAddresses>();
  const found = new Set<string>();
  const reasons = new Set<string>();
  const absent: string[] = [];
  const queue = [...stacks];
  const work = async () => {
    // What holds for one stack, such as a back end without a login, holds for the others.
    for (let stack = queue.shift(); stack && reasons.size === 0; stack = queue.shift()) {
      const args = ["stack", "output", "--json", "--stack", stack];
      const ended = await runPulumi({ command, cwd, env }, args, { timeLimit });
      const addresses = ended.code === 0 ? addressesOf(ended.stdout) : {};
      if (ended.code === 0 && /"version":/.test(ended.stdout)) found.add(stack);
      if (Object.keys(addresses).length > 0) known.set(stack, addresses);
      else if (ended.code === 0 || isUnknownStack(ended.stderr)) absent.push(stack);
      else reasons.add(reasonOf(ended));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const deployed = absent.length > 0 ? [`not deployed yet: ${absent.sort().join(", ")}`] : [];
  return { known, deployed: found, unknown: reasons.size > 0, reasons: [...reasons, ...deployed] };
}

function reasonOf({ code, stderr }: { code: number; stderr: string }): string {
  if (code === 124) return "the back end did not answer in time";
  const line = stderr.split("\n").find((line) => line.trim() !== "") ?? `status ${code}`;
  return `pulumi says: ${line.replace(/^error: /, "").trim()}`;
}

function addressesOf(json: string): KnownAddresses {
  let outputs: unknown;
  try {
    outputs = JSON.parse(json);
  } catch {
    return {};
  }
  return Object.fromEntries(
    Object.entries(mapOf(member(outputs, "addresses"))).flatMap(([key, address]) => {
      const publicIp = member(address, "publicIp");
      return typeof publicIp === "string" && publicIp !== "" ? [[key, publicIp]] : [];
    }),
  );
}
