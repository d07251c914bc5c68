/** The resources that each EC2 call is about, as EC2 asks IAM of them: what the Service Authorization Reference lists. */

import { accountId } from "../account.ts";
import type { Address, NetworkInterface, Tags } from "../state.ts";
import { allAddresses } from "./addresses.ts";
import { type Call, tagsFromParams } from "./call.ts";
import { tagsById } from "./tags.ts";

/** One of them. */
export interface CallResource {
  /** As in an ARN: `elastic-ip`. */
  type: string;
  /** Absent for what the call is to make. */
  id?: string;
  /** Of what is there; absent where EC2 knows no tags of it for this call. */
  tags?: Tags;
  /** That it is made with, or that are written to it. */
  requestTags?: Tags;
  /** The keys that are written or taken away. */
  tagKeys?: string[];
  /** Condition keys of its kind. */
  keys?: Record<string, string>;
  /** An ARN of its own form. */
  arn?: string;
}

type Find = (call: Call) => CallResource[];

export function arnOf({ regionName }: Pick<Call, "regionName">, type: string, id = "*"): string {
  return `arn:aws:ec2:${regionName}:${accountId}:${type}/${id}`;
}

function addressOf({ allocationId, publicIp, tags }: Address): CallResource {
  return {
    ...{ type: "elastic-ip", id: allocationId, tags },
    keys: {
      "ec2:AllocationId": allocationId,
      "ec2:PublicIpAddress": publicIp,
      "ec2:Domain": "vpc",
    },
  };
}

function interfaceOf(call: Call, { id, tags, subnetId }: NetworkInterface): CallResource {
  const vpcId = call.region.subnets[subnetId]?.vpcId;
  return {
    ...{ type: "network-interface", id, tags },
    keys: {
      "ec2:NetworkInterfaceID": id,
      "ec2:Subnet": arnOf(call, "subnet", subnetId),
      "ec2:Vpc": arnOf(call, "vpc", vpcId),
    },
  };
}

/** What is made, with the tags that the call gives it. */
function made({ params }: Call, type: string): CallResource {
  const requestTags = tagsFromParams(params, type);
  return { type, requestTags, tagKeys: Object.keys(requestTags) };
}

/** What is there under an id; nothing where it is not, for the call itself to say so. */
function existing(call: Call, type: string, ids: readonly (string | undefined)[]): CallResource[] {
  return ids.flatMap((id = "") => {
    const tags = tagsById(call, id);
    return tags === undefined ? [] : [{ type, id, tags }];
  });
}

function namedAddresses(call: Call): CallResource[] {
  const { params } = call;
  const [id, ip, association] = ["AllocationId", "PublicIp", "AssociationId"].map((name) =>
    params.get(name),
  );
  return allAddresses(call)
    .filter(
      (address) =>
        address.allocationId === id ||
        (id === undefined && address.publicIp === ip) ||
        (association !== undefined && address.association?.id === association),
    )
    .map(addressOf);
}

function namedInterfaces(call: Call): CallResource[] {
  const { params, region } = call;
  const wanted = [
    params.get("NetworkInterfaceId"),
    // Of an association, the interface that it is on.
    ...allAddresses(call).flatMap(({ association }) =>
      association !== undefined && association.id === params.get("AssociationId")
        ? association.networkInterfaceId
        : [],
    ),
  ];
  const attachment = params.get("AttachmentId");
  return Object.values(region.networkInterfaces)
    .filter(
      (eni) =>
        wanted.includes(eni.id) || (attachment !== undefined && eni.attachment?.id === attachment),
    )
    .map((eni) => interfaceOf(call, eni));
}

const own: Find = (call) => namedInterfaces(call);
const group: Find = (call) => existing(call, "security-group", [call.params.get("GroupId")]);
const instance: Find = (call) =>
  existing(call, "instance", [call.params.get("InstanceId"), ...call.params.list("InstanceId")]);

/** An interface and what machine it hangs on, or is to. */
const attachment: Find = (call) => {
  const found = namedInterfaces(call);
  const at = found.map(({ id = "" }) => call.region.networkInterfaces[id]?.attachment?.instanceId);
  return [...found, ...existing(call, "instance", [call.params.get("InstanceId"), ...at])];
};

const tagged: Find = (call) => {
  const { params } = call;
  const tags = params.groups("Tag").map((tag) => [tag.need("Key"), tag.get("Value") ?? ""]);
  return params.list("ResourceId").flatMap((id) => {
    const found = resourceById(call, id);
    const requestTags: Tags = Object.fromEntries(tags);
    return found === undefined
      ? []
      : [{ ...found, requestTags, tagKeys: Object.keys(requestTags) }];
  });
};

