/** A machine that sends: network interfaces with all private IPs, a security group, optionally the instance. */
import { getSubnetOutput } from "@pulumi/aws/ec2/getSubnet.js";
import { Instance } from "@pulumi/aws/ec2/instance.js";
import { NetworkInterface } from "@pulumi/aws/ec2/networkInterface.js";
import { NetworkInterfaceAttachment } from "@pulumi/aws/ec2/networkInterfaceAttachment.js";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import * as pulumi from "@pulumi/pulumi";
import type { DeployedStack } from "../core/state/deployed-stack.ts";
import { isPrivateIps } from "../core/state/outputs.ts";
import { TYPES } from "../core/state/resources.ts";
import { ownerTags, writeTags } from "../core/state/tags.ts";
import { privateIpsOf } from "./aws.ts";
import { thisStack } from "./engine.ts";
import { type ProgramHooks, programHooks } from "./hooks/program-hooks.ts";
import { ALONE, withFormerType } from "./identity.ts";

/** A network interface as wanted. */
export interface NetworkInterfaceArgs {
  /** All its private IPs. Plain text: a tenant that names another one is refused before anything is registered. */
  privateIps: readonly string[];
  /**
   * Set to true, and deployed, before the interface is taken out of the program: tenants' addresses hang on it.
   * @default false
   */
  release?: boolean;
}

/** The machine itself. */
export interface InstanceArgs {
  /** The machine image. */
  ami: pulumi.Input<string>;
  /**
   * An EC2 key pair.
   * @default none
   */
  keyName?: pulumi.Input<string> | undefined;
  /**
   * An instance profile's name.
   * @default none
   */
  iamInstanceProfile?: pulumi.Input<string> | undefined;
}

/** Arguments of {@link MailHost}. */
export interface MailHostArgs {
  /** The subnet of the network interfaces. */
  subnet: pulumi.Input<string>;
  /**
   * The VPC of the security group.
   * @default that of the subnet, looked up
   */
  vpcId?: pulumi.Input<string>;
  /** Such as `c5.large`: it decides how many interfaces and private IPs fit. */
  instanceType: pulumi.Input<string>;
  /** The network interfaces by key, in the order of their device index. */
  networkInterfaces: Readonly<Record<string, NetworkInterfaceArgs>>;
  /**
   * Who may submit mail (ports 465 and 587), as networks.
   * @default nobody
   */
  submissionFrom?: readonly pulumi.Input<string>[];
  /**
   * The machine itself.
   * @default none: the interfaces are attached to a machine of somebody else's
   */
  instance?: InstanceArgs | undefined;
}

/** What a program looked at before it registers a mail host, apart from what it wants. */
export interface MailHostContext {
  /** What is deployed of the stack. */
  deployed?: DeployedStack;
}

/** A network interface as a tenant's stack needs it. */
export interface MailHostInterface {
  id: pulumi.Output<string>;
  privateIps: string[];
  /** The one of them that EC2 cannot take away; which it is, is chance. */
  primary: pulumi.Output<string>;
  /** Whether its release is asked for; what is deployed of it says the interface's own tag. */
  release: boolean;
}

/** The network interface of each private IP: what a tenant binds its addresses to. */
export type PrivateIpInputs = pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;

const ANYWHERE = "0.0.0.0/0";

/**
 * A mail host.
 *
 * @example
 * ```ts
 * import { MailHost } from "sendips";
 *
 * const host = new MailHost("mx-2", {
 *   subnet: "subnet-0123456789abcdef0",
 *   instanceType: "c5.large",
 *   networkInterfaces: { eth0: { privateIps: ["10.0.1.20", "10.0.1.21"] } },
 * });
 * export const { privateIps } = host;
 * ```
 */
export class MailHost extends pulumi.ComponentResource {
  readonly networkInterfaces: Readonly<Record<string, MailHostInterface>>;
  /** Which interface carries a private IP: what a tenant takes. Its keys are known before anything is deployed. */
  readonly privateIps: Readonly<Record<string, pulumi.Output<string>>>;
  readonly securityGroupId: pulumi.Output<string>;
  /** Undefined when the machine is not ours. */
  readonly instanceId: pulumi.Output<string> | undefined;

  /**
   * The private IPs of a network interface that is not ours, for a tenant's `privateIps`.
   *
   * @param networkInterface its id.
   * @param opts whose provider is asked.
   */
  static fromNetworkInterface(
    networkInterface: pulumi.Input<string>,
    opts?: pulumi.InvokeOptions,
  ): pulumi.Output<Record<string, string>> {
    return pulumi
      .output(networkInterface)
      .apply(async (id) => (await privateIpsOf(id, opts)).privateIps);
  }

  /**
   * The private IPs of a mail host of another stack, for a tenant's `privateIps`.
   *
   * @param stack its full name, `organization/project/stack`, or a reference to it.
   */
  static fromStack(stack: string | pulumi.StackReference): pulumi.Output<Record<string, string>> {
    const reference = typeof stack === "string" ? new pulumi.StackReference(stack) : stack;
    return reference.requireOutput("privateIps").apply((value: unknown) => {
      if (isPrivateIps(value)) return value;
      throw new Error(
        `${stack} is not a mail host: its output privateIps is no map of private IPs`,
      );
    });
  }

