/** The network interfaces of mail hosts: no private IP is taken from under an address. */
import type { NetworkInterface } from "@pulumi/aws/ec2/networkInterface.js";
import * as pulumi from "@pulumi/pulumi";
import { describeHolder } from "../../core/guards/holders.ts";
import { INTERFACE_WAY_OUT } from "../../core/guards/interfaces.ts";
import type { DeployedStack } from "../../core/state/deployed-stack.ts";
import { TYPES } from "../../core/state/resources.ts";
import { isReleased, tagsOf } from "../../core/state/tags.ts";
import { addressesOn } from "../aws.ts";
import type { LookUps } from "./look-ups.ts";
import { knownValue, type Registrations } from "./registrations.ts";

const OF_MAIL_HOSTS: readonly string[] = [
  TYPES.networkInterface,
  TYPES.networkInterfaceAttachment,
  TYPES.securityGroup,
  TYPES.instance,
];

/**
 * Keeps the mail hosts of a program: their network interfaces until their release is deployed, the private IPs
 * that tenants' addresses hang on, and their other resources from a `destroy` and from a program that has
 * forgotten the whole. EC2 would let go of the addresses without a word, and the tenants' stacks would go on
 * believing that they are bound.
 */
export class MailHostInterfaces {
  readonly #registrations: Registrations;
  readonly #lookUps: LookUps;
  readonly #deployed: () => Promise<DeployedStack>;
  /** By logical name. */
  readonly #wanted = new Map<string, NetworkInterface>();

  constructor(
    registrations: Registrations,
    lookUps: LookUps,
    deployed: () => Promise<DeployedStack>,
  ) {
    this.#registrations = registrations;
    this.#lookUps = lookUps;
    this.#deployed = deployed;
  }

  /** Whether a resource is of a type that mail hosts are made of. */
  static isOfMailHost({ type }: Pick<pulumi.ResourceHookArgs, "type">): boolean {
    return OF_MAIL_HOSTS.includes(type);
  }

  /** Says that the program wants a network interface. */
  wants(name: string, networkInterface: NetworkInterface): void {
    this.#wanted.set(name, networkInterface);
  }

  /** Before anything of a mail host is deleted, or a network interface updated. Runs in a preview, too. */
  async keep(args: pulumi.ResourceHookArgs): Promise<void> {
    const { name, type, oldOutputs, newInputs } = args;
    const stack = pulumi.getStack();
    if (type === TYPES.networkInterface) {
      if (newInputs === undefined && !isReleased(tagsOf(oldOutputs))) {
        throw new Error(
          `${stack}: ${name}: the network interface is deployed and its release is not\n  ${INTERFACE_WAY_OUT}`,
        );
      }
      await this.#refuseInUse(args, privateIpsOf(oldOutputs), privateIpsOf(newInputs));
      return;
    }
    const reason = await this.#registrations.reasonOf(args);
    const kept =
      reason === "destroy"
        ? await this.#unreleasedInterface()
        : reason === "edit"
          ? await this.#forgottenInterface()
          : undefined;
    if (kept === undefined) return;
    throw new Error(
      `${stack}: ${name}: the network interface ${kept} is deployed and its release is not: nothing of the mail host is taken away\n  ${INTERFACE_WAY_OUT}`,
    );
  }

  /** The name of an interface that the program wants and has not released. */
  async #unreleasedInterface(): Promise<string | undefined> {
    for (const [name, networkInterface] of this.#wanted) {
      if (!isReleased((await knownValue(networkInterface.tags)) ?? {})) return name;
    }
    return undefined;
  }

  /** The name of an interface of the state that the program has forgotten, its release not deployed. */
  async #forgottenInterface(): Promise<string | undefined> {
    const { networkInterfaces } = await this.#deployed();
    return networkInterfaces.find(({ name, release }) => !release && !this.#wanted.has(name))?.name;
  }

  async #refuseInUse(
    { id, name, type, oldOutputs = {} }: pulumi.ResourceHookArgs,
    before: readonly string[],
    after: readonly string[],
  ): Promise<void> {
    const gone = before.filter((ip) => !after.includes(ip));
    if (gone.length === 0) return;
    const parent = this.#registrations.of({ type, name })?.component;
    const what = `the network interface ${id}`;
    const ways = await this.#lookUps.waysInto(what, oldOutputs["region"], parent);
    const found = (await Promise.all(ways.map((opts) => addressesOn([id], gone, opts)))).flat();
    if (found.length === 0) return;
    const lines = found.map((holder) => `  ${holder.privateIp} carries ${describeHolder(holder)}`);
    throw new Error(
      `${pulumi.getStack()}: private IPs are to be taken away that addresses of tenants hang on; nothing was changed\n${lines.join("\n")}\n` +
        "  put them back; or first move those addresses to other private IPs, and deploy their stacks",
    );
  }
}

function privateIpsOf(properties: Record<string, unknown> | undefined): string[] {
  const ips = properties?.["privateIps"];
  return Array.isArray(ips) ? ips.filter((ip) => typeof ip === "string") : [];
}
