/**
 * What is compared: one resource of every type and kind that a component registers, with the inputs that it
 * really registers, taken from a deployed state; only what they refer to is the suite's own.
 */
import type { EC2 } from "@aws-sdk/client-ec2";
import type { Sandbox } from "../../sandbox/server.ts";
import type { Props } from "./names.ts";

export interface SuitedResource {
  /** Its logical name on both sides. */
  name: string;
  /** Pulumi's token. */
  type: string;
  inputs: Props;
  /** Texts that tell a call as this resource's: names and ids that nothing else carries. */
  marks: string[];
  /** For each input another value; undefined where the input has no other, with the reason beside it. */
  edits: Record<string, unknown>;
}

/** A resource of a deployed state. */
export interface DeployedResource {
  type: string;
  name: string;
  inputs: Props;
}

export const ZONE = { name: "acme.example", id: "0c1d2e3f405162738495a6b7c8d9eaf0" };
export const OTHER_ZONE = { name: "operator.example", id: "1d2e3f405162738495a6b7c8d9eaf00c" };
export const SUBNET = "subnet-0a1b2c3d4e5f60718";
export const OTHER_SUBNET = "subnet-1a1b2c3d4e5f60718";
export const OTHER_VPC = "vpc-1a1b2c3d4e5f60718";

/** The sandbox of one side; both begin alike, down to the ids that they make. */
export const WORLD = {
  zones: [ZONE, OTHER_ZONE],
  subnets: [
    { id: SUBNET, cidr: "10.0.1.0/24" },
    { id: OTHER_SUBNET, cidr: "10.1.1.0/24", vpcId: OTHER_VPC },
  ],
  delays: { dnsPropagation: 0, ptrPending: 1_500, ptrLinger: 2_000 },
};

/** What the resources refer to, made by EC2's own client. */
export interface Ids {
  eips: string[];
  interfaces: string[];
  group: string;
  instances: string[];
}

export async function prepare(ec2: EC2, sandbox: Sandbox): Promise<Ids> {
  await fetch(`${sandbox.url}/_sandbox/settings`, {
    method: "POST",
    body: JSON.stringify({ eipQuota: 50 }),
  });
  const eips: string[] = [];
  const publicIps: string[] = [];
  for (let index = 0; index < 4; index += 1) {
    const { AllocationId = "", PublicIp = "" } = await ec2.allocateAddress({ Domain: "vpc" });
    eips.push(AllocationId);
    publicIps.push(PublicIp);
  }
  for (const name of ["n1", "n2"]) {
    for (const content of publicIps) await publish(sandbox, `${name}.${ZONE.name}`, content);
  }
  const { GroupId: group = "" } = await ec2.createSecurityGroup({
    GroupName: "prepared",
    Description: "prepared",
    VpcId: "vpc-0a1b2c3d4e5f60718",
  });
  const interfaces: string[] = [];
  for (let index = 0; index < 8; index += 1) {
    const { NetworkInterface } = await ec2.createNetworkInterface({
      SubnetId: SUBNET,
      PrivateIpAddresses: [
        { PrivateIpAddress: `10.0.1.${100 + index * 2}`, Primary: true },
        { PrivateIpAddress: `10.0.1.${101 + index * 2}`, Primary: false },
      ],
    });
    interfaces.push(NetworkInterface?.NetworkInterfaceId ?? "");
  }
  const instances: string[] = [];
  for (const eni of interfaces.slice(0, 2)) {
    const { Instances } = await ec2.runInstances({
      ImageId: "ami-0123456789abcdef0",
      InstanceType: "c5.large",
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: eni }],
    });
    instances.push(Instances?.[0]?.InstanceId ?? "");
  }
  return { eips, interfaces, group, instances };
}

export async function publish(sandbox: Sandbox, name: string, content: string): Promise<void> {
  const reply = await fetch(`${sandbox.cloudflareUrl}/zones/${ZONE.id}/dns_records`, {
    method: "POST",
    headers: { authorization: "Bearer prepared", "content-type": "application/json" },
    body: JSON.stringify({ type: "A", name, content, ttl: 60, proxied: false }),
  });
  if (!reply.ok) throw new Error(await reply.text());
}

const EC2_TYPES = "aws:ec2/";

