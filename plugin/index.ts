/**
 * The components as programs in other languages have them. `npm run schema` has Pulumi's analyzer read this and
 * writes `schema.json`, of which `pulumi package gen-sdk` makes a language's own classes. What stands here runs
 * nowhere: `host.ts` constructs.
 *
 * The analyzer knows plain classes and interfaces, no unions and no types of zod. So a config is any value: it is
 * read by the same schema as a stack file, which tells everything that is wrong with it.
 */
import type * as pulumi from "@pulumi/pulumi";

export { SendingIp } from "../components/sending-ip.ts";

/** Arguments of {@link Tenant}. */
export interface TenantArgs {
  /**
   * The tenant as a person writes it in a stack file under `sendips:tenant`, with the public halves of its DKIM
   * keys. Plain values: the records are planned before anything is registered.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the analyzer takes no unknown
  config: any;
  /** The operator's values as `Pulumi.yaml` has them under `sendips:`, at least `zones`. Plain values. */
  // biome-ignore lint/suspicious/noExplicitAny: the analyzer takes no unknown
  operator: any;
  /** The network interface that carries each private IP: the output `privateIps` of a `MailHost`, say. */
  privateIps: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * Everything of a tenant, deployed: each address with its names, bound to the mail host, and every record that is
 * ours to publish.
 *
 * An address stays until its `release: true` in the config has been deployed.
 */
export declare class Tenant extends pulumi.ComponentResource {
  /** The public IPv4 of each address, by the address's key. */
  readonly publicIps: pulumi.Output<Record<string, string>>;
  /** The allocation of each address, by the address's key. */
  readonly allocationIds: pulumi.Output<Record<string, string>>;
  /** The name of each address in A, PTR and HELO, by the address's key. */
  readonly hostNames: pulumi.Output<Record<string, string>>;
  constructor(name: string, args: TenantArgs, opts?: pulumi.ComponentResourceOptions);
}

/** A network interface as wanted. */
export interface NetworkInterfaceArgs {
  /** All its private IPs. */
  privateIps: string[];
  /**
   * Set to true, and deployed, before the interface is taken out of the program: tenants' addresses hang on it.
   * Default: false.
   */
  release?: boolean;
}

/** The machine itself. */
export interface InstanceArgs {
  /** The machine image. */
  ami: pulumi.Input<string>;
  /** An EC2 key pair. Default: none. */
  keyName?: pulumi.Input<string>;
  /** An instance profile's name. Default: none. */
  iamInstanceProfile?: pulumi.Input<string>;
}

/** Arguments of {@link MailHost}. */
export interface MailHostArgs {
  /** The subnet of the network interfaces. */
  subnet: pulumi.Input<string>;
  /** The VPC of the security group. Default: that of the subnet, looked up. */
  vpcId?: pulumi.Input<string>;
  /** Such as `c5.large`: it decides how many interfaces and private IPs fit. */
  instanceType: pulumi.Input<string>;
  /** The network interfaces by key, in the order of their device index. */
  networkInterfaces: Record<string, NetworkInterfaceArgs>;
  /** Who may submit mail (ports 465 and 587), as networks. Default: nobody. */
  submissionFrom?: pulumi.Input<string>[];
  /** The machine itself. Default: none, the interfaces are attached to a machine of somebody else's. */
  instance?: InstanceArgs;
}

/** A machine that sends: network interfaces with all private IPs, a security group, optionally the instance. */
export declare class MailHost extends pulumi.ComponentResource {
  /** The network interface that carries each private IP: what a tenant takes. */
  readonly privateIps: pulumi.Output<Record<string, string>>;
  readonly securityGroupId: pulumi.Output<string>;
  /** None when the machine is not ours. */
  readonly instanceId?: pulumi.Output<string>;
  constructor(name: string, args: MailHostArgs, opts?: pulumi.ComponentResourceOptions);
}

/** Arguments of {@link Guards}: none. */
// biome-ignore lint/suspicious/noEmptyInterface: the analyzer wants the interface
export interface GuardsArgs {}

/**
 * What refuses to take an address off the air. Every component brings it along; a program that has taken out its
 * last one keeps this until everything is deleted, and the engine then says that a hook `sendips:keep` was not
 * registered.
 */
export declare class Guards extends pulumi.ComponentResource {
  constructor(name: string, args: GuardsArgs, opts?: pulumi.ComponentResourceOptions);
}
