/** Amazon's own clients, pointed at the sandbox. */
import * as ec2 from "@aws-sdk/client-ec2";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import type { TestSandbox } from "./support.ts";

export const subnetId = "subnet-0a1b2c3d4e5f60718";
export const vpcId = "vpc-0a1b2c3d4e5f60718";
export const zoneId = "023e105f4ecef8ad9ca31a8372d0c353";

function config(sandbox: TestSandbox, region: string) {
  return {
    endpoint: sandbox.url,
    region,
    credentials: { accessKeyId: "AKIASANDBOX", secretAccessKey: "any" },
    // One attempt: a test sees the first answer, not the client's patience.
    maxAttempts: 1,
  };
}

export function ec2For(sandbox: TestSandbox, region = "us-east-1", maxAttempts = 1): ec2.EC2Client {
  return new ec2.EC2Client({ ...config(sandbox, region), maxAttempts });
}

export function ssmFor(sandbox: TestSandbox, region = "us-east-1"): SSMClient {
  return new SSMClient(config(sandbox, region));
}

export function stsFor(sandbox: TestSandbox): STSClient {
  return new STSClient(config(sandbox, "us-east-1"));
}

/** The error code of a call that must fail. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
  return "(no error)";
}

/** A value that the reply must have. */
export function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the reply lacks a value");
  return value;
}

/** An A record through Cloudflare's API; it resolves once `dnsPropagation` has passed. */
export async function addRecord(sandbox: TestSandbox, name: string, content: string) {
  const reply = await fetch(`${sandbox.cloudflareUrl}/zones/${zoneId}/dns_records`, {
    method: "POST",
    headers: { authorization: "Bearer token", "content-type": "application/json" },
    body: JSON.stringify({ type: "A", name, content, ttl: 60, proxied: false }),
  });
  if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
}

/** An Elastic IP with a `Name` tag. */
export async function allocate(client: ec2.EC2Client, name = "tx1") {
  const { AllocationId, PublicIp } = await client.send(
    new ec2.AllocateAddressCommand({
      Domain: "vpc",
      TagSpecifications: [{ ResourceType: "elastic-ip", Tags: [{ Key: "Name", Value: name }] }],
    }),
  );
  return { AllocationId: need(AllocationId), PublicIp: need(PublicIp) };
}

/** A network interface in the seeded subnet; the first private address is the primary one. */
export async function createInterface(client: ec2.EC2Client, ips: string[], Groups?: string[]) {
  const { NetworkInterface } = await client.send(
    new ec2.CreateNetworkInterfaceCommand({
      SubnetId: subnetId,
      Groups,
      PrivateIpAddresses: ips.map((PrivateIpAddress, index) => ({
        PrivateIpAddress,
        Primary: index === 0,
      })),
    }),
  );
  return { ...NetworkInterface, NetworkInterfaceId: need(NetworkInterface?.NetworkInterfaceId) };
}

export async function createGroup(client: ec2.EC2Client, GroupName: string) {
  const { GroupId } = await client.send(
    new ec2.CreateSecurityGroupCommand({ GroupName, Description: "mail", VpcId: vpcId }),
  );
  return need(GroupId);
}

/** An instance on one interface, or on what `more` says. */
export async function runInstance(
  client: ec2.EC2Client,
  InstanceType: ec2._InstanceType,
  more: Partial<ec2.RunInstancesCommandInput> & { eni?: string } = {},
) {
  const { eni, ...rest } = more;
  const own = eni === undefined ? [] : [{ DeviceIndex: 0, NetworkInterfaceId: eni }];
  const { Instances } = await client.send(
    new ec2.RunInstancesCommand({
      ImageId: "ami-0123456789abcdef0",
      InstanceType,
      MinCount: 1,
      MaxCount: 1,
      MetadataOptions: { HttpTokens: "required" },
      NetworkInterfaces: own,
      ...rest,
    }),
  );
  const instance = need(Instances?.[0]);
  return { ...instance, InstanceId: need(instance.InstanceId) };
}
