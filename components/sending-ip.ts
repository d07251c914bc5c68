/** One sending address: Elastic IP → A → A resolves → PTR → association; deletion is the reverse. */
import { Eip } from "@pulumi/aws/ec2/eip.js";
import { EipAssociation } from "@pulumi/aws/ec2/eipAssociation.js";
import { EipDomainName } from "@pulumi/aws/ec2/eipDomainName.js";
import * as pulumi from "@pulumi/pulumi";
import { bindingTag } from "../core/guards/bindings.ts";
import type { Adoption } from "../core/guards/standing.ts";
import { TYPES } from "../core/state/resources.ts";
import { ADDRESS_TAG, BINDING_TAG, isReleased, ownerTags, TENANT_TAG } from "../core/state/tags.ts";
import type { PlannedAddress } from "../core/tenant/plan.ts";
import type { PlannedRecord } from "../core/tenant/record.ts";
import { thisStack } from "./cloud.ts";
import { publish, standsHook } from "./dns-records.ts";
import { ALONE, Keeper } from "./keep.ts";
import { promptly } from "./registrations.ts";
import { releaseHook } from "./release.ts";
import { type ResolvesOptions, waitUntilResolves } from "./resolves.ts";
import { checkReverseName } from "./reverse-name.ts";
import { asking } from "./stack.ts";

/** Arguments of {@link SendingIp}. */
export interface SendingIpArgs {
  /** The tenant, for the tag `sendips:tenant`. */
  tenant: string;
  /** The address as planned. */
  address: Omit<PlannedAddress, "streams">;
  /** Its A record. One that the customer publishes is not created, only waited for. */
  record: PlannedRecord;
  /** The network interface that carries `address.privateIp`. */
  networkInterfaceId: pulumi.Input<string>;
  /**
   * Whether to set the PTR.
   * @default true. False while nobody publishes the A record: EC2 would refuse the PTR.
   */
  reverseName?: boolean;
  /** Whom to ask whether the A record resolves. */
  resolves?: ResolvesOptions;
  /**
   * The A record that stands already and is taken over, after a run that was cut short, say.
   * @default none
   */
  adoption?: Adoption;
  /** A hook shared by all addresses of the program, see {@link releaseHook}. Default: one of its own. */
  releaseHook?: pulumi.ErrorHook;
  /** What keeps it, shared by all addresses of a tenant. Default: one of its own. */
  keeper?: Keeper;
}

/**
 * One Elastic IP with its name in forward and reverse DNS, bound to one private IP of a mail host.
 *
 * The address is protected, and every input that would replace it is ignored once it exists: losing
 * it takes an explicit `release: true`, deployed, before it is removed.
 *
 * @example
 * ```ts
 * import { SendingIp } from "./components/sending-ip.ts";
 *
 * const tx1 = new SendingIp("shop-tx1", {
 *   tenant: "shop",
 *   address: {
 *     key: "tx1",
 *     hostName: "tx1.shop.acme.example",
 *     privateIp: "10.0.1.12",
 *     release: false,
 *   },
 *   record: {
 *     key: "tx1-a",
 *     name: "tx1.shop.acme.example",
 *     data: { type: "A", address: { address: "tx1" } },
 *     ttl: 3600,
 *     publisher: {
 *       by: "cloudflare",
 *       zone: "acme.example",
 *       zoneId: "0c1d2e3f405162738495a6b7c8d9eaf0",
 *     },
 *     why: "host name of address tx1",
 *     path: "shop:addresses.tx1",
 *   },
 *   networkInterfaceId: "eni-0123456789abcdef0",
 *   resolves: { servers: ["192.0.2.53"] },
 * });
 * export const { publicIp } = tx1;
 * ```
 */
export class SendingIp extends pulumi.ComponentResource {
  readonly allocationId: pulumi.Output<string>;
  readonly publicIp: pulumi.Output<string>;
  /** Name in A, PTR and HELO. */
  readonly hostName: string;
  readonly privateIp: string;
  readonly networkInterfaceId: pulumi.Output<string>;
  readonly associationId: pulumi.Output<string>;
  /** Whether it has a PTR. */
  readonly reverseName: boolean;

