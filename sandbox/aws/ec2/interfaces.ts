/** Network interfaces: create, describe, modify, attach, delete. */

import { accountId } from "../account.ts";
import { ApiError } from "../error.ts";
import { newId, newMac } from "../ids.ts";
import type { Params } from "../params.ts";
import type { NetworkInterface } from "../state.ts";
import type { Xml } from "../xml.ts";
import { holderOf } from "./associations.ts";
import {
  applyFilters,
  type Call,
  findById,
  type Handler,
  invalidParameter,
  isoTime,
  needInterface,
  pickById,
  tagSet,
  tagsFromParams,
} from "./call.ts";
import { checkIpLimit, typeOf } from "./instance-types.ts";
import { choosePrivateIps } from "./private-ips.ts";
import { groupsFor } from "./security-groups.ts";

export const interfaceHandlers: Readonly<Record<string, Handler>> = {
  /** A call that is repeated with its token, because its answer was lost, makes no second interface. */
  CreateNetworkInterface(call) {
    const { params, region } = call;
    const clientToken = params.get("ClientToken");
    const earlier = Object.values(region.networkInterfaces).find(
      (eni) => clientToken !== undefined && eni.clientToken === clientToken,
    );
    if (earlier !== undefined) return { networkInterface: describeInterface(call, earlier) };
    const eni = createInterface(call, params);
    eni.tags = tagsFromParams(params, "network-interface");
    if (clientToken !== undefined) eni.clientToken = clientToken;
    return { networkInterface: describeInterface(call, eni) };
  },

  DescribeNetworkInterfaces(call) {
    const { params, region } = call;
    const found = pickById(
      region.networkInterfaces,
      params.list("NetworkInterfaceId"),
      "InvalidNetworkInterfaceID.NotFound",
      "networkInterface ID",
    );
    const shown = applyFilters(call, found, (eni) => ({
      tags: eni.tags,
      values: {
        "network-interface-id": [eni.id],
        "subnet-id": [eni.subnetId],
        "vpc-id": [region.subnets[eni.subnetId]?.vpcId],
        "group-id": eni.groups,
        description: [eni.description],
        status: [eni.attachment === undefined ? "available" : "in-use"],
        "private-ip-address": [eni.privateIps[0]],
        "addresses.private-ip-address": eni.privateIps,
        "attachment.attachment-id": [attachmentOf(call, eni)?.id],
        "attachment.instance-id": [attachmentOf(call, eni)?.instanceId],
        "owner-id": [accountId],
      },
    }));
    return { networkInterfaceSet: shown.map((eni) => describeInterface(call, eni)) };
  },

  ModifyNetworkInterfaceAttribute(call) {
    const { params, region } = call;
    const eni = needInterface(call, params.need("NetworkInterfaceId"));
    const groupIds = params.list("SecurityGroupId");
    const vpcId = region.subnets[eni.subnetId]?.vpcId ?? "";
    const groups = groupIds.length > 0 ? groupsFor(call, groupIds, vpcId) : eni.groups;
    const deletes = params.flag("Attachment.DeleteOnTermination");
    if (deletes !== undefined) {
      const wanted = params.need("Attachment.AttachmentId");
      if (eni.attachment?.id !== wanted) throw noAttachment(wanted);
      eni.attachment.deleteOnTermination = deletes;
    }
    eni.groups = groups;
    eni.description = params.get("Description.Value") ?? eni.description;
    eni.sourceDestCheck = params.flag("SourceDestCheck.Value") ?? eni.sourceDestCheck;
    return { return: true };
  },

  AttachNetworkInterface(call) {
    const { params } = call;
    const eni = needInterface(call, params.need("NetworkInterfaceId"));
    const index = params.int("DeviceIndex");
    if (index === undefined) throw invalidParameter("DeviceIndex must be given.");
    attach(call, eni, params.need("InstanceId"), index, false);
    return { attachmentId: eni.attachment?.id, networkCardIndex: 0 };
  },

  DetachNetworkInterface(call) {
    const id = call.params.need("AttachmentId");
    const eni = Object.values(call.region.networkInterfaces).find(
      ({ attachment }) => attachment?.id === id,
    );
    if (eni === undefined) throw noAttachment(id);
    if (eni.attachment?.deviceIndex === 0) {
      throw new ApiError(
        "OperationNotPermitted",
        "The network interface at device index 0 cannot be detached.",
      );
    }
    if (eni.attachment !== undefined) {
      eni.detached = { ...eni.attachment, until: call.now + DETACHED };
    }
    delete eni.attachment;
    return { return: true };
  },

  /** Only a detached one; an Elastic IP that it carries is set free. */
  DeleteNetworkInterface(call) {
    const eni = needInterface(call, call.params.need("NetworkInterfaceId"));
    if (eni.attachment !== undefined) {
      throw new ApiError(
        "InvalidNetworkInterface.InUse",
        `Network interface '${eni.id}' is currently in use.`,
      );
    }
    removeInterface(call, eni);
    return { return: true };
  },
};

