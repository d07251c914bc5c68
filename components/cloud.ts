/** What the cloud says before anything is created: looked up, never created. */
import { getEips } from "@pulumi/aws/ec2/getEips.js";
import { getElasticIp } from "@pulumi/aws/ec2/getElasticIp.js";
import { getInstanceType } from "@pulumi/aws/ec2/getInstanceType.js";
import { getNetworkInterface } from "@pulumi/aws/ec2/getNetworkInterface.js";
import { getSubnet } from "@pulumi/aws/ec2/getSubnet.js";
import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity.js";
import { getRegion } from "@pulumi/aws/getRegion.js";
import * as pulumi from "@pulumi/pulumi";
import type { Place } from "../plan/deployed.ts";
import type { Holder } from "../plan/holders.ts";

/** What limits a mail host. */
export interface MailHostFacts {
  vpcId: string;
  /** The subnet's IPv4 network, e.g. `10.0.1.0/24`. */
  cidr: string;
  maximumNetworkInterfaces: number;
  /** IPv4 addresses on each interface, the primary one included. */
  maximumIpsPerInterface: number;
}

/** Where the credentials and the config lead this stack; fails, before anything is created, without credentials. */
export async function place(): Promise<Place> {
  const [{ accountId }, { region }] = await Promise.all([getCallerIdentity(), getRegion()]);
  return { stack: pulumi.getStack(), account: accountId, region };
}

/** EC2 takes no more values in one filter. */
const FILTER_VALUES = 200;

/**
 * The Elastic IPs on these private IPs of these network interfaces, apart from those known already:
 * they are looked up one by one.
 */
export async function holders(
  networkInterfaces: readonly string[],
  privateIps: readonly string[],
  known: ReadonlySet<string> = new Set(),
  opts?: pulumi.InvokeOptions,
): Promise<Holder[]> {
  const parts = Array.from({ length: Math.ceil(privateIps.length / FILTER_VALUES) }, (_, part) =>
    privateIps.slice(part * FILTER_VALUES, (part + 1) * FILTER_VALUES),
  );
  const found = await Promise.all(
    parts.map((values) => {
      const interfaces = { name: "network-interface-id", values: [...networkInterfaces] };
      return getEips({ filters: [interfaces, { name: "private-ip-address", values }] }, opts);
    }),
  );
  const ids = found.flatMap(({ allocationIds }) => allocationIds).filter((id) => !known.has(id));
  return Promise.all(
    ids.map(async (allocationId) => {
      const { publicIp, privateIp, tags } = await getElasticIp({ id: allocationId }, opts);
      return { allocationId, publicIp, privateIp, tags };
    }),
  );
}

/** The network interface's private IPs, for a host that we do not manage. */
export async function privateIpsOf(networkInterface: string): Promise<Record<string, string>> {
  const found = await getNetworkInterface({ id: networkInterface });
  return Object.fromEntries(found.privateIps.map((ip) => [ip, networkInterface]));
}

/** Looks up what decides whether a mail host fits. */
export async function mailHostFacts(subnet: string, instanceType: string): Promise<MailHostFacts> {
  const [net, type] = await Promise.all([
    getSubnet({ id: subnet }),
    getInstanceType({ instanceType }),
  ]);
  return {
    vpcId: net.vpcId,
    cidr: net.cidrBlock,
    maximumNetworkInterfaces: type.maximumNetworkInterfaces,
    maximumIpsPerInterface: type.maximumIpv4AddressesPerInterface,
  };
}
