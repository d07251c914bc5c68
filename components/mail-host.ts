/** A machine that sends: network interfaces with all private IPs, a security group, optionally the instance. */
import { Instance } from "@pulumi/aws/ec2/instance.js";
import { NetworkInterface } from "@pulumi/aws/ec2/networkInterface.js";
import { NetworkInterfaceAttachment } from "@pulumi/aws/ec2/networkInterfaceAttachment.js";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import * as pulumi from "@pulumi/pulumi";
import type { MailHostConfig } from "../core/config/schema.ts";
import { TYPES } from "../core/state/resources.ts";
import { ownerTags } from "../core/state/tags.ts";
import { thisStack } from "./cloud.ts";
import { inUseHook } from "./private-ip.ts";
import { Registrations } from "./registrations.ts";

/** Arguments of {@link MailHost}. */
export interface MailHostArgs {
  mailHost: MailHostConfig;
  /** The VPC of `mailHost.subnet`. */
  vpcId: pulumi.Input<string>;
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

const ANYWHERE = "0.0.0.0/0";

/**
 * A mail host.
 *
 * @example
 * ```ts
 * import { MailHost } from "./components/mail-host.ts";
 *
 * const host = new MailHost("mx-2", {
 *   vpcId: "vpc-0123456789abcdef0",
 *   mailHost: {
 *     subnet: "subnet-0123456789abcdef0",
 *     instanceType: "c5.large",
 *     networkInterfaces: { eth0: { privateIps: ["10.0.1.20", "10.0.1.21"], release: false } },
 *     submissionFrom: [],
 *   },
 * });
 * export const { privateIps } = host;
 * ```
 */
export class MailHost extends pulumi.ComponentResource {
  readonly networkInterfaces: Readonly<Record<string, MailHostInterface>>;
  /** Which interface carries a private IP: what a tenant's stack looks up. */
  readonly privateIps: pulumi.Output<Record<string, string>>;
  readonly securityGroupId: pulumi.Output<string>;
  /** Undefined when the machine is not ours. */
  readonly instanceId: pulumi.Output<string> | undefined;

  constructor(name: string, args: MailHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sendips:components:MailHost", name, {}, opts);
    const { mailHost } = args;
    const registrations = new Registrations();
    const interfaces = new Map<string, NetworkInterface>();
    const inUse = inUseHook(`${name}-in-use`, registrations, interfaces, { parent: this });
    const kept = { parent: this, hooks: { beforeDelete: [inUse] } };
    const group = securityGroup(name, args, kept);
    registrations.add(TYPES.securityGroup, name, group);
    for (const [key, { privateIps, release }] of Object.entries(mailHost.networkInterfaces)) {
      interfaces.set(
        key,
        new NetworkInterface(
          `${name}-${key}`,
          {
            subnetId: mailHost.subnet,
            privateIps,
            securityGroups: [group.id],
            description: `sendips mail host ${name}, ${key}`,
            tags: {
              Name: `${name}-${key}`,
              "sendips:mailHost": name,
              ...ownerTags(thisStack(), release),
            },
          },
          {
            parent: this,
            // With the interface every association on it would go, and tenants' mail with them.
            protect: !release,
            hooks: { beforeUpdate: [inUse], beforeDelete: [inUse] },
          },
        ),
      );
    }
    this.networkInterfaces = Object.fromEntries(
      [...interfaces].map(([key, eni]) => [
        key,
        {
          id: eni.id,
          privateIps: mailHost.networkInterfaces[key]?.privateIps ?? [],
          primary: eni.privateIp,
          release: mailHost.networkInterfaces[key]?.release ?? false,
        },
      ]),
    );
    this.privateIps = pulumi
      .all(Object.values(this.networkInterfaces).map(({ id, privateIps }) => ({ id, privateIps })))
      .apply((all) =>
        Object.fromEntries(all.flatMap(({ id, privateIps }) => privateIps.map((ip) => [ip, id]))),
      );
    this.securityGroupId = group.id;
    this.instanceId = instance(name, mailHost, [...interfaces], kept, registrations);
    this.registerOutputs({ privateIps: this.privateIps });
  }
}

/** In: bounces and complaint reports, submission. Out: mail, DNS, HTTPS. Nothing else (cloud-facts: judgement). */
function securityGroup(
  name: string,
  args: MailHostArgs,
  opts: pulumi.CustomResourceOptions,
): SecurityGroup {
  const { submissionFrom } = args.mailHost;
  const rule = (protocol: string, port: number, cidrBlocks: string[], description: string) => ({
    protocol,
    fromPort: port,
    toPort: port,
    cidrBlocks,
    description,
  });
  const submission = submissionFrom.length === 0 ? [] : [465, 587];
  return new SecurityGroup(
    name,
    {
      description: `sendips mail host ${name}`,
      vpcId: args.vpcId,
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
      tags: { Name: name, "sendips:mailHost": name, ...ownerTags(thisStack(), false) },
    },
    opts,
  );
}

function instance(
  name: string,
  mailHost: MailHostConfig,
  interfaces: readonly [string, NetworkInterface][],
  kept: pulumi.CustomResourceOptions,
  registrations: Registrations,
): pulumi.Output<string> | undefined {
  const [primary, ...others] = interfaces;
  if (mailHost.instance === undefined || primary === undefined) return undefined;
  const { ami, keyName, iamInstanceProfile } = mailHost.instance;
  const machine = new Instance(
    name,
    {
      ami,
      instanceType: mailHost.instanceType,
      ...(keyName === undefined ? {} : { keyName }),
      ...(iamInstanceProfile === undefined ? {} : { iamInstanceProfile }),
      primaryNetworkInterface: { networkInterfaceId: primary[1].id },
      metadataOptions: { httpTokens: "required" },
      tags: { Name: name, "sendips:mailHost": name, ...ownerTags(thisStack(), false) },
    },
    // An interface serves one machine at a time: the old one must let go of it first.
    { ...kept, deleteBeforeReplace: true },
  );
  registrations.add(TYPES.instance, name, machine);
  others.forEach(([key, eni], index) => {
    const attachment = new NetworkInterfaceAttachment(
      `${name}-${key}`,
      { instanceId: machine.id, networkInterfaceId: eni.id, deviceIndex: index + 1 },
      { ...kept, deleteBeforeReplace: true },
    );
    registrations.add(TYPES.networkInterfaceAttachment, `${name}-${key}`, attachment);
  });
  return machine.id;
}
