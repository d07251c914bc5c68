/**
 * Every reply of EC2, STS and SSM against AWS's own service models, by botocore: no unknown member, no type
 * or value that the model does not have, nothing required left out; and what each action answers to an
 * unknown id, to a dry run and to a page at a time.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import * as ec2 from "@aws-sdk/client-ec2";
import * as ssm from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect, it } from "vitest";
import { ec2Actions } from "../../sandbox/aws/ec2/service.ts";
import { ssmHandlers } from "../../sandbox/aws/ssm/parameters.ts";
import type { ServerReply } from "../../sandbox/server.ts";
import { needPeers } from "../peers/venv.ts";
import { addRecord, codeOf, ec2For, ssmFor, stsFor, subnetId, vpcId } from "./aws.ts";
import { sandboxForTest } from "./support.ts";

const HOUR = 3_600_000;
const NAME = "tx1.acme.example";

/** Actions whose input has no `DryRun`. */
const NO_DRY_RUN = ["AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"];

/** What a person's own clients do, one call after the other; each that changes something first as a dry run. */
async function everything(client: ec2.EC2Client, name: (publicIp: string) => Promise<void>) {
  // The actions are many and alike: each is told by its name, and botocore checks what comes.
  type Reply = Record<string, unknown>;
  const send = async (action: string, input: Reply): Promise<Reply> => {
    const Command = Reflect.get(ec2, `${action}Command`);
    return (await client.send(new Command(input))) as unknown as Reply;
  };
  const dry: string[] = [];
  const call = async (action: string, input: Reply = {}): Promise<Reply> => {
    const code = NO_DRY_RUN.includes(action)
      ? "DryRunOperation"
      : await codeOf(send(action, { ...input, DryRun: true }));
    if (code !== "DryRunOperation") dry.push(`${action}: ${code}`);
    return send(action, input);
  };
  const text = (reply: Reply, ...path: (string | number)[]): string => {
    const found = path.reduce<unknown>((at, key) => Reflect.get(Object(at), key), reply);
    return String(found);
  };
  const tags = [{ Key: "Name", Value: "a & <b>" }];
  const tagged = (ResourceType: string) => ({ TagSpecifications: [{ ResourceType, Tags: tags }] });

  const address = await call("AllocateAddress", { Domain: "vpc", ...tagged("elastic-ip") });
  const AllocationId = text(address, "AllocationId");
  await call("CreateTags", { Resources: [AllocationId], Tags: [{ Key: "more", Value: "" }] });
  await call("DescribeTags", {});
  await call("DeleteTags", { Resources: [AllocationId], Tags: [{ Key: "more" }] });
  const group = await call("CreateSecurityGroup", {
    ...{ GroupName: "g", Description: "d", VpcId: vpcId, ...tagged("security-group") },
  });
  const GroupId = text(group, "GroupId");
  const rule = { IpProtocol: "tcp", FromPort: 25, ToPort: 25 };
  const IpPermissions = [
    {
      ...rule,
      IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "x" }],
      Ipv6Ranges: [{ CidrIpv6: "::/0" }],
    },
    { ...rule, UserIdGroupPairs: [{ GroupId }] },
  ];
  await call("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions });
  await call("AuthorizeSecurityGroupEgress", { GroupId, IpPermissions });
  await call("DescribeSecurityGroups", {});
  await call("RevokeSecurityGroupEgress", { GroupId, IpPermissions });
  await call("RevokeSecurityGroupIngress", { GroupId, IpPermissions });
  await call("DescribeVpcs", {});
  await call("DescribeSubnets", {});
  await call("DescribeAvailabilityZones", {});
  await call("DescribeInstanceTypes", {});
  const interfaces: string[] = [];
  for (const last of [10, 20]) {
    const made = await call("CreateNetworkInterface", {
      ...{
        SubnetId: subnetId,
        Description: "e",
        Groups: [GroupId],
        ...tagged("network-interface"),
      },
      PrivateIpAddresses: [{ PrivateIpAddress: `10.0.1.${last}`, Primary: true }],
    });
    interfaces.push(text(made, "NetworkInterface", "NetworkInterfaceId"));
  }
  const [first = "", NetworkInterfaceId = ""] = interfaces;
  const PrivateIpAddresses = ["10.0.1.21"];
  await call("AssignPrivateIpAddresses", { NetworkInterfaceId, PrivateIpAddresses });
  await call("ModifyNetworkInterfaceAttribute", {
    NetworkInterfaceId,
    Description: { Value: "f" },
  });
  const run = await call("RunInstances", {
    ...{ ImageId: "ami-0123456789abcdef0", InstanceType: "c5.large", MinCount: 1, MaxCount: 1 },
    NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: first }],
    ...tagged("instance"),
  });
  const InstanceId = text(run, "Instances", 0, "InstanceId");
  await call("ModifyInstanceMetadataOptions", { InstanceId, HttpTokens: "required" });
  await call("DescribeInstances", {});
  await call("DescribeInstanceStatus", {});
  for (const Attribute of ["disableApiTermination", "userData"]) {
    await call("DescribeInstanceAttribute", { InstanceId, Attribute });
  }
  const at = { InstanceId, NetworkInterfaceId, DeviceIndex: 1 };
  const { AttachmentId } = await call("AttachNetworkInterface", at);
  const bind = { AllocationId, NetworkInterfaceId, PrivateIpAddress: "10.0.1.21" };
  const { AssociationId } = await call("AssociateAddress", bind);
  await call("DescribeAddresses", {});
  await call("DescribeNetworkInterfaces", {});
  await name(text(address, "PublicIp"));
  const named = { AllocationId, DomainName: NAME };
  await call("ModifyAddressAttribute", named);
  await call("DescribeAddressesAttribute", { Attribute: "domain-name" });
  await call("ResetAddressAttribute", { AllocationId, Attribute: "domain-name" });
  return {
    dry,
    call,
    async end(later: () => Promise<void>) {
      await call("DisassociateAddress", { AssociationId });
      await call("UnassignPrivateIpAddresses", { NetworkInterfaceId, PrivateIpAddresses });
      await call("DetachNetworkInterface", { AttachmentId });
      await call("DescribeNetworkInterfaces", {});
      await call("TerminateInstances", { InstanceIds: [InstanceId] });
      await call("DescribeInstances", {});
      for (const id of interfaces) await call("DeleteNetworkInterface", { NetworkInterfaceId: id });
      await call("DeleteSecurityGroup", { GroupId });
      await later();
      await call("ReleaseAddress", { AllocationId });
    },
  };
}