/** The resources of the suite for what stands in a deployed state. */
export function suitResources(deployed: readonly DeployedResource[], ids: Ids): SuitedResource[] {
  const of = (type: string): Props => {
    const found = deployed.find((resource) => resource.type === type);
    if (found === undefined) throw new Error(`nothing of type ${type} is deployed`);
    const { __defaults, ...inputs } = found.inputs;
    return inputs;
  };
  const [, , boundTo = "", otherInterface = "", attached = "", primary = "", spare = ""] =
    ids.interfaces;
  const [bound = "", named = "", other = ""] = ids.eips;
  const [machine = "", otherMachine = ""] = ids.instances;
  const tags = (type: string, Name: string) => ({ ...(of(type)["tags"] as Props), Name });
  const ec2 = (short: string) =>
    `${EC2_TYPES}${short.charAt(0).toLowerCase()}${short.slice(1)}:${short}`;
  const eip = ec2("Eip");
  const eni = ec2("NetworkInterface");
  const group = ec2("SecurityGroup");
  const instance = ec2("Instance");
  const rules = of(group)["ingress"] as Props[];
  const outgoing = of(group)["egress"] as Props[];
  return [
    {
      name: "eip",
      type: eip,
      inputs: { ...of(eip), tags: tags(eip, "suite-eip") },
      marks: ["suite-eip"],
      // There is one domain only, since EC2-Classic is gone.
      edits: { tags: tags(eip, "suite-eip-2"), domain: undefined },
    },
    {
      name: "association",
      type: ec2("EipAssociation"),
      inputs: {
        ...of(ec2("EipAssociation")),
        allocationId: bound,
        networkInterfaceId: boundTo,
        privateIpAddress: "10.0.1.104",
      },
      marks: [bound],
      edits: {
        allocationId: other,
        networkInterfaceId: otherInterface,
        privateIpAddress: "10.0.1.105",
        allowReassociation: true,
      },
    },
    {
      name: "reverse-name",
      type: ec2("EipDomainName"),
      inputs: { allocationId: named, domainName: `n1.${ZONE.name}` },
      marks: [named],
      edits: { allocationId: other, domainName: `n2.${ZONE.name}` },
    },
    {
      name: "interface",
      type: eni,
      inputs: {
        ...of(eni),
        subnetId: SUBNET,
        securityGroups: [ids.group],
        description: "suite interface",
        tags: tags(eni, "suite-interface"),
      },
      marks: ["suite interface", "suite-interface"],
      edits: {
        subnetId: OTHER_SUBNET,
        securityGroups: [],
        description: "suite interface 2",
        sourceDestCheck: false,
        privateIps: [...(of(eni)["privateIps"] as string[]), "10.0.1.40"],
        tags: tags(eni, "suite-interface-2"),
      },
    },
    {
      name: "attachment",
      type: ec2("NetworkInterfaceAttachment"),
      inputs: {
        ...of(ec2("NetworkInterfaceAttachment")),
        instanceId: machine,
        networkInterfaceId: attached,
      },
      marks: [attached],
      edits: { instanceId: otherMachine, networkInterfaceId: spare, deviceIndex: 2 },
    },
    {
      name: "group",
      type: group,
      inputs: {
        ...of(group),
        name: "suite-group",
        vpcId: "vpc-0a1b2c3d4e5f60718",
        tags: tags(group, "suite-group"),
      },
      marks: ["suite-group"],
      edits: {
        name: "suite-group-2",
        description: "another description",
        vpcId: OTHER_VPC,
        ingress: rules.slice(1),
        egress: outgoing.slice(1),
        revokeRulesOnDelete: true,
        tags: tags(group, "suite-group-2"),
      },
    },
    {
      name: "instance",
      type: instance,
      inputs: {
        ...of(instance),
        primaryNetworkInterface: { networkInterfaceId: primary },
        tags: tags(instance, "suite-instance"),
      },
      marks: [primary, "suite-instance"],
      edits: {
        ami: "ami-00000000000000000",
        instanceType: "c5.xlarge",
        primaryNetworkInterface: { networkInterfaceId: spare },
        metadataOptions: { httpTokens: "optional" },
        userDataReplaceOnChange: true,
        tags: tags(instance, "suite-instance-2"),
      },
    },
    ...records(deployed),
  ];
}

/** One record of each kind that stands in the state. */
function records(deployed: readonly DeployedResource[]): SuitedResource[] {
  const type = "cloudflare:index/dnsRecord:DnsRecord";
  const kinds = new Map<string, Props>();
  for (const resource of deployed) {
    if (resource.type !== type) continue;
    const { __defaults, ...inputs } = resource.inputs;
    const kind = String(inputs["type"]);
    if (!kinds.has(kind)) kinds.set(kind, inputs);
  }
  return [...kinds].sort().map(([kind, given]) => {
    const name = `${kind.toLowerCase()}.suite.${ZONE.name}`;
    const edits: Record<string, unknown> = {
      zoneId: OTHER_ZONE.id,
      name: `${kind.toLowerCase()}2.suite.${ZONE.name}`,
      type: kind === "A" ? "TXT" : "A",
      ttl: 600,
      proxied: kind === "A" || kind === "CNAME" ? true : undefined,
      content: CONTENT[kind],
      priority: 20,
      data: { flags: 0, tag: "issue", value: "other-ca.example" },
    };
    return {
      name: `record-${kind}`,
      type,
      inputs: { ...given, zoneId: ZONE.id, name },
      // In quotes: one name ends in another.
      marks: [`"${name}"`, `"${kind.toLowerCase()}2.suite.${ZONE.name}"`],
      edits: Object.fromEntries(Object.keys(given).map((input) => [input, edits[input]])),
    };
  });
}

const CONTENT: Readonly<Record<string, string>> = {
  A: "192.0.2.99",
  CNAME: "other.operator.example",
  MX: "other.operator.example",
  TXT: '"v=spf1 ~all"',
};

/** What a component looks up, asked of the prepared world. */
export function lookUps(ids: Ids): { name: string; token: string; args: Props }[] {
  const [bound = ""] = ids.eips;
  return [
    { name: "identity", token: "aws:index/getCallerIdentity:getCallerIdentity", args: {} },
    { name: "region", token: "aws:index/getRegion:getRegion", args: {} },
    {
      name: "addresses",
      token: "aws:ec2/getEips:getEips",
      args: { filters: [{ name: "allocation-id", values: [bound] }] },
    },
    { name: "address", token: "aws:ec2/getElasticIp:getElasticIp", args: { id: bound } },
    {
      name: "instance-type",
      token: "aws:ec2/getInstanceType:getInstanceType",
      args: { instanceType: "c5.large" },
    },
    {
      name: "network-interface",
      token: "aws:ec2/getNetworkInterface:getNetworkInterface",
      args: { id: ids.interfaces[2] ?? "" },
    },
    { name: "subnet", token: "aws:ec2/getSubnet:getSubnet", args: { id: SUBNET } },
    { name: "zone", token: "cloudflare:index/getZone:getZone", args: { zoneId: ZONE.id } },
  ];
}
