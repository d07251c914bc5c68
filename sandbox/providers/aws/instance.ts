/** `aws.ec2.Instance`, as far as a mail host needs it. */
import type {
  _InstanceType,
  EC2,
  Instance,
  InstanceMetadataOptionsRequest,
} from "@aws-sdk/client-ec2";
import type { Field } from "../field.ts";
import { InitFailure, type ResourceType } from "../resource.ts";
import { compact, isObject, number, type Props, text, texts } from "../values.ts";
import { type Aws, regionalArn } from "./client.ts";
import { publicDns } from "./eip.ts";
import { undefinedIfGone, waitFor, withErrorContext } from "./errors.ts";
import { REGION, readTags, TAGS, tagSpecifications, updateTags } from "./tags.ts";

const TEN_MINUTES = 600_000;
const TWENTY_MINUTES = 1_200_000;
const GONE = "InvalidInstanceID.NotFound";

async function findInstance(ec2: EC2, id: string): Promise<Instance | undefined> {
  const request = ec2.describeInstances({ InstanceIds: [id] });
  const reply = await withErrorContext(
    `reading EC2 Instance (${id})`,
    undefinedIfGone(request, GONE),
  );
  const all = reply?.Reservations?.flatMap((each) => each.Instances ?? []);
  const found = all?.find((each) => each.InstanceId === id);
  return found?.State?.Name === "terminated" ? undefined : found;
}

/** The interfaces to launch with: those named by the program, or one that AWS makes. */
function interfaces(inputs: Props) {
  const primary = inputs["primaryNetworkInterface"];
  if (isObject(primary)) {
    const NetworkInterfaceId = text(primary["networkInterfaceId"]);
    return {
      NetworkInterfaces: [{ NetworkInterfaceId, DeviceIndex: 0, DeleteOnTermination: false }],
    };
  }
  const subnet = text(inputs["subnetId"]);
  const groups = texts(inputs["vpcSecurityGroupIds"]);
  const privateIp = text(inputs["privateIp"]);
  return {
    ...(subnet && { SubnetId: subnet }),
    ...(groups.length > 0 && { SecurityGroupIds: groups }),
    ...(privateIp && { PrivateIpAddress: privateIp }),
  };
}

function metadata(inputs: Props): InstanceMetadataOptionsRequest | undefined {
  const options = inputs["metadataOptions"];
  if (!isObject(options)) return undefined;
  const tokens = text(options["httpTokens"]);
  const hops = number(options["httpPutResponseHopLimit"]);
  const endpoint = text(options["httpEndpoint"]);
  return {
    ...(tokens === "required" || tokens === "optional" ? { HttpTokens: tokens } : {}),
    ...(hops === undefined ? {} : { HttpPutResponseHopLimit: hops }),
    ...(endpoint === "enabled" || endpoint === "disabled" ? { HttpEndpoint: endpoint } : {}),
  };
}

function userData(inputs: Props): string | undefined {
  const plain = text(inputs["userData"]);
  if (plain !== undefined) return Buffer.from(plain).toString("base64");
  return text(inputs["userDataBase64"]);
}

const set: Field = { type: "set", computed: true };
const fixed: Field = { type: "string", forceNew: true, computed: true };

