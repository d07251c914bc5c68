/** `aws.ec2.NetworkInterface` with its private addresses. */
import { crc32 } from "node:zlib";
import type { EC2, NetworkInterface } from "@aws-sdk/client-ec2";
import { InitFailure, type ResourceType } from "../resource.ts";
import { number, objects, type Props, text, texts } from "../values.ts";
import { type Aws, regionalArn } from "./client.ts";
import { undefinedIfGone, waitFor, withErrorContext } from "./errors.ts";
import { REGION, readTags, TAGS, tagSpecifications, updateTags } from "./tags.ts";

const MINUTES = 60_000;
const GONE = "InvalidNetworkInterfaceID.NotFound";

export async function findInterface(ec2: EC2, id: string): Promise<NetworkInterface | undefined> {
  const request = ec2.describeNetworkInterfaces({ NetworkInterfaceIds: [id] });
  const reply = await withErrorContext(
    `reading EC2 Network Interface (${id})`,
    undefinedIfGone(request, GONE),
  );
  return reply?.NetworkInterfaces?.find((eni) => eni.NetworkInterfaceId === id);
}

export const ipsOf = (eni: NetworkInterface): string[] =>
  (eni.PrivateIpAddresses ?? []).flatMap((each) => each.PrivateIpAddress ?? []);

/** A set has the order of its hashes, so which address comes first, and is primary, is chance. */
export function inSetOrder(ips: readonly string[]): string[] {
  // Each is hashed as the Go SDK writes it, with a semicolon behind it.
  const hash = (ip: string) => String(crc32(`${ip};`));
  return [...ips].sort((a, b) => (hash(a) < hash(b) ? -1 : 1));
}

/** The addresses wanted, primary first; undefined leaves them to AWS. */
function wantedIps(inputs: Props): string[] | undefined {
  const ips = inSetOrder(texts(inputs["privateIps"]));
  return ips.length > 0 ? ips : undefined;
}

async function describe(aws: Aws, eni: NetworkInterface, state: Props): Promise<Props> {
  const id = eni.NetworkInterfaceId ?? "";
  const ips = ipsOf(eni);
  const at = eni.Attachment;
  const attachment =
    at?.AttachmentId === undefined
      ? []
      : [
          {
            attachmentId: at.AttachmentId,
            deviceIndex: at.DeviceIndex ?? 0,
            instance: at.InstanceId ?? "",
            networkCardIndex: at.NetworkCardIndex ?? 0,
          },
        ];
  return {
    arn: await regionalArn(aws, "ec2", `network-interface/${id}`),
    attachments: attachment,
    description: eni.Description ?? "",
    interfaceType: eni.InterfaceType ?? "interface",
    ipv6AddressCount: 0,
    macAddress: eni.MacAddress ?? "",
    outpostArn: "",
    ownerId: eni.OwnerId ?? "",
    privateDnsName: eni.PrivateDnsName ?? "",
    privateIp: eni.PrivateIpAddress ?? "",
    privateIpLists: ips,
    privateIps: inSetOrder(ips),
    privateIpsCount: ips.length - 1,
    region: aws.region,
    securityGroups: (eni.Groups ?? []).flatMap((group) => group.GroupId ?? []).sort(),
    sourceDestCheck: eni.SourceDestCheck ?? true,
    subnetId: eni.SubnetId ?? "",
    ...readTags(aws, eni.TagSet, state),
  };
}

const count = { type: "number", computed: true } as const;
const some = { type: "set", computed: true } as const;

export async function detach(ec2: EC2, eni: string, attachment: string, timeoutMs: number) {
  const request = ec2.detachNetworkInterface({ AttachmentId: attachment, Force: true });
  const what = `detaching EC2 Network Interface (${eni}/${attachment})`;
  await withErrorContext(what, undefinedIfGone(request, "InvalidAttachmentID.NotFound", GONE));
  await waitFor(what, timeoutMs, async () => {
    const live = await findAttached(ec2, attachment);
    return live === undefined || live.Attachment?.Status === "detached" ? true : undefined;
  });
}

/** The interface that an attachment is of. */
export async function findAttached(ec2: EC2, id: string): Promise<NetworkInterface | undefined> {
  const Filters = [{ Name: "attachment.attachment-id", Values: [id] }];
  const request = ec2.describeNetworkInterfaces({ Filters });
  const reply = await withErrorContext(`reading EC2 Network Interface Attachment (${id})`, request);
  return reply.NetworkInterfaces?.find((eni) => eni.Attachment?.AttachmentId === id);
}

