/** `aws.ec2.Eip`: an Elastic IP. */
import type { Address, AddressAttribute, EC2 } from "@aws-sdk/client-ec2";
import { InitFailure, type ResourceType } from "../resource.ts";
import { compact, type Props, text } from "../values.ts";
import { type Aws, regionalArn } from "./client.ts";
import { undefinedIfGone, withErrorContext } from "./errors.ts";
import { REGION, readTags, TAGS, tagSpecifications, updateTags } from "./tags.ts";

export const NO_ADDRESS = ["InvalidAllocationID.NotFound", "InvalidAddress.NotFound"];

export async function findAddress(ec2: EC2, id: string): Promise<Address | undefined> {
  const request = ec2.describeAddresses({ AllocationIds: [id] });
  const reply = await withErrorContext(
    `reading EC2 EIP (${id})`,
    undefinedIfGone(request, ...NO_ADDRESS),
  );
  return reply?.Addresses?.find((address) => address.AllocationId === id);
}

/** Where the domain name stands; undefined when the address has none. One that is gone is an error. */
export async function findAttribute(ec2: EC2, id: string): Promise<AddressAttribute | undefined> {
  const request = ec2.describeAddressesAttribute({
    AllocationIds: [id],
    Attribute: "domain-name",
  });
  return (await request).Addresses?.find((attribute) => attribute.AllocationId === id);
}

const dashed = (ip: string) => ip.replaceAll(".", "-");

export function publicDns(aws: Aws, ip: string): string {
  const zone = aws.region === "us-east-1" ? "compute-1" : `${aws.region}.compute`;
  return `ec2-${dashed(ip)}.${zone}.amazonaws.com`;
}

export function privateDns(aws: Aws, ip: string): string {
  const zone = aws.region === "us-east-1" ? "ec2.internal" : `${aws.region}.compute.internal`;
  return `ip-${dashed(ip)}.${zone}`;
}

export async function describeEip(aws: Aws, address: Address, state: Props): Promise<Props> {
  const ec2 = await aws.ec2();
  const id = address.AllocationId ?? "";
  const attribute = await withErrorContext(
    `reading EC2 EIP (${id}) domain name attribute`,
    findAttribute(ec2, id),
  );
  const pool = address.PublicIpv4Pool ?? "";
  const ip = address.PublicIp ?? "";
  const privateIp = address.PrivateIpAddress ?? "";
  return {
    allocationId: id,
    arn: await regionalArn(aws, "ec2", `elastic-ip/${id}`),
    associationId: address.AssociationId ?? "",
    carrierIp: address.CarrierIp ?? "",
    customerOwnedIp: address.CustomerOwnedIp ?? "",
    customerOwnedIpv4Pool: address.CustomerOwnedIpv4Pool ?? "",
    domain: address.Domain ?? "vpc",
    instance: address.InstanceId ?? "",
    ipamPoolId: pool.startsWith("ipam-pool-") ? pool : "",
    networkBorderGroup: address.NetworkBorderGroup ?? "",
    networkInterface: address.NetworkInterfaceId ?? "",
    ptrRecord: attribute?.PtrRecord?.replace(/\.$/, "") ?? "",
    publicDns: ip === "" ? "" : publicDns(aws, ip),
    publicIp: ip,
    publicIpv4Pool: pool,
    privateDns: privateIp === "" ? "" : privateDns(aws, privateIp),
    privateIp,
    region: aws.region,
    ...readTags(aws, address.Tags, state),
  };
}

async function associate(aws: Aws, id: string, inputs: Props): Promise<void> {
  const instance = text(inputs["instance"]);
  const eni = text(inputs["networkInterface"]);
  const privateIp = text(inputs["associateWithPrivateIp"]);
  if (instance === undefined && eni === undefined) return;
  const ec2 = await aws.ec2();
  const request = ec2.associateAddress({
    AllocationId: id,
    ...(instance && { InstanceId: instance }),
    ...(eni && { NetworkInterfaceId: eni }),
    ...(privateIp && { PrivateIpAddress: privateIp }),
  });
  await withErrorContext(`associating EC2 EIP (${id})`, request);
}

