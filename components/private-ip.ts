/** Private IPs and the Elastic IPs that they carry: none is taken from under an address. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { Deployed, DeployedAddress } from "../plan/deployed.ts";
import { checkHolders, describeHolder } from "../plan/holders.ts";
import type { PrivateIps } from "../plan/mail-host.ts";
import type { Plan } from "../plan/plan.ts";
import { holders } from "./cloud.ts";
import { pause } from "./release.ts";
import { reportFindings } from "./stack.ts";

/**
 * Looks up, before anything is created, whether the private IPs of a plan carry addresses of others:
 * EC2 would refuse the association, last of all, when the address is allocated and named.
 *
 * @throws RunError when one does.
 */
export async function checkFree(
  { stack, addresses }: Plan,
  privateIps: PrivateIps,
  deployed: Deployed,
): Promise<void> {
  const own = new Set(Object.values(deployed.addresses).map(({ allocationId }) => allocationId));
  const wanted = addresses.flatMap(({ key, privateIp }) => {
    const bound = deployed.addresses[key];
    const stays =
      bound?.privateIp === privateIp && bound.networkInterfaceId === privateIps[privateIp];
    return stays ? [] : [privateIp];
  });
  // Most updates bind nothing anew, and have nothing to ask.
  if (wanted.length === 0) return;
  const interfaces = new Set(wanted.flatMap((ip) => privateIps[ip] ?? []));
  reportFindings(checkHolders(stack, addresses, await holders([...interfaces], wanted, own)));
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
 */
export function associateHook(name: string): pulumi.ErrorHook {
  return new pulumi.ErrorHook(name, async ({ failedOperation, errors, name: address }) => {
    const [latest = ""] = errors;
    if (failedOperation !== "create" || !latest.includes("Resource.AlreadyAssociated"))
      return false;
    if (errors.length >= ATTEMPTS) {
      await pulumi.log.error(
        `${address}: its private IP carries another address, or it is bound elsewhere itself, and nobody let go in time. ` +
          "Where addresses change places, allow more than one step at a time (--parallel 2 or more) and deploy again; " +
          "otherwise give it a private IP that is free. Nothing is lost.",
      );
      return false;
    }
    await sleep(pause(errors.length));
    return true;
  });
}

/** Where the program wants an address. */
type Binding = Pick<DeployedAddress, "privateIp" | "networkInterfaceId">;

/**
 * A hook that keeps an address bound when it would come off for good. The address is protected, but
 * what hangs on it is not: without a preview (`--skip-preview`) the engine takes association, PTR and A
 * away before it comes to the address and refuses. One that moves, or whose release is deployed, may.
 *
 * @param name unique among the program's hooks, and the same in every run: the engine looks it up by
 *   name in order to delete an association that the program no longer mentions.
 * @param deployed the addresses as last deployed, by key.
 * @param wanted where the program wants them now, by key.
 */
export function boundHook(
  name: string,
  deployed: Readonly<Record<string, DeployedAddress>>,
  wanted: Readonly<Record<string, Binding>>,
): pulumi.ResourceHook {
  const keys = new Map(Object.entries(deployed).map(([key, it]) => [it.allocationId, key]));
  const keep = ({ oldOutputs = {} }: pulumi.ResourceHookArgs) => {
    const key = keys.get(String(oldOutputs["allocationId"])) ?? "";
    const address = deployed[key];
    if (address === undefined || address.release) return;
    const to = wanted[key];
    const stays =
      to === undefined ||
      (to.privateIp === oldOutputs["privateIpAddress"] &&
        to.networkInterfaceId === oldOutputs["networkInterfaceId"]);
    if (!stays) return;
    throw new Error(
      `${pulumi.getStack()}: sendips:tenant.addresses.${key}: ${address.publicIp} is protected, and stays bound and named\n` +
        "  to let it go, set release: true on it and deploy; only then remove it, or destroy the stack",
    );
  };
  return new pulumi.ResourceHook(name, keep);
}

/**
 * A hook that keeps the private IPs of a network interface that tenants' addresses hang on, in the
 * preview already: EC2 would let go of the addresses without a word, and the tenants' stacks would go
 * on believing that they are bound.
 *
 * @param name unique among the program's hooks, and the same in every run: the engine looks it up by
 *   name in order to delete an interface that the program no longer mentions.
 */
export function inUseHook(name: string, parent: pulumi.Resource): pulumi.ResourceHook {
  const keep = async ({ id, oldOutputs, newInputs, name: eni }: pulumi.ResourceHookArgs) => {
    const kept = new Set(privateIpsOf(newInputs));
    const gone = privateIpsOf(oldOutputs).filter((ip) => !kept.has(ip));
    if (gone.length === 0) return;
    const found = await holders([id], gone, new Set(), { parent });
    if (found.length === 0) return;
    const lines = found.map((holder) => `  ${holder.privateIp} carries ${describeHolder(holder)}`);
    throw new Error(
      `${eni}: private IPs are to be taken away that addresses of tenants hang on; nothing was changed\n${lines.join("\n")}\n` +
        "  put them back; or first move those addresses to other private IPs, and deploy their stacks",
    );
  };
  return new pulumi.ResourceHook(name, keep, { onDryRun: true });
}

function privateIpsOf(properties: Record<string, unknown> | undefined): string[] {
  const ips = properties?.["privateIps"];
  return Array.isArray(ips) ? ips.filter((ip) => typeof ip === "string") : [];
}
