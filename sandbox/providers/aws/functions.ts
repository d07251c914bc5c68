/** The data sources: what a program may ask AWS without owning it. */
import type { Filter } from "@aws-sdk/client-ec2";
import { compact, flag, map, objects, type Props, text, texts } from "../values.ts";
import { type Aws, regionalArn } from "./client.ts";
import { describeEip } from "./eip.ts";
import { withErrorContext } from "./errors.ts";
import { ipsOf } from "./network-interface.ts";
import { readTags } from "./tags.ts";

type Run = (aws: Aws, args: Props) => Promise<Props>;

function filtersOf(args: Props, simple: Readonly<Record<string, string>>): { Filters?: Filter[] } {
  const Filters: Filter[] = objects(args["filters"]).map((filter) => ({
    Name: text(filter["name"]),
    Values: texts(filter["values"]),
  }));
  for (const [arg, name] of Object.entries(simple)) {
    const value = text(args[arg]);
    if (value !== undefined) Filters.push({ Name: name, Values: [value] });
  }
  for (const [key, value] of Object.entries(map(args["tags"]))) {
    Filters.push({ Name: `tag:${key}`, Values: [value] });
  }
  return Filters.length > 0 ? { Filters } : {};
}

/** Exactly one, as every singular data source demands. */
function only<T>(found: readonly T[] | undefined, what: string): T {
  const [first] = found ?? [];
  if (first === undefined) {
    throw new Error(`no matching ${what} found`);
  }
  if ((found?.length ?? 0) > 1) {
    throw new Error(
      `multiple ${what}s matched; use additional constraints to reduce matches to a single ${what}`,
    );
  }
  return first;
}

const getCallerIdentity: Run = async (aws) => {
  const { account, arn, userId } = await aws.identity();
  return { accountId: account, arn, id: account, userId };
};

const getRegion: Run = async (aws) => ({
  description: aws.region,
  endpoint: `ec2.${aws.region}.amazonaws.com`,
  id: aws.region,
  name: aws.region,
  region: aws.region,
});

const getNetworkInterface: Run = async (aws, args) => {
  const id = text(args["id"]);
  const request = (await aws.ec2()).describeNetworkInterfaces({
    ...(id && { NetworkInterfaceIds: [id] }),
    ...filtersOf(args, {}),
  });
  const what = `reading EC2 Network Interface (${id ?? "filters"})`;
  const eni = only(
    (await withErrorContext(what, request)).NetworkInterfaces,
    "EC2 Network Interface",
  );
  const found = eni.NetworkInterfaceId ?? "";
  const { Association: association, Attachment: attachment } = eni;
  return compact({
    ...args,
    arn: await regionalArn(aws, "ec2", `network-interface/${found}`),
    associations: association
      ? [
          compact({
            allocationId: association.AllocationId,
            associationId: association.AssociationId,
            carrierIp: "",
            customerOwnedIp: "",
            ipOwnerId: association.IpOwnerId,
            publicDnsName: association.PublicDnsName,
            publicIp: association.PublicIp,
          }),
        ]
      : [],
    attachments: attachment
      ? [
          compact({
            attachmentId: attachment.AttachmentId,
            deviceIndex: attachment.DeviceIndex,
            instanceId: attachment.InstanceId,
            instanceOwnerId: attachment.InstanceOwnerId,
            networkCardIndex: attachment.NetworkCardIndex ?? 0,
          }),
        ]
      : [],
    availabilityZone: eni.AvailabilityZone ?? "",
    description: eni.Description ?? "",
    enaSrdSpecifications: [],
    id: found,
    interfaceType: eni.InterfaceType ?? "interface",
    ipv6Addresses: [],
    macAddress: eni.MacAddress ?? "",
    outpostArn: "",
    ownerId: eni.OwnerId ?? "",
    privateDnsName: eni.PrivateDnsName ?? "",
    privateIp: eni.PrivateIpAddress ?? "",
    privateIps: ipsOf(eni),
    region: aws.region,
    requesterId: eni.RequesterId ?? "",
    securityGroups: (eni.Groups ?? []).flatMap((group) => group.GroupId ?? []),
    subnetId: eni.SubnetId ?? "",
    tags: readTags(aws, eni.TagSet, {})["tagsAll"],
    vpcId: eni.VpcId ?? "",
  });
};

