/** What AWS says: looked up, never created. Every look-up takes the options of the component that asks. */
import { getEips } from "@pulumi/aws/ec2/getEips.js";
import { getElasticIp } from "@pulumi/aws/ec2/getElasticIp.js";
import { getInstanceType } from "@pulumi/aws/ec2/getInstanceType.js";
import { getNetworkInterface } from "@pulumi/aws/ec2/getNetworkInterface.js";
import { getSubnet } from "@pulumi/aws/ec2/getSubnet.js";
import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity.js";
import { getRegion } from "@pulumi/aws/getRegion.js";
import * as pulumi from "@pulumi/pulumi";
import type { StandingAddress } from "../core/guards/address-adoption.ts";
import type { LiveAddress, LiveStack } from "../core/guards/address-context.ts";
import { needsDetails } from "../core/guards/addresses.ts";
import { type Binding, bindingTag } from "../core/guards/bindings.ts";
import type { Primary } from "../core/host/private-ips.ts";
import type { DeployedStack, StackPlace } from "../core/state/deployed-stack.ts";
import { type StackName, tagName } from "../core/state/tags.ts";
import type { PlannedAddress } from "../core/tenant/plan.ts";

/** What limits a mail host. */
export interface MailHostFacts {
  vpcId: string;
  /** The subnet's IPv4 network, e.g. `10.0.1.0/24`. */
  cidr: string;
  maximumNetworkInterfaces: number;
  /** IPv4 addresses on each interface, the primary one included. */
  maximumIpsPerInterface: number;
}

/**
 * What is known of a stack's place without asking AWS. To ask is to configure the provider, which the
 * engine writes into the state even of a run that is refused: a refresh would then ask the other Region,
 * and drop every address that it does not find there.
 */
export function configuredPlace(): Partial<StackPlace> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = new pulumi.Config("aws").get("region") ?? AWS_REGION ?? AWS_DEFAULT_REGION;
  return { stack: pulumi.getStack(), ...(region === undefined ? {} : { region }) };
}

/** Where the credentials and the config lead this stack; fails, before anything is created, without credentials. */
export async function stackPlace(): Promise<StackPlace> {
  return { stack: pulumi.getStack(), ...(await accountAndRegion()) };
}

/** The account and the Region that a provider asks. */
export async function accountAndRegion(
  opts?: pulumi.InvokeOptions,
): Promise<Omit<StackPlace, "stack">> {
  const [{ accountId }, { region }] = await Promise.all([
    getCallerIdentity({}, opts),
    getRegion({}, opts),
  ]);
  return { account: accountId, region };
}

/** EC2 takes no more values in one filter. */
const FILTER_VALUES = 200;

/** One filter of EC2: a value of the list lets through. */
export interface Filter {
  name: string;
  values: string[];
}

/** Allocation ids by public IP, of the Elastic IPs that all filters let through. */
async function search(
  name: string,
  values: readonly string[],
  filters: readonly Filter[] = [],
  opts?: pulumi.InvokeOptions,
): Promise<Map<string, string>> {
  const parts = Array.from({ length: Math.ceil(values.length / FILTER_VALUES) }, (_, part) =>
    values.slice(part * FILTER_VALUES, (part + 1) * FILTER_VALUES),
  );
  const found = await Promise.all(
    parts.map((part) => getEips({ filters: [...filters, { name, values: part }] }, opts)),
  );
  return new Map(
    found.flatMap(({ allocationIds, publicIps }) =>
      allocationIds.map((id, index): [string, string] => [publicIps[index] ?? "", id]),
    ),
  );
}

/**
 * The Elastic IPs on these private IPs of these network interfaces.
 *
 * @returns each looked up by itself.
 */
export async function addressesOn(
  networkInterfaces: readonly string[],
  privateIps: readonly string[],
  opts?: pulumi.InvokeOptions,
): Promise<LiveAddress[]> {
  const interfaces = { name: "network-interface-id", values: [...networkInterfaces] };
  const found = await search("private-ip-address", privateIps, [interfaces], opts);
  return Promise.all([...found.values()].map((id) => elasticIp(id, opts)));
}

/**
 * The Elastic IPs that are bound at one of these places, or are to be bound there by their tag.
 *
 * @param known allocation ids that are left out.
 */
export async function addressesOnOrClaiming(
  bindings: readonly Binding[],
  known: ReadonlySet<string>,
  opts?: pulumi.InvokeOptions,
): Promise<LiveAddress[]> {
  const interfaces = [...new Set(bindings.map(({ networkInterfaceId }) => networkInterfaceId))];
  const onThem = { name: "network-interface-id", values: interfaces };
  const privateIps = bindings.map(({ privateIp }) => privateIp);
  const found = await Promise.all([
    search("private-ip-address", privateIps, [onThem], opts),
    search(`tag:${tagName("binding")}`, bindings.map(bindingTag), [], opts),
  ]);
  const ids = new Set(found.flatMap((addresses) => [...addresses.values()]));
  return Promise.all([...ids].filter((id) => !known.has(id)).map((id) => elasticIp(id, opts)));
}