  constructor(
    name: string,
    args: MailHostArgs,
    opts?: pulumi.ComponentResourceOptions,
    context: MailHostContext = {},
  ) {
    super("sendips:index:MailHost", name, args, withFormerType("MailHost", opts));
    const hooks = programHooks();
    hooks.deployedStack(context.deployed);
    hooks.answerForFormer(name);
    const keptOpts = {
      parent: this,
      aliases: [ALONE],
      hooks: { beforeDelete: [hooks.keep], onError: [hooks.leftBehind] },
    };
    const group = createSecurityGroup(name, args, keptOpts);
    hooks.registrations.add(TYPES.securityGroup, name, group, { component: this });
    const interfaces = new Map<string, NetworkInterface>();
    for (const [key, { privateIps, release = false }] of Object.entries(args.networkInterfaces)) {
      const logicalName = `${name}-${key}`;
      const eni = new NetworkInterface(
        logicalName,
        {
          subnetId: args.subnet,
          privateIps: [...privateIps],
          securityGroups: [group.id],
          description: `sendips mail host ${name}, ${key}`,
          tags: {
            Name: logicalName,
            ...writeTags({ mailHost: name }),
            ...ownerTags(thisStack(), release),
          },
        },
        {
          parent: this,
          aliases: [ALONE],
          // With the interface every association on it would go, and tenants' mail with them.
          protect: !release,
          hooks: {
            beforeUpdate: [hooks.keepPrivateIps],
            beforeDelete: [hooks.keep],
            onError: [hooks.leftBehind],
          },
        },
      );
      hooks.registrations.add(TYPES.networkInterface, logicalName, eni, { component: this });
      hooks.interfaces.wants(logicalName, eni);
      interfaces.set(key, eni);
    }
    this.networkInterfaces = Object.fromEntries(
      [...interfaces].map(([key, eni]) => {
        const { privateIps = [], release = false } = args.networkInterfaces[key] ?? {};
        return [key, { id: eni.id, privateIps: [...privateIps], primary: eni.privateIp, release }];
      }),
    );
    this.privateIps = Object.fromEntries(
      Object.values(this.networkInterfaces).flatMap(({ id, privateIps }) =>
        privateIps.map((ip) => [ip, id]),
      ),
    );
    this.securityGroupId = group.id;
    this.instanceId = createInstance(name, args, [...interfaces], keptOpts, hooks, this);
    this.registerOutputs({
      networkInterfaces: this.networkInterfaces,
      privateIps: this.privateIps,
      securityGroupId: this.securityGroupId,
      ...(this.instanceId === undefined ? {} : { instanceId: this.instanceId }),
    });
  }
}

/** In: bounces and complaint reports, submission. Out: mail, DNS, HTTPS. Nothing else (cloud-facts: judgement). */
function createSecurityGroup(
  name: string,
  { subnet, vpcId, submissionFrom = [] }: MailHostArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): SecurityGroup {
  const rule = (
    protocol: string,
    port: number,
    cidrBlocks: readonly pulumi.Input<string>[],
    description: string,
  ) => ({
    protocol,
    fromPort: port,
    toPort: port,
    cidrBlocks: [...cidrBlocks],
    description,
  });
  const submission = submissionFrom.length === 0 ? [] : [465, 587];
  return new SecurityGroup(
    name,
    {
      description: `sendips mail host ${name}`,
      vpcId: vpcId ?? getSubnetOutput({ id: subnet }, { parent: opts.parent }).vpcId,
      ingress: [
        rule("tcp", 25, [ANYWHERE], "bounces and complaint reports"),
        ...submission.map((port) => rule("tcp", port, submissionFrom, "submission")),
      ],
      egress: [
        rule("tcp", 25, [ANYWHERE], "mail"),
        rule("udp", 53, [ANYWHERE], "DNS"),
        rule("tcp", 53, [ANYWHERE], "DNS"),
        rule("tcp", 443, [ANYWHERE], "HTTPS"),
      ],
      tags: { Name: name, ...writeTags({ mailHost: name }), ...ownerTags(thisStack(), false) },
    },
    // Named by the engine, once: one that was taken into the state again keeps the name that it has. Its description EC2
    // never changes: a stack that gets another name would make it anew, and the interfaces use it.
    { ...opts, ignoreChanges: ["name", "description"] },
  );
}

function createInstance(
  name: string,
  args: MailHostArgs,
  interfaces: readonly [string, NetworkInterface][],
  keptOpts: pulumi.CustomResourceOptions,
  hooks: ProgramHooks,
  component: MailHost,
): pulumi.Output<string> | undefined {
  const [primary, ...others] = interfaces;
  if (args.instance === undefined || primary === undefined) return undefined;
  const { ami, keyName, iamInstanceProfile } = args.instance;
  const machine = new Instance(
    name,
    {
      ami,
      instanceType: args.instanceType,
      ...(keyName === undefined ? {} : { keyName }),
      ...(iamInstanceProfile === undefined ? {} : { iamInstanceProfile }),
      primaryNetworkInterface: { networkInterfaceId: primary[1].id },
      metadataOptions: { httpTokens: "required" },
      tags: { Name: name, ...writeTags({ mailHost: name }), ...ownerTags(thisStack(), false) },
    },
    // An interface serves one machine at a time: the old one must let go of it first.
    { ...keptOpts, deleteBeforeReplace: true },
  );
  hooks.registrations.add(TYPES.instance, name, machine, { component });
  others.forEach(([key, eni], index) => {
    const attachment = new NetworkInterfaceAttachment(
      `${name}-${key}`,
      { instanceId: machine.id, networkInterfaceId: eni.id, deviceIndex: index + 1 },
      { ...keptOpts, deleteBeforeReplace: true },
    );
    const type = TYPES.networkInterfaceAttachment;
    hooks.registrations.add(type, `${name}-${key}`, attachment, { component });
  });
  return machine.id;
}