/** By the kind of its id. */
const KINDS: Readonly<Record<string, string>> = {
  sg: "security-group",
  i: "instance",
  subnet: "subnet",
  vpc: "vpc",
};

function resourceById(call: Call, id: string): CallResource | undefined {
  const address = call.region.addresses[id];
  if (address !== undefined) return addressOf(address);
  const eni = call.region.networkInterfaces[id];
  if (eni !== undefined) return interfaceOf(call, eni);
  const type = KINDS[id.split("-")[0] ?? ""];
  return type === undefined ? undefined : existing(call, type, [id])[0];
}

const run: Find = (call) => {
  const { params, region } = call;
  const interfaces = params
    .groups("NetworkInterface")
    .flatMap((entry) => region.networkInterfaces[entry.get("NetworkInterfaceId") ?? ""] ?? []);
  const subnets = [...interfaces.map(({ subnetId }) => subnetId), params.get("SubnetId")];
  const groups = [...interfaces.flatMap((eni) => eni.groups), ...params.list("SecurityGroupId")];
  const key = params.get("KeyName");
  const image = params.get("ImageId") ?? "*";
  return [
    made(call, "instance"),
    { type: "image", arn: `arn:aws:ec2:${call.regionName}::image/${image}` },
    // Of an interface that is there EC2 asks nothing by its tags at a launch.
    ...interfaces.map((eni) => withoutTags(interfaceOf(call, eni))),
    ...(interfaces.length === 0 ? [made(call, "network-interface")] : []),
    ...existing(call, "security-group", [...new Set(groups)]),
    ...existing(call, "subnet", [...new Set(subnets)]),
    made(call, "volume"),
    ...(key === undefined ? [] : [{ type: "key-pair", id: key }]),
  ];
};

function withoutTags({ tags: _, ...resource }: CallResource): CallResource {
  return resource;
}

/** The instance profile of a launch: its role, which the sandbox takes to have the profile's name. */
export function passedRole({ params }: Call): string | undefined {
  const arn = params.get("IamInstanceProfile.Arn");
  const name = params.get("IamInstanceProfile.Name") ?? arn?.slice(arn.lastIndexOf("/") + 1);
  return name === undefined ? undefined : `arn:aws:iam::${accountId}:role/${name}`;
}

/** By action. One that is not here is restricted to no resource, as almost every `Describe…` is. */
export const callResources: Readonly<Record<string, Find>> = {
  AllocateAddress: (call) => {
    const pool = call.params.get("PublicIpv4Pool");
    const named =
      pool === undefined || pool === "amazon" ? [] : [{ type: "ipv4pool-ec2", id: pool }];
    return [made(call, "elastic-ip"), ...named];
  },
  AssociateAddress: (call) => [...namedAddresses(call), ...namedInterfaces(call)],
  DisassociateAddress: (call) => [...namedAddresses(call), ...namedInterfaces(call)],
  ReleaseAddress: namedAddresses,
  ModifyAddressAttribute: namedAddresses,
  ResetAddressAttribute: namedAddresses,
  CreateTags: tagged,
  DeleteTags: tagged,
  CreateNetworkInterface: (call) => [
    made(call, "network-interface"),
    ...existing(call, "subnet", [call.params.get("SubnetId")]),
    ...existing(call, "security-group", call.params.list("SecurityGroupId")),
  ],
  ModifyNetworkInterfaceAttribute: (call) => [
    ...own(call),
    ...existing(call, "security-group", call.params.list("SecurityGroupId")),
  ],
  DeleteNetworkInterface: own,
  AssignPrivateIpAddresses: own,
  UnassignPrivateIpAddresses: own,
  AttachNetworkInterface: attachment,
  DetachNetworkInterface: attachment,
  CreateSecurityGroup: (call) => [
    made(call, "security-group"),
    ...existing(call, "vpc", [call.params.get("VpcId")]),
  ],
  DeleteSecurityGroup: group,
  AuthorizeSecurityGroupIngress: group,
  AuthorizeSecurityGroupEgress: group,
  RevokeSecurityGroupIngress: group,
  RevokeSecurityGroupEgress: group,
  RunInstances: run,
  TerminateInstances: instance,
  ModifyInstanceMetadataOptions: instance,
  DescribeInstanceAttribute: instance,
};