it("every reply is one that AWS's own model has", { timeout: 300_000 }, async (context) => {
  const python = await needPeers(context);
  const replies: ServerReply[] = [];
  const sandbox = await sandboxForTest({ onReply: (reply) => replies.push(reply) });
  const client = ec2For(sandbox);
  const { dry, end } = await everything(client, async (publicIp) => {
    await addRecord(sandbox, NAME, publicIp);
    await sandbox.advance(HOUR);
  });
  await end(() => sandbox.advance(3 * HOUR));
  expect(dry).toEqual([]);
  await unknownIds(client);
  await stsFor(sandbox).send(new GetCallerIdentityCommand({}));
  await parameters(ssmFor(sandbox));

  const asked = new Set(
    replies.filter(({ service }) => service !== "cloudflare").map(({ action }) => action),
  );
  const all = [...ec2Actions, ...Object.keys(ssmHandlers), "GetCallerIdentity"];
  expect(all.filter((action) => !asked.has(action))).toEqual([]);

  const lines = replies
    .filter(({ service }) => service !== "cloudflare")
    .map((each) => JSON.stringify(each));
  const faults = await faultsIn(python, lines);
  expect([...new Set(faults)], faults.join("\n")).toEqual([]);
  // Whoever checks must be able to find something.
  const broken = { service: "ec2", action: "AllocateAddress", status: 200 };
  const body =
    "<AllocateAddressResponse><publicIP>1</publicIP><domain>mine</domain></AllocateAddressResponse>";
  expect(await faultsIn(python, [JSON.stringify({ ...broken, body })])).toHaveLength(2);
});

function faultsIn(python: string, lines: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, "schema.py");
    const child = execFile(python, [script], { maxBuffer: 64e6 }, (error, stdout) => {
      if (error === null) resolve(stdout.split("\n").filter((line) => line !== ""));
      else reject(error);
    });
    child.stdin?.end(`${lines.join("\n")}\n`);
  });
}