/** Milliseconds that an attachment is shown as detached: the official provider waits until it is. */
const DETACHED = 3_000;

/** What is shown as an interface's attachment. */
function attachmentOf({ now }: Call, { attachment, detached }: NetworkInterface) {
  if (attachment !== undefined) return { ...attachment, status: "attached" };
  if (detached === undefined || detached.until <= now) return undefined;
  return { ...detached, status: "detached" };
}

/** From the parameters of `CreateNetworkInterface`, or of one interface of `RunInstances`. */
export function createInterface(call: Call, params: Params): NetworkInterface {
  const { region, aws } = call;
  const subnetId = params.need("SubnetId");
  const subnet = findById(region.subnets, subnetId, "InvalidSubnetID.NotFound", "subnet ID");
  const groups = groupsFor(call, params.list("SecurityGroupId"), subnet.vpcId);
  const privateIps = choosePrivateIps(call, subnet, params);
  const eni: NetworkInterface = {
    id: newId(aws, "eni"),
    subnetId,
    description: params.get("Description") ?? "",
    macAddress: newMac(aws),
    privateIps,
    groups,
    sourceDestCheck: true,
    tags: {},
  };
  region.networkInterfaces[eni.id] = eni;
  return eni;
}

export function removeInterface(call: Call, eni: NetworkInterface): void {
  for (const ip of eni.privateIps) delete holderOf(call, eni.id, ip)?.association;
  delete call.region.networkInterfaces[eni.id];
}

export function attach(
  call: Call,
  eni: NetworkInterface,
  instanceId: string,
  deviceIndex: number,
  deleteOnTermination: boolean,
): void {
  const { region, aws, now } = call;
  const instance = findById(
    region.instances,
    instanceId,
    "InvalidInstanceID.NotFound",
    "instance ID",
  );
  if (instance.state === "terminated") {
    throw new ApiError("IncorrectInstanceState", `Instance '${instanceId}' is terminated.`);
  }
  if (eni.attachment !== undefined) {
    throw new ApiError("InvalidNetworkInterface.InUse", `Interface: [${eni.id}] in use.`);
  }
  const limits = typeOf(instance.type);
  const attached = Object.values(region.networkInterfaces).filter(
    ({ attachment }) => attachment?.instanceId === instanceId,
  );
  if (attached.some(({ attachment }) => attachment?.deviceIndex === deviceIndex)) {
    throw invalidParameter(
      `Instance '${instanceId}' already has an interface attached at device index '${deviceIndex}'.`,
    );
  }
  if (attached.length >= limits.interfaces) {
    throw new ApiError(
      "AttachmentLimitExceeded",
      `Interface count ${attached.length + 1} exceeds the limit for ${instance.type}`,
    );
  }
  checkIpLimit(instance.type, eni.privateIps.length);
  const id = newId(aws, "eni-attach");
  eni.attachment = { id, instanceId, deviceIndex, deleteOnTermination, attachTime: now };
}

function noAttachment(id: string): ApiError {
  return new ApiError("InvalidAttachmentID.NotFound", `The attachment ID '${id}' does not exist`);
}

export function groupSet({ region }: Call, groups: readonly string[]): Xml {
  return groups.map((groupId) => ({ groupId, groupName: region.securityGroups[groupId]?.name }));
}

export function describeInterface(call: Call, eni: NetworkInterface): { [name: string]: Xml } {
  const subnet = call.region.subnets[eni.subnetId];
  const attachment = attachmentOf(call, eni);
  const association = (ip: string): Xml => {
    const holder = holderOf(call, eni.id, ip);
    return (
      holder && {
        publicIp: holder.publicIp,
        publicDnsName: "",
        ipOwnerId: accountId,
        allocationId: holder.allocationId,
        associationId: holder.association?.id,
      }
    );
  };
  const [primary = ""] = eni.privateIps;
  return {
    networkInterfaceId: eni.id,
    subnetId: eni.subnetId,
    vpcId: subnet?.vpcId,
    availabilityZone: subnet?.availabilityZone,
    description: eni.description,
    ownerId: accountId,
    requesterManaged: false,
    status: eni.attachment === undefined ? "available" : "in-use",
    macAddress: eni.macAddress,
    privateIpAddress: primary,
    sourceDestCheck: eni.sourceDestCheck,
    interfaceType: "interface",
    groupSet: groupSet(call, eni.groups),
    attachment: attachment && {
      attachmentId: attachment.id,
      instanceId: attachment.instanceId,
      instanceOwnerId: accountId,
      deviceIndex: attachment.deviceIndex,
      networkCardIndex: 0,
      status: attachment.status,
      attachTime: isoTime(attachment.attachTime),
      deleteOnTermination: attachment.deleteOnTermination,
    },
    association: association(primary),
    privateIpAddressesSet: eni.privateIps.map((ip, index) => ({
      privateIpAddress: ip,
      primary: index === 0,
      association: association(ip),
    })),
    tagSet: tagSet(eni.tags),
  };
}
