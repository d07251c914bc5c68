/** The private IPs of a mail host: none is taken from under an address. */
import type { NetworkInterface } from "@pulumi/aws/ec2/networkInterface.js";
import * as pulumi from "@pulumi/pulumi";
import { describeHolder } from "../core/guards/holders.ts";
import { INTERFACE_WAY_OUT } from "../core/guards/interfaces.ts";
import { TYPES } from "../core/state/resources.ts";
import { isReleased, tagsOf } from "../core/state/tags.ts";
import { holders } from "./cloud.ts";
import { promptly, type Registrations } from "./registrations.ts";
import { asking } from "./stack.ts";

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
    const found = await holders([id], gone, opts);
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