export const instance: ResourceType<Aws> = {
  fields: {
    ami: fixed,
    availabilityZone: fixed,
    disableApiTermination: { type: "boolean", computed: true },
    ebsOptimized: { type: "boolean", computed: true },
    iamInstanceProfile: { type: "string", computed: true },
    instanceType: { type: "string", computed: true },
    keyName: fixed,
    metadataOptions: { type: "object", computed: true },
    monitoring: { type: "boolean", computed: true },
    primaryNetworkInterface: { type: "object", forceNew: true, computed: true },
    privateIp: fixed,
    region: REGION,
    rootBlockDevice: { type: "object", computed: true },
    subnetId: fixed,
    tags: TAGS,
    userData: { type: "string", computed: true },
    userDataBase64: { type: "string", computed: true },
    userDataReplaceOnChange: { type: "boolean", default: false },
    vpcSecurityGroupIds: set,
  },
  outputs: [
    ...["arn", "instanceLifecycle", "instanceState", "outpostArn", "primaryNetworkInterfaceId"],
    ...["privateDns", "publicDns", "publicIp", "tagsAll"],
  ],
  changing: ["tagsAll", "publicDns", "publicIp"],
  replaces(_olds, news, changed) {
    if (news["userDataReplaceOnChange"] !== true) return [];
    return changed.filter((name) => name === "userData" || name === "userDataBase64");
  },
  async create({ client: aws, timeoutMs }, inputs) {
    const ec2 = await aws.ec2();
    const data = userData(inputs);
    const options = metadata(inputs);
    const profile = text(inputs["iamInstanceProfile"]);
    const key = text(inputs["keyName"]);
    const ami = text(inputs["ami"]);
    const request = ec2.runInstances({
      MinCount: 1,
      MaxCount: 1,
      ...(ami && { ImageId: ami }),
      // Any name is valid on the wire; the SDK's type lists those of its day.
      InstanceType: text(inputs["instanceType"]) as _InstanceType | undefined,
      ...(data && { UserData: data }),
      ...(options && { MetadataOptions: options }),
      ...(profile && { IamInstanceProfile: { Name: profile } }),
      ...(key && { KeyName: key }),
      ...interfaces(inputs),
      ...tagSpecifications(aws, "instance", inputs["tags"]),
    });
    const reply = await withErrorContext("creating EC2 Instance", request);
    const id = reply.Instances?.[0]?.InstanceId ?? "";
    try {
      const what = `waiting for EC2 Instance (${id}) create`;
      await waitFor(what, timeoutMs ?? TEN_MINUTES, async () => {
        const state = (await findInstance(ec2, id))?.State?.Name;
        return state === "running" ? true : undefined;
      });
    } catch (error) {
      throw new InitFailure(id, error instanceof Error ? error.message : String(error));
    }
    return { id };
  },
  async read({ client: aws }, id, state) {
    const found = await findInstance(await aws.ec2(), id);
    if (found === undefined) return undefined;
    const primary = found.NetworkInterfaces?.find((eni) => eni.Attachment?.DeviceIndex === 0);
    const publicIp = found.PublicIpAddress ?? "";
    const options = found.MetadataOptions;
    const kept = ["primaryNetworkInterface", "rootBlockDevice", "userData"];
    const outputs = compact({
      ...Object.fromEntries(kept.map((name) => [name, state[name]])),
      userDataBase64: state["userDataBase64"],
      userDataReplaceOnChange: state["userDataReplaceOnChange"] ?? false,
      ami: found.ImageId,
      arn: await regionalArn(aws, "ec2", `instance/${id}`),
      availabilityZone: found.Placement?.AvailabilityZone,
      iamInstanceProfile: found.IamInstanceProfile?.Arn?.split("/").at(-1) ?? "",
      instanceState: found.State?.Name,
      instanceType: found.InstanceType,
      keyName: found.KeyName ?? "",
      metadataOptions: compact({
        httpEndpoint: options?.HttpEndpoint,
        httpPutResponseHopLimit: options?.HttpPutResponseHopLimit,
        httpTokens: options?.HttpTokens,
      }),
      primaryNetworkInterfaceId: primary?.NetworkInterfaceId ?? "",
      privateDns: found.PrivateDnsName ?? "",
      privateIp: found.PrivateIpAddress ?? "",
      publicDns: publicIp === "" ? "" : publicDns(aws, publicIp),
      publicIp,
      region: aws.region,
      sourceDestCheck: found.SourceDestCheck,
      subnetId: found.SubnetId ?? "",
      vpcSecurityGroupIds: (found.SecurityGroups ?? []).flatMap((g) => g.GroupId ?? []).sort(),
      ...readTags(aws, found.Tags, state),
    });
    return { id, outputs };
  },
  async update({ client: aws }, id, { olds, news, changed }) {
    const ec2 = await aws.ec2();
    const handled = ["metadataOptions", "tags", "userDataReplaceOnChange"];
    const other = changed.filter((name) => !handled.includes(name));
    if (other.length > 0) {
      throw new Error(
        `updating EC2 Instance (${id}): this stand-in cannot change ${other.join(", ")} in place`,
      );
    }
    if (changed.includes("tags")) await updateTags(aws, id, olds["tags"], news["tags"]);
    if (changed.includes("metadataOptions")) {
      const request = ec2.modifyInstanceMetadataOptions({ InstanceId: id, ...metadata(news) });
      await withErrorContext(`updating EC2 Instance (${id}) metadata options`, request);
    }
  },
  async delete({ client: aws, timeoutMs }, id) {
    const ec2 = await aws.ec2();
    const what = `deleting EC2 Instance (${id})`;
    await withErrorContext(
      what,
      undefinedIfGone(ec2.terminateInstances({ InstanceIds: [id] }), GONE),
    );
    const ask = async () => ((await findInstance(ec2, id)) === undefined ? true : undefined);
    await waitFor(`waiting for EC2 Instance (${id}) delete`, timeoutMs ?? TWENTY_MINUTES, ask);
  },
};