/** Ids that are nobody's, by action. */
async function unknownIds(client: ec2.EC2Client): Promise<void> {
  const x = "0123456789abcdef0";
  const expected: [string, Record<string, unknown>, string][] = [
    ["DescribeAddresses", { AllocationIds: [`eipalloc-${x}`] }, "InvalidAllocationID.NotFound"],
    ["DescribeAddresses", { PublicIps: ["192.0.2.1"] }, "InvalidAddress.NotFound"],
    [
      "DescribeAddressesAttribute",
      { AllocationIds: [`eipalloc-${x}`], Attribute: "domain-name" },
      "InvalidAllocationID.NotFound",
    ],
    [
      "ModifyAddressAttribute",
      { AllocationId: `eipalloc-${x}`, DomainName: NAME },
      "InvalidAllocationID.NotFound",
    ],
    [
      "ResetAddressAttribute",
      { AllocationId: `eipalloc-${x}`, Attribute: "domain-name" },
      "InvalidAllocationID.NotFound",
    ],
    ["ReleaseAddress", { AllocationId: `eipalloc-${x}` }, "InvalidAllocationID.NotFound"],
    [
      "AssociateAddress",
      { AllocationId: `eipalloc-${x}`, NetworkInterfaceId: `eni-${x}` },
      "InvalidAllocationID.NotFound",
    ],
    ["DisassociateAddress", { AssociationId: `eipassoc-${x}` }, "InvalidAssociationID.NotFound"],
    [
      "DescribeNetworkInterfaces",
      { NetworkInterfaceIds: [`eni-${x}`] },
      "InvalidNetworkInterfaceID.NotFound",
    ],
    [
      "DeleteNetworkInterface",
      { NetworkInterfaceId: `eni-${x}` },
      "InvalidNetworkInterfaceID.NotFound",
    ],
    [
      "AssignPrivateIpAddresses",
      { NetworkInterfaceId: `eni-${x}`, PrivateIpAddresses: ["10.0.1.9"] },
      "InvalidNetworkInterfaceID.NotFound",
    ],
    ["DetachNetworkInterface", { AttachmentId: `eni-attach-${x}` }, "InvalidAttachmentID.NotFound"],
    ["CreateNetworkInterface", { SubnetId: `subnet-${x}` }, "InvalidSubnetID.NotFound"],
    ["DescribeSubnets", { SubnetIds: [`subnet-${x}`] }, "InvalidSubnetID.NotFound"],
    ["DescribeVpcs", { VpcIds: [`vpc-${x}`] }, "InvalidVpcID.NotFound"],
    ["DescribeSecurityGroups", { GroupIds: [`sg-${x}`] }, "InvalidGroup.NotFound"],
    ["DeleteSecurityGroup", { GroupId: `sg-${x}` }, "InvalidGroup.NotFound"],
    ["DescribeInstances", { InstanceIds: [`i-${x}`] }, "InvalidInstanceID.NotFound"],
    ["TerminateInstances", { InstanceIds: [`i-${x}`] }, "InvalidInstanceID.NotFound"],
    ["DescribeInstanceTypes", { InstanceTypes: ["z9.huge"] }, "InvalidInstanceType"],
  ];
  for (const [action, input, code] of expected) {
    const Command = Reflect.get(ec2, `${action}Command`);
    expect([action, await codeOf(client.send(new Command(input)))]).toEqual([action, code]);
  }
}

async function parameters(client: ssm.SSMClient): Promise<void> {
  const Name = "/sendips/a";
  const put = { Name, Value: "v", Type: "SecureString" as const, Tags: [{ Key: "k", Value: "v" }] };
  await client.send(new ssm.PutParameterCommand(put));
  await client.send(
    new ssm.PutParameterCommand({ Name: "/sendips/b", Value: "w", Type: "String" }),
  );
  await client.send(new ssm.GetParameterCommand({ Name, WithDecryption: true }));
  await client.send(new ssm.GetParametersCommand({ Names: [Name, "/sendips/none"] }));
  await client.send(new ssm.GetParametersByPathCommand({ Path: "/sendips", MaxResults: 1 }));
  await client.send(new ssm.DescribeParametersCommand({}));
  const resource = { ResourceType: "Parameter" as const, ResourceId: Name };
  await client.send(
    new ssm.AddTagsToResourceCommand({ ...resource, Tags: [{ Key: "l", Value: "" }] }),
  );
  await client.send(new ssm.ListTagsForResourceCommand(resource));
  await client.send(new ssm.RemoveTagsFromResourceCommand({ ...resource, TagKeys: ["l"] }));
  await client.send(new ssm.DeleteParameterCommand({ Name }));
  const Names = ["/sendips/b", "/sendips/none"];
  await client.send(new ssm.DeleteParametersCommand({ Names }));
  expect(await codeOf(client.send(new ssm.GetParameterCommand({ Name })))).toBe(
    "ParameterNotFound",
  );
}
