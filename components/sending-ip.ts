/** One sending address: Elastic IP → A → A resolves → PTR → association; deletion is the reverse. */
import { Eip } from "@pulumi/aws/ec2/eip.js";
import { EipAssociation } from "@pulumi/aws/ec2/eipAssociation.js";
import { EipDomainName } from "@pulumi/aws/ec2/eipDomainName.js";
import * as pulumi from "@pulumi/pulumi";
import { type DeployedAddress, lostAddress } from "../plan/deployed.ts";
import type { PlannedAddress } from "../plan/plan.ts";
import type { PlannedRecord } from "../plan/record.ts";
import { publish } from "./dns-records.ts";
import { associateHook } from "./private-ip.ts";
import { releaseHook } from "./release.ts";
import { type ResolvesOptions, waitUntilResolves } from "./resolves.ts";

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
   * The address as last deployed. With it none is allocated: what the state has lost is not replaced
   * by a cold one. Default: it is new.
   */
  deployed?: DeployedAddress;
  /** A hook shared by all addresses of the program, see {@link releaseHook}. Default: one of its own. */
  releaseHook?: pulumi.ErrorHook;
  /** The same for {@link associateHook}. */
  associateHook?: pulumi.ErrorHook;
  /** Runs before the association is deleted, see {@link boundHook}. Default: none. */
  boundHook?: pulumi.ResourceHook;
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
    const { address, record } = args;
    const eip = new Eip(
      name,
      {
        domain: "vpc",
        ...(address.publicIpv4Pool === undefined ? {} : { publicIpv4Pool: address.publicIpv4Pool }),
        tags: {
          Name: address.hostName,
          "sendips:tenant": args.tenant,
          "sendips:address": address.key,
          "sendips:stack": pulumi.getStack(),
        },
      },
      {
        parent: this,
        protect: !address.release,
        // Each of these forces replacement, and a replacement loses a warmed address.
        ignoreChanges: ["address", "domain", "publicIpv4Pool", "ipamPoolId", "networkBorderGroup"],
        hooks: {
          beforeCreate: keptHooks(name, args),
          onError: [args.releaseHook ?? releaseHook(`${name}-release`)],
        },
      },
    );
    const a =
      record.publisher.by === "cloudflare"
        ? publish(`${name}-a`, record, { [address.key]: eip.publicIp }, { parent: this })
        : undefined;
    const ptr = args.reverseName === false ? undefined : this.#reverseName(name, args, eip, a);
    const association = new EipAssociation(
      name,
      {
        allocationId: eip.allocationId,
        networkInterfaceId: args.networkInterfaceId,
        // Without it EC2 means the first private IP, and a second address displaces the first.
        privateIpAddress: address.privateIp,
        allowReassociation: false,
      },
      {
        parent: this,
        dependsOn: [ptr, a].filter((resource) => resource !== undefined),
        // Create-before-delete cannot work while the old association holds the private IP.
        deleteBeforeReplace: true,
        hooks: {
          beforeDelete: args.boundHook === undefined ? [] : [args.boundHook],
          onError: [args.associateHook ?? associateHook(`${name}-associate`)],
        },
      },
    );
    this.allocationId = eip.allocationId;
    this.publicIp = eip.publicIp;
    this.hostName = address.hostName;
    this.privateIp = address.privateIp;
    this.networkInterfaceId = association.networkInterfaceId;
    this.associationId = association.id;
    this.reverseName = ptr !== undefined;
    this.registerOutputs({ publicIp: this.publicIp, hostName: this.hostName });
  }

  #reverseName(
    name: string,
    args: SendingIpArgs,
    eip: Eip,
    a: pulumi.Resource | undefined,
  ): EipDomainName {
    const { hostName } = args.address;
    const wait = async () => {
      const publicIp = await promptly(eip.publicIp);
      await waitUntilResolves(hostName, publicIp, args.resolves);
    };
    return new EipDomainName(
      name,
      { allocationId: eip.allocationId, domainName: hostName },
      {
        parent: this,
        ...(a === undefined ? {} : { dependsOn: [a] }),
        hooks: {
          beforeCreate: [new pulumi.ResourceHook(`${name}-resolves-create`, wait)],
          beforeUpdate: [new pulumi.ResourceHook(`${name}-resolves-update`, wait)],
        },
      },
    );
  }
}

/** Refuses, in the preview already, to allocate an address under a key that has one. */
function keptHooks(name: string, { address, deployed }: SendingIpArgs): pulumi.ResourceHook[] {
  if (deployed === undefined || deployed.release) return [];
  const refuse = ({ urn }: pulumi.ResourceHookArgs) => {
    throw new Error(lostAddress(pulumi.getStack(), address.key, deployed, urn));
  };
  return [new pulumi.ResourceHook(`${name}-kept`, refuse, { onDryRun: true })];
}

/** The value of an output inside a hook, where the resource behind it is already there. */
function promptly<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value as T));
  });
}