async function disassociate(ec2: EC2, association: string | undefined): Promise<void> {
  if (association === undefined) return;
  const request = ec2.disassociateAddress({ AssociationId: association });
  const what = `disassociating EC2 EIP (${association})`;
  await withErrorContext(what, undefinedIfGone(request, "InvalidAssociationID.NotFound"));
}

export const eip: ResourceType<Aws> = {
  fields: {
    address: { type: "string", forceNew: true },
    associateWithPrivateIp: { type: "string" },
    customerOwnedIpv4Pool: { type: "string" },
    domain: { type: "string", forceNew: true, computed: true, values: ["vpc", "standard"] },
    instance: { type: "string", computed: true },
    ipamPoolId: { type: "string", forceNew: true, computed: true },
    networkBorderGroup: { type: "string", forceNew: true, computed: true },
    networkInterface: { type: "string", computed: true },
    publicIpv4Pool: { type: "string", forceNew: true, computed: true },
    region: REGION,
    tags: TAGS,
  },
  outputs: [
    ...["allocationId", "arn", "associationId", "carrierIp", "customerOwnedIp", "privateDns"],
    ...["privateIp", "ptrRecord", "publicDns", "publicIp", "tagsAll"],
  ],
  changing: ["tagsAll"],
  async create({ client: aws }, inputs) {
    const ec2 = await aws.ec2();
    const domain = text(inputs["domain"]);
    const optional = compact({
      Address: text(inputs["address"]),
      CustomerOwnedIpv4Pool: text(inputs["customerOwnedIpv4Pool"]),
      IpamPoolId: text(inputs["ipamPoolId"]),
      NetworkBorderGroup: text(inputs["networkBorderGroup"]),
      PublicIpv4Pool: text(inputs["publicIpv4Pool"]),
    });
    const request = ec2.allocateAddress({
      ...optional,
      ...(domain === "vpc" || domain === "standard" ? { Domain: domain } : {}),
      ...tagSpecifications(aws, "elastic-ip", inputs["tags"]),
    });
    const id = (await withErrorContext("creating EC2 EIP", request)).AllocationId ?? "";
    try {
      await associate(aws, id, inputs);
    } catch (error) {
      throw new InitFailure(id, error instanceof Error ? error.message : String(error));
    }
    return { id };
  },
  async read({ client: aws }, id, state) {
    if (!id.startsWith("eipalloc-")) {
      throw new Error(
        "with the retirement of EC2-Classic standard domain EC2 EIPs are no longer supported",
      );
    }
    const address = await findAddress(await aws.ec2(), id);
    if (address === undefined) return undefined;
    const kept = compact({
      address: state["address"],
      associateWithPrivateIp: state["associateWithPrivateIp"],
    });
    return { id, outputs: { ...kept, ...(await describeEip(aws, address, state)) } };
  },
  async update({ client: aws }, id, { olds, news, changed }) {
    const moved = ["associateWithPrivateIp", "instance", "networkInterface"];
    if (changed.some((name) => moved.includes(name))) {
      await disassociate(await aws.ec2(), text(olds["associationId"]));
      await associate(aws, id, { ...olds, ...news });
    }
    if (changed.includes("tags")) await updateTags(aws, id, olds["tags"], news["tags"]);
  },
  async delete({ client: aws }, id, state) {
    const ec2 = await aws.ec2();
    await disassociate(ec2, text(state["associationId"]));
    const group = text(state["networkBorderGroup"]);
    const request = ec2.releaseAddress({
      AllocationId: id,
      ...(group && { NetworkBorderGroup: group }),
    });
    // One try, no wait: a PTR that lingers makes it fail.
    await withErrorContext(`deleting EC2 EIP (${id})`, undefinedIfGone(request, ...NO_ADDRESS));
  },
};
