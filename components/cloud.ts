/** What the cloud says before anything is created: looked up, never created. */
import { getInstanceType } from "@pulumi/aws/ec2/getInstanceType.js";
import { getNetworkInterface } from "@pulumi/aws/ec2/getNetworkInterface.js";
import { getSubnet } from "@pulumi/aws/ec2/getSubnet.js";
import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity.js";

/** What limits a mail host. */
export interface MailHostFacts {
  vpcId: string;
  /** The subnet's IPv4 network, e.g. `10.0.1.0/24`. */
  cidr: string;
  maximumNetworkInterfaces: number;
  /** IPv4 addresses on each interface, the primary one included. */
  maximumIpsPerInterface: number;
}

/** The account that the credentials belong to; fails, before anything is created, without credentials. */
export async function account(): Promise<string> {
  return (await getCallerIdentity()).accountId;
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