  constructor(name: string, args: SendingIpArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sendips:components:SendingIp", name, {}, opts);
    const { address, record, networkInterfaceId } = args;
    const { privateIp } = address;
    const keeper = args.keeper ?? new Keeper(name, args.tenant, undefined, { parent: this });
    keeper.wants(address.key, address.release);
    const kept = { parent: this, aliases: [ALONE], hooks: { beforeDelete: [keeper.beforeDelete] } };
    const eip = new Eip(
      name,
      {
        domain: "vpc",
        ...(address.publicIpv4Pool === undefined ? {} : { publicIpv4Pool: address.publicIpv4Pool }),
        tags: {
          Name: address.hostName,
          [TENANT_TAG]: args.tenant,
          [ADDRESS_TAG]: address.key,
          [BINDING_TAG]: pulumi
            .output(networkInterfaceId)
            .apply((id) => bindingTag({ networkInterfaceId: id, privateIp })),
          ...ownerTags(thisStack(), address.release),
        },
      },
      {
        ...kept,
        protect: !address.release,
        // Each of these forces replacement, and a replacement loses a warmed address.
        ignoreChanges: ["address", "domain", "publicIpv4Pool", "ipamPoolId", "networkBorderGroup"],
        hooks: {
          ...kept.hooks,
          beforeCreate: [keeper.beforeAllocate],
          onError: [args.releaseHook ?? releaseHook(`${name}-release`, { parent: this })],
        },
      },
    );
    keeper.keeps(TYPES.eip, name, eip);
    const a =
      record.publisher.by === "cloudflare"
        ? publish(
            `${name}-a`,
            record,
            { [address.key]: eip.publicIp },
            { ...kept, hooks: { ...kept.hooks, onError: [standsHook(`${name}-a-stands`)] } },
            keeper,
            args.adoption,
          )
        : undefined;
    const ptr =
      args.reverseName === false ? undefined : this.#reverseName(name, args, eip, a, keeper);
    const { bindings } = keeper;
    bindings.wants(name, {
      key: address.key,
      privateIp,
      networkInterfaceId,
      release: address.release,
    });
    const association = new EipAssociation(
      name,
      {
        allocationId: eip.allocationId,
        networkInterfaceId,
        // Without it EC2 means the first private IP, and a second address displaces the first.
        privateIpAddress: privateIp,
        // The provider does not send it: the hooks do what it says.
        allowReassociation: false,
      },
      {
        ...kept,
        dependsOn: [ptr, a].filter((resource) => resource !== undefined),
        // Create-before-delete would delete what it has just created: EC2 moves an address, and its old
        // association is gone with that.
        deleteBeforeReplace: true,
        hooks: {
          ...kept.hooks,
          beforeCreate: [bindings.beforeCreate],
          afterCreate: [bindings.afterCreate],
        },
      },
    );
    keeper.keeps(TYPES.eipAssociation, name, association, {
      identity: { privateIpAddress: privateIp, networkInterfaceId },
    });
    this.allocationId = eip.allocationId;
    this.publicIp = eip.publicIp;
    this.hostName = address.hostName;
    this.privateIp = privateIp;
    this.networkInterfaceId = association.networkInterfaceId;
    this.associationId = association.id;
    this.reverseName = ptr !== undefined;
    // What the component says no refresh writes: one that asks another Region drops the address from the
    // state and leaves the component, and a tag that it brings in from EC2 deploys no release.
    this.registerOutputs({
      ...{ publicIp: this.publicIp, hostName: this.hostName, arn: eip.arn },
      release: eip.tags.apply((tags) => isReleased(tags ?? {})),
    });
  }

  #reverseName(
    name: string,
    args: SendingIpArgs,
    eip: Eip,
    a: pulumi.Resource | undefined,
    keeper: Keeper,
  ): EipDomainName {
    const { hostName, key, release } = args.address;
    const wait = async () => {
      const publicIp = await promptly(eip.publicIp);
      if (publicIp === undefined) return;
      // Ephemeral: shown as it comes, and not once more at the end.
      const tell = (line: string) =>
        void pulumi.log.info(`${pulumi.getStack()}: ${name}: ${line}`, this, undefined, true);
      await waitUntilResolves(hostName, publicIp, { tell, ...args.resolves });
    };
    const readBack = async ({ urn }: pulumi.ResourceHookArgs) => {
      const allocationId = await promptly(eip.allocationId);
      if (allocationId !== undefined) {
        await checkReverseName({ key, hostName, allocationId, urn }, { parent: this });
      }
    };
    const readsBack = new pulumi.ResourceHook(`${name}-reads-back`, asking(readBack));
    const ptr = new EipDomainName(
      name,
      { allocationId: eip.allocationId, domainName: hostName },
      {
        parent: this,
        aliases: [ALONE],
        ...(a === undefined ? {} : { dependsOn: [a] }),
        // Replaced create-before-delete it would be set, and then reset. As long as the address stays,
        // EC2 keeps the PTR of a replaced one, so that it is set anew in place.
        deleteBeforeReplace: true,
        retainOnDelete: !release,
        hooks: {
          beforeCreate: [new pulumi.ResourceHook(`${name}-resolves-create`, wait)],
          beforeUpdate: [new pulumi.ResourceHook(`${name}-resolves-update`, wait)],
          afterCreate: [readsBack],
          afterUpdate: [readsBack],
          beforeDelete: [keeper.beforeDelete],
        },
      },
    );
    keeper.keeps(TYPES.eipDomainName, name, ptr, { retained: !release });
    return ptr;
  }
}