const getSubnet: Run = async (aws, args) => {
  const id = text(args["id"]);
  const request = (await aws.ec2()).describeSubnets({
    ...(id && { SubnetIds: [id] }),
    ...filtersOf(args, {
      availabilityZone: "availabilityZone",
      availabilityZoneId: "availabilityZoneId",
      cidrBlock: "cidrBlock",
      state: "state",
      vpcId: "vpc-id",
    }),
  });
  const subnet = only(
    (await withErrorContext("reading EC2 Subnet", request)).Subnets,
    "EC2 Subnet",
  );
  const found = subnet.SubnetId ?? "";
  return compact({
    ...args,
    arn: subnet.SubnetArn ?? (await regionalArn(aws, "ec2", `subnet/${found}`)),
    assignIpv6AddressOnCreation: subnet.AssignIpv6AddressOnCreation ?? false,
    availabilityZone: subnet.AvailabilityZone ?? "",
    availabilityZoneId: subnet.AvailabilityZoneId ?? "",
    availableIpAddressCount: subnet.AvailableIpAddressCount ?? 0,
    cidrBlock: subnet.CidrBlock ?? "",
    defaultForAz: subnet.DefaultForAz ?? false,
    id: found,
    mapPublicIpOnLaunch: subnet.MapPublicIpOnLaunch ?? false,
    outpostArn: "",
    ownerId: subnet.OwnerId ?? "",
    region: aws.region,
    state: subnet.State ?? "available",
    tags: readTags(aws, subnet.Tags, {})["tagsAll"],
    vpcId: subnet.VpcId ?? "",
  });
};

const getInstanceType: Run = async (aws, args) => {
  const name = text(args["instanceType"]) ?? "";
  const request = (await aws.ec2()).describeInstanceTypes({
    // Any name is valid on the wire; the SDK's type lists those of its day.
    InstanceTypes: [name as "c5.large"],
  });
  const what = `reading EC2 Instance Type (${name})`;
  const type = only((await withErrorContext(what, request)).InstanceTypes, "EC2 Instance Type");
  const network = type.NetworkInfo;
  return compact({
    ...args,
    bareMetal: type.BareMetal ?? false,
    currentGeneration: type.CurrentGeneration ?? true,
    defaultNetworkCardIndex: network?.DefaultNetworkCardIndex ?? 0,
    defaultVcpus: type.VCpuInfo?.DefaultVCpus,
    hypervisor: type.Hypervisor,
    id: name,
    instanceType: name,
    ipv6Supported: network?.Ipv6Supported ?? false,
    maximumIpv4AddressesPerInterface: network?.Ipv4AddressesPerInterface,
    maximumIpv6AddressesPerInterface: network?.Ipv6AddressesPerInterface,
    maximumNetworkCards: network?.MaximumNetworkCards ?? 1,
    maximumNetworkInterfaces: network?.MaximumNetworkInterfaces,
    memorySize: type.MemoryInfo?.SizeInMiB,
    networkPerformance: network?.NetworkPerformance,
    region: aws.region,
  });
};

const getElasticIp: Run = async (aws, args) => {
  const id = text(args["id"]);
  const publicIp = text(args["publicIp"]);
  const request = (await aws.ec2()).describeAddresses({
    ...(id && { AllocationIds: [id] }),
    ...(publicIp && { PublicIps: [publicIp] }),
    ...filtersOf(args, {}),
  });
  const address = only((await withErrorContext("reading EC2 EIP", request)).Addresses, "EC2 EIP");
  const {
    allocationId: _,
    networkBorderGroup: __,
    ...outputs
  } = await describeEip(aws, address, {});
  return compact({
    ...args,
    ...outputs,
    id: address.AllocationId,
    instanceId: outputs["instance"],
    networkInterfaceId: outputs["networkInterface"],
    networkInterfaceOwnerId: address.NetworkInterfaceOwnerId ?? "",
    tags: outputs["tagsAll"],
  });
};

/** None is no fault: the plural data sources answer with empty lists. */
const getEips: Run = async (aws, args) => {
  const request = (await aws.ec2()).describeAddresses(filtersOf(args, {}));
  const found = (await withErrorContext("reading EC2 EIPs", request)).Addresses ?? [];
  return compact({
    ...args,
    allocationIds: found.flatMap(({ AllocationId }) => AllocationId ?? []),
    id: aws.region,
    publicIps: found.flatMap(({ PublicIp }) => PublicIp ?? []),
    region: aws.region,
  });
};

const getParameter: Run = async (aws, args) => {
  const name = text(args["name"]) ?? "";
  const request = (await aws.ssm()).getParameter({
    Name: name,
    WithDecryption: flag(args["withDecryption"]) ?? true,
  });
  const { Parameter: found } = await withErrorContext(`reading SSM Parameter (${name})`, request);
  const type = found?.Type ?? "String";
  return compact({
    ...args,
    arn: found?.ARN ?? "",
    id: found?.Name ?? name,
    insecureValue: type === "SecureString" ? "" : (found?.Value ?? ""),
    name: found?.Name ?? name,
    region: aws.region,
    type,
    value: found?.Value ?? "",
    version: found?.Version ?? 1,
  });
};

export const functions: Readonly<Record<string, Run>> = {
  "aws:ec2/getEips:getEips": getEips,
  "aws:ec2/getElasticIp:getElasticIp": getElasticIp,
  "aws:ec2/getInstanceType:getInstanceType": getInstanceType,
  "aws:ec2/getNetworkInterface:getNetworkInterface": getNetworkInterface,
  "aws:ec2/getSubnet:getSubnet": getSubnet,
  "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
  "aws:index/getRegion:getRegion": getRegion,
  "aws:ssm/getParameter:getParameter": getParameter,
};
