/** An instance as `DescribeInstances` shows it. */

import { accountId } from "../account.ts";
import type { Instance, NetworkInterface } from "../state.ts";
import type { Xml } from "../xml.ts";
import { holderOf } from "./associations.ts";
import { type Call, isoTime, tagSet } from "./call.ts";
import { describeInterface, groupSet } from "./interfaces.ts";
import { describeMetadata } from "./metadata-options.ts";

/** A state as the API has it. */
export function stateOf(state: Instance["state"]): { code: number; name: string } {
  return { code: state === "running" ? 16 : 48, name: state };
}

export function describeInstance(call: Call, instance: Instance): Xml {
  const subnet = call.region.subnets[instance.subnetId];
  const interfaces = Object.values(call.region.networkInterfaces)
    .filter(({ attachment }) => attachment?.instanceId === instance.id)
    .sort((a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0));
  const [primary] = interfaces;
  const privateIp = primary?.privateIps[0];
  const profile = instance.instanceProfile;
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: stateOf(instance.state),
    privateDnsName: "",
    dnsName: "",
    keyName: instance.keyName,
    amiLaunchIndex: 0,
    instanceType: instance.type,
    launchTime: isoTime(instance.launchTime),
    placement: {
      availabilityZone: subnet?.availabilityZone,
      groupName: "",
      tenancy: "default",
    },
    monitoring: { state: "disabled" },
    subnetId: primary && instance.subnetId,
    vpcId: primary && subnet?.vpcId,
    privateIpAddress: privateIp,
    ipAddress: primary && holderOf(call, primary.id, privateIp ?? "")?.publicIp,
    sourceDestCheck: primary?.sourceDestCheck,
    groupSet: groupSet(call, primary?.groups ?? []),
    architecture: "x86_64",
    rootDeviceType: "ebs",
    rootDeviceName: "/dev/xvda",
    blockDeviceMapping: [],
    virtualizationType: "hvm",
    clientToken: instance.clientToken,
    tagSet: tagSet(instance.tags),
    hypervisor: "xen",
    ebsOptimized: false,
    iamInstanceProfile: profile && {
      arn: `arn:aws:iam::${accountId}:instance-profile/${profile}`,
      id: `AIPASANDBOX${profile.toUpperCase().replace(/[^A-Z0-9]/g, "")}`,
    },
    networkInterfaceSet: interfaces.map((eni) => describeOwn(call, eni)),
    metadataOptions: describeMetadata(instance.metadata),
  };
}

/** What an instance says of an interface of its own, which is less than the interface says of itself. */
function describeOwn(call: Call, eni: NetworkInterface): Xml {
  const {
    availabilityZone,
    requesterManaged,
    tagSet: tags,
    attachment,
    ...whole
  } = describeInterface(call, eni);
  const at = attachment as { [name: string]: Xml };
  const { instanceId, instanceOwnerId, ...attached } = at;
  return { ...whole, attachment: attached };
}
