/** Private IPs and the Elastic IPs that they carry: none is taken from under an address. */
import { setTimeout as sleep } from "node:timers/promises";
import type { NetworkInterface } from "@pulumi/aws/ec2/networkInterface.js";
import * as pulumi from "@pulumi/pulumi";
import { checkHolders, describeHolder } from "../plan/guards/holders.ts";
import { INTERFACE_WAY_OUT } from "../plan/guards/interfaces.ts";
import type { PrivateIps } from "../plan/mail-host.ts";
import type { Plan } from "../plan/plan.ts";
import type { Deployed } from "../plan/state/deployed.ts";
import { TYPES } from "../plan/state/resources.ts";
import { isReleased, tagsOf } from "../plan/state/tags.ts";
import { elasticIp, holders, thisStack } from "./cloud.ts";
import { promptly, type Registrations } from "./registrations.ts";
import { pause } from "./release.ts";
import { asking, reportFindings } from "./stack.ts";

/**
 * Looks up, before anything is created, whether the private IPs of a plan carry addresses of others:
 * EC2 would refuse the association, last of all, when the address is allocated and named.
 *
 * @throws RunError when one does.
 */
export async function checkFree(
  { addresses }: Plan,
  privateIps: PrivateIps,
  deployed: Deployed,
): Promise<void> {
  const own = new Set(deployed.addresses.map(({ allocationId }) => allocationId));
  const wanted = addresses.flatMap(({ key, privateIp }) => {
    const bound = deployed.addresses.find((address) => address.key === key)?.bound;
    const stays =
      bound?.privateIp === privateIp && bound.networkInterfaceId === privateIps[privateIp];
    return stays ? [] : [privateIp];
  });
  // Most updates bind nothing anew, and have nothing to ask.
  if (wanted.length === 0) return;
  const interfaces = new Set(wanted.flatMap((ip) => privateIps[ip] ?? []));
  const found = await holders([...interfaces], wanted, own);
  reportFindings(checkHolders(thisStack(), addresses, found));
}

/** Attempts before giving up: with the pauses between them, about 15 seconds. */
const ATTEMPTS = 6;

/**
 * A hook that repeats an association while its private IP, or its address, is still bound elsewhere.
 *
 * Addresses that change places in one deployment each let go of their private IP before they take the
 * next; which of them is first is chance, and EC2 refuses whoever comes too early.
 *
 * @param name unique among the program's hooks.
 * @param opts whose provider is asked who holds the private IP.
 */
export function associateHook(name: string, opts?: pulumi.InvokeOptions): pulumi.ErrorHook {
  return new pulumi.ErrorHook(name, async (args) => {
    const { failedOperation, errors } = args;
    const [latest = ""] = errors;
    if (failedOperation !== "create" || !latest.includes("Resource.AlreadyAssociated"))
      return false;
    if (errors.length >= ATTEMPTS) {
      const { held, fix } = await whoHolds(args, opts);
      await pulumi.log.error(
        `${pulumi.getStack()}: ${args.name}: ${held}, and nobody let go in time\n  ${fix}`,
      );
      return false;
    }
    await sleep(pause(errors.length));
    return true;
  });
}

/** Why an association cannot be made, who holds the private IP or where the address is bound, and the mend. */
async function whoHolds(
  { newInputs = {} }: pulumi.ErrorHookArgs,
  opts: pulumi.InvokeOptions | undefined,
): Promise<{ held: string; fix: string }> {
  const [id, networkInterface, privateIp] = [
    newInputs["allocationId"],
    newInputs["networkInterfaceId"],
    newInputs["privateIpAddress"],
  ].map(String);
  const fix =
    "where addresses change places, allow more than one step at a time (--parallel 2 or more) and deploy again; otherwise give it a private IP that is free";
  try {
    const own = await elasticIp(id ?? "", opts);
    const known = new Set([own.allocationId]);
    const others = await holders([networkInterface ?? ""], [privateIp ?? ""], known, opts);
    if (others.length > 0) {
      const held = others.map((other) => `${privateIp} carries ${describeHolder(other)}`);
      return { held: held.join(", and "), fix };
    }
    if (own.networkInterfaceId === "") {
      return { held: `${privateIp} was taken until just now`, fix: "deploy again" };
    }
    return {
      held: `${own.publicIp} is bound to ${own.privateIp} on ${own.networkInterfaceId}, of which the state knows nothing`,
      fix: `a move was cut short: give it ${own.privateIp}, where it is, deploy, and move it then`,
    };
  } catch (error) {
    return {
      held: `${privateIp} carries another address, or this one is bound elsewhere; which, EC2 did not say: ${String(error)}`,
      fix,
    };
  }
}

/**
 * A hook that keeps a mail host: its network interfaces until their release is deployed, the private IPs
 * that tenants' addresses hang on, and its other resources from a `destroy`. EC2 would let go of the
 * addresses without a word, and the tenants' stacks would go on believing that they are bound. It runs in
 * a preview, too.
 *
 * @param name unique among the program's hooks, and the same in every run: the engine looks it up by
 *   name in order to delete an interface that the program no longer mentions.
 * @param registrations those of the mail host.
 * @param interfaces its network interfaces, by key.
 */
export function inUseHook(
  name: string,
  registrations: Registrations,
  interfaces: ReadonlyMap<string, NetworkInterface>,
  opts: pulumi.InvokeOptions,
): pulumi.ResourceHook {
  const keep = async (args: pulumi.ResourceHookArgs) => {
    const { id, type, oldOutputs, newInputs } = args;
    const stack = pulumi.getStack();
    const ofInterface = type === TYPES.networkInterface;
    if (newInputs === undefined && ofInterface && !isReleased(tagsOf(oldOutputs))) {
      throw new Error(
        `${stack}: ${args.name}: the network interface is deployed and its release is not\n  ${INTERFACE_WAY_OUT}`,
      );
    }
    if (ofInterface) return refuseInUse(id, privateIpsOf(oldOutputs), privateIpsOf(newInputs));
    if ((await registrations.reasonOf(args)) !== "destroy") return;
    for (const [key, networkInterface] of interfaces) {
      if (isReleased((await promptly(networkInterface.tags)) ?? {})) continue;
      throw new Error(
        `${stack}: ${args.name}: the network interface ${key} is deployed and its release is not: nothing of the mail host is taken away\n  ${INTERFACE_WAY_OUT}`,
      );
    }
  };
  const refuseInUse = async (id: string, before: string[], after: string[]) => {
    const gone = before.filter((ip) => !after.includes(ip));
    if (gone.length === 0) return;
    const found = await holders([id], gone, new Set(), opts);
    if (found.length === 0) return;
    const lines = found.map((holder) => `  ${holder.privateIp} carries ${describeHolder(holder)}`);
    throw new Error(
      `${pulumi.getStack()}: private IPs are to be taken away that addresses of tenants hang on; nothing was changed\n${lines.join("\n")}\n` +
        "  put them back; or first move those addresses to other private IPs, and deploy their stacks",
    );
  };
  return new pulumi.ResourceHook(name, asking(keep), { onDryRun: true });
}

function privateIpsOf(properties: Record<string, unknown> | undefined): string[] {
  const ips = properties?.["privateIps"];
  return Array.isArray(ips) ? ips.filter((ip) => typeof ip === "string") : [];
}