/** Secondary addresses come and go in place: what the state has is held against what is wanted. */
async function moveIps(ec2: EC2, id: string, before: string[], wanted: string[]): Promise<void> {
  const surplus = before.filter((ip) => !wanted.includes(ip));
  const missing = wanted.filter((ip) => !before.includes(ip));
  if (surplus.length > 0) {
    const request = ec2.unassignPrivateIpAddresses({
      NetworkInterfaceId: id,
      PrivateIpAddresses: surplus,
    });
    await withErrorContext(
      `unassigning EC2 Network Interface (${id}) private IPv4 addresses`,
      request,
    );
  }
  if (missing.length > 0) {
    const request = ec2.assignPrivateIpAddresses({
      NetworkInterfaceId: id,
      PrivateIpAddresses: missing,
    });
    await withErrorContext(
      `assigning EC2 Network Interface (${id}) private IPv4 addresses`,
      request,
    );
  }
}

export const networkInterface: ResourceType<Aws> = {
  fields: {
    description: { type: "string" },
    interfaceType: { type: "string", forceNew: true, computed: true },
    privateIp: { type: "string", computed: true },
    privateIps: some,
    privateIpsCount: count,
    region: REGION,
    securityGroups: some,
    sourceDestCheck: { type: "boolean", default: true },
    subnetId: { type: "string", required: true, forceNew: true },
    tags: TAGS,
  },
  outputs: [
    "arn",
    "attachments",
    "macAddress",
    "outpostArn",
    "ownerId",
    "privateDnsName",
    "tagsAll",
  ],
  changing: ["tagsAll"],
  replaces(olds, news, changed) {
    if (!changed.includes("privateIps")) return [];
    const primary = text(olds["privateIp"]);
    return texts(news["privateIps"]).some((ip) => ip === primary) ? [] : ["privateIps"];
  },
  async create({ client: aws }, inputs) {
    const ec2 = await aws.ec2();
    const ips = wantedIps(inputs);
    const groups = texts(inputs["securityGroups"]);
    const extra = number(inputs["privateIpsCount"]);
    const description = text(inputs["description"]);
    const request = ec2.createNetworkInterface({
      SubnetId: text(inputs["subnetId"]),
      ...(description && { Description: description }),
      ...(groups.length > 0 && { Groups: groups }),
      ...(ips && {
        PrivateIpAddresses: ips.map((ip, i) => ({
          PrivateIpAddress: ip,
          ...(i === 0 && { Primary: true }),
        })),
      }),
      ...(!ips && extra && { SecondaryPrivateIpAddressCount: extra }),
      ...tagSpecifications(aws, "network-interface", inputs["tags"]),
    });
    const reply = await withErrorContext("creating EC2 Network Interface", request);
    const id = reply.NetworkInterface?.NetworkInterfaceId ?? "";
    try {
      if (inputs["sourceDestCheck"] === false) await setSourceDestCheck(ec2, id, false);
    } catch (error) {
      throw new InitFailure(id, error instanceof Error ? error.message : String(error));
    }
    return { id };
  },
  async read({ client: aws }, id, state) {
    const eni = await findInterface(await aws.ec2(), id);
    return eni === undefined ? undefined : { id, outputs: await describe(aws, eni, state) };
  },
  async update({ client: aws }, id, { olds, news, changed }) {
    const ec2 = await aws.ec2();
    if (changed.includes("tags")) await updateTags(aws, id, olds["tags"], news["tags"]);
    const ips = wantedIps(news);
    if (changed.includes("privateIps") && ips !== undefined) {
      await moveIps(ec2, id, texts(olds["privateIps"]), ips);
    }
    if (changed.includes("sourceDestCheck")) {
      await setSourceDestCheck(ec2, id, news["sourceDestCheck"] !== false);
    }
    const what = `modifying EC2 Network Interface (${id})`;
    if (changed.includes("securityGroups")) {
      const Groups = texts(news["securityGroups"]);
      const change = { NetworkInterfaceId: id, Groups };
      await withErrorContext(what, ec2.modifyNetworkInterfaceAttribute(change));
    }
    if (changed.includes("description")) {
      const Description = { Value: text(news["description"]) ?? "" };
      const change = { NetworkInterfaceId: id, Description };
      await withErrorContext(what, ec2.modifyNetworkInterfaceAttribute(change));
    }
  },
  async delete({ client: aws, timeoutMs }, id, state) {
    const ec2 = await aws.ec2();
    const attached = objects(state["attachments"])[0]?.["attachmentId"];
    if (typeof attached === "string") await detach(ec2, id, attached, timeoutMs ?? 10 * MINUTES);
    const request = ec2.deleteNetworkInterface({ NetworkInterfaceId: id });
    await withErrorContext(
      `deleting EC2 Network Interface (${id})`,
      undefinedIfGone(request, GONE),
    );
  },
};

async function setSourceDestCheck(ec2: EC2, id: string, on: boolean): Promise<void> {
  const request = ec2.modifyNetworkInterfaceAttribute({
    NetworkInterfaceId: id,
    SourceDestCheck: { Value: on },
  });
  await withErrorContext(`modifying EC2 Network Interface (${id}) SourceDestCheck`, request);
}