/** The allocation ids of the Elastic IPs that these associations, by their ids, bind. */
export async function addressesBoundBy(
  associationIds: readonly string[],
  opts?: pulumi.InvokeOptions,
): Promise<Set<string>> {
  return new Set((await search("association-id", associationIds, [], opts)).values());
}

/** The Elastic IPs that carry the tag of a stack, of whichever project, by public IP. */
export function taggedAddresses(
  { stack }: StackName,
  filters: readonly Filter[] = [],
  opts?: pulumi.InvokeOptions,
): Promise<Map<string, string>> {
  return search(`tag:${tagName("stack")}`, [stack], filters, opts);
}

/** An Elastic IP by its allocation id. Fails when there is none, see `isGone` of `core/foreign-errors.ts`. */
export async function elasticIp(id: string, opts?: pulumi.InvokeOptions): Promise<LiveAddress> {
  const found = await getElasticIp({ id }, opts);
  const { publicIp, privateIp, networkInterfaceId, tags } = found;
  return { allocationId: id, publicIp, privateIp, networkInterfaceId, tags };
}

/** An Elastic IP with what hangs on it. Fails as {@link elasticIp}. */
export async function standingAddress(
  id: string,
  opts?: pulumi.InvokeOptions,
): Promise<StandingAddress> {
  const found = await getElasticIp({ id }, opts);
  const { publicIp, privateIp, networkInterfaceId, associationId, ptrRecord, tags } = found;
  return {
    ...{ allocationId: id, publicIp, privateIp, networkInterfaceId, associationId, tags },
    // Absent, where the provider has nothing to say.
    reverseName: (ptrRecord ?? "").replace(/\.$/, "").toLowerCase(),
  };
}

/** The Elastic IPs that a config names by allocation id or IPv4; one that is not there is left out. */
export async function namedAddresses(
  { allocationIds, publicIps }: { allocationIds: readonly string[]; publicIps: readonly string[] },
  opts?: pulumi.InvokeOptions,
): Promise<LiveAddress[]> {
  const found = await Promise.all([
    search("allocation-id", allocationIds, [], opts),
    search("public-ip", publicIps, [], opts),
  ]);
  const ids = new Set(found.flatMap((addresses) => [...addresses.values()]));
  return Promise.all([...ids].map((id) => elasticIp(id, opts)));
}

/** The name that an Elastic IP has in reverse DNS, in lower case; empty when it has none. */
export async function reverseNameOf(id: string, opts?: pulumi.InvokeOptions): Promise<string> {
  return (await standingAddress(id, opts)).reverseName;
}

/**
 * What EC2 has of a stack: by its tags, by its state and by its outputs. One call where all of it
 * agrees.
 */
export async function liveAddresses(
  owner: StackName,
  wanted: readonly PlannedAddress[],
  deployed: DeployedStack,
): Promise<LiveStack> {
  const found = await taggedAddresses(owner);
  const untagged = [...deployed.addresses, ...deployed.lost]
    .map(({ publicIp }) => publicIp)
    .filter((publicIp) => !found.has(publicIp));
  for (const [publicIp, id] of await search("public-ip", untagged)) found.set(publicIp, id);
  const ids = [...found].flatMap(([publicIp, id]) =>
    needsDetails(publicIp, wanted, deployed) ? [id] : [],
  );
  const details = await Promise.all(ids.map((id) => elasticIp(id)));
  return { present: new Set(found.keys()), details };
}

/** The network interface's private IPs, for a host that we do not manage. */
export async function privateIpsOf(
  networkInterface: string,
  opts?: pulumi.InvokeOptions,
): Promise<{ privateIps: Record<string, string>; primary?: Primary }> {
  const found = await getNetworkInterface({ id: networkInterface }, opts);
  const privateIps = Object.fromEntries(found.privateIps.map((ip) => [ip, networkInterface]));
  // The machine's own traffic leaves by its first interface.
  const isFirst = found.attachments.every(({ deviceIndex }) => deviceIndex === 0);
  return { privateIps, ...(isFirst ? { primary: { ip: found.privateIp, networkInterface } } : {}) };
}

/** Looks up what decides whether a mail host fits. */
export async function mailHostFacts(
  subnet: string,
  instanceType: string,
  opts?: pulumi.InvokeOptions,
): Promise<MailHostFacts> {
  const [net, type] = await Promise.all([
    getSubnet({ id: subnet }, opts),
    getInstanceType({ instanceType }, opts),
  ]);
  return {
    vpcId: net.vpcId,
    cidr: net.cidrBlock,
    maximumNetworkInterfaces: type.maximumNetworkInterfaces,
    maximumIpsPerInterface: type.maximumIpv4AddressesPerInterface,
  };
}
