/** Interfaces, private addresses, security groups and instances, through the official client. */
import * as ec2 from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { codeOf, ec2For, need, subnetId, vpcId } from "./aws.ts";
import { sandboxForTest } from "./support.ts";

async function start() {
  const client = ec2For(await sandboxForTest());
  const createInterface = async (ips: string[], Groups?: string[]) => {
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
    return need(NetworkInterface);
  };
  const createGroup = async (GroupName: string) => {
    const { GroupId } = await client.send(
      new ec2.CreateSecurityGroupCommand({ GroupName, Description: "mail", VpcId: vpcId }),
    );
    return need(GroupId);
  };
  const run = async (InstanceType: ec2._InstanceType, NetworkInterfaceId: string) => {
    const { Instances } = await client.send(
      new ec2.RunInstancesCommand({
        ImageId: "ami-0123456789abcdef0",
        InstanceType,
        MinCount: 1,
        MaxCount: 1,
        MetadataOptions: { HttpTokens: "required" },
        NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId }],
      }),
    );
    return need(Instances?.[0]);
  };
  return { client, createInterface, createGroup, run };
}

describe("the seed", () => {
  it("has a VPC and a subnet of it", async () => {
    const { client } = await start();
    const { Vpcs } = await client.send(new ec2.DescribeVpcsCommand({ VpcIds: [vpcId] }));
    expect(Vpcs?.[0]).toMatchObject({ VpcId: vpcId, CidrBlock: "10.0.0.0/16" });
    const { Subnets } = await client.send(new ec2.DescribeSubnetsCommand({}));
    expect(Subnets?.[0]).toMatchObject({
      SubnetId: subnetId,
      VpcId: vpcId,
      CidrBlock: "10.0.1.0/24",
      AvailabilityZone: "us-east-1a",
      AvailableIpAddressCount: 251,
    });
  });

  it("knows what instance types carry", async () => {
    const { client } = await start();
    const { InstanceTypes } = await client.send(
      new ec2.DescribeInstanceTypesCommand({ InstanceTypes: ["c5.18xlarge"] }),
    );
    expect(InstanceTypes?.[0]?.NetworkInfo).toMatchObject({
      MaximumNetworkInterfaces: 15,
      Ipv4AddressesPerInterface: 50,
    });
  });
});

describe("private addresses", () => {
  it("must be free, inside the subnet and not reserved", async () => {
    const { createInterface } = await start();
    const eni = await createInterface(["10.0.1.10", "10.0.1.11"]);
    expect(eni.PrivateIpAddress).toBe("10.0.1.10");
    expect(eni.PrivateIpAddresses?.map((ip) => [ip.PrivateIpAddress, ip.Primary])).toEqual([
      ["10.0.1.10", true],
      ["10.0.1.11", false],
    ]);
    expect(await codeOf(createInterface(["10.0.1.11"]))).toBe("InvalidIPAddress.InUse");
    expect(await codeOf(createInterface(["10.0.2.11"]))).toBe("InvalidParameterValue");
    expect(await codeOf(createInterface(["10.0.1.3"]))).toBe("InvalidParameterValue");
    expect(await codeOf(createInterface(["10.0.1.255"]))).toBe("InvalidParameterValue");
  });

  it("are assigned up to the instance type's limit, and taken away with their Elastic IP", async () => {
    const { client, createInterface, run } = await start();
    const NetworkInterfaceId = need((await createInterface(["10.0.1.10"])).NetworkInterfaceId);
    await run("t3.micro", NetworkInterfaceId);
    const assign = (...PrivateIpAddresses: string[]) =>
      client.send(
        new ec2.AssignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses }),
      );
    const limit = "PrivateIpAddressLimitExceeded";
    expect(await codeOf(assign("10.0.1.11", "10.0.1.12"))).toBe(limit);
    await assign("10.0.1.11");
    const other = await createInterface(["10.0.1.20"]);
    const move = client.send(
      new ec2.AssignPrivateIpAddressesCommand({
        NetworkInterfaceId: other.NetworkInterfaceId,
        PrivateIpAddresses: ["10.0.1.11"],
      }),
    );
    expect(await codeOf(move)).toBe("InvalidParameterValue");
    const { AllocationId } = await client.send(new ec2.AllocateAddressCommand({}));
    await client.send(
      new ec2.AssociateAddressCommand({
        AllocationId,
        NetworkInterfaceId,
        PrivateIpAddress: "10.0.1.11",
      }),
    );
    const unassign = (ip: string) =>
      client.send(
        new ec2.UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: [ip] }),
      );
    expect(await codeOf(unassign("10.0.1.10"))).toBe("InvalidParameterValue");
    await unassign("10.0.1.11");
    const { Addresses } = await client.send(new ec2.DescribeAddressesCommand({}));
    expect(Addresses?.[0]?.AssociationId).toBeUndefined();
  });
});

describe("interfaces and instances", () => {
  it("attach, detach and go in the right order", async () => {
    const { client, createInterface, run } = await start();
    const first = need((await createInterface(["10.0.1.10"])).NetworkInterfaceId);
    const second = need((await createInterface(["10.0.1.20"])).NetworkInterfaceId);
    const instance = await run("c5.large", first);
    expect(instance.MetadataOptions?.HttpTokens).toBe("required");
    const InstanceId = need(instance.InstanceId);
    const { InstanceMetadataOptions } = await client.send(
      new ec2.ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpPutResponseHopLimit: 2 }),
    );
    expect(InstanceMetadataOptions).toMatchObject({
      HttpTokens: "required",
      HttpPutResponseHopLimit: 2,
    });
    const { AttachmentId } = await client.send(
      new ec2.AttachNetworkInterfaceCommand({
        InstanceId,
        NetworkInterfaceId: second,
        DeviceIndex: 1,
      }),
    );
    const remove = (NetworkInterfaceId: string) =>
      client.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    expect(await codeOf(remove(second))).toBe("InvalidNetworkInterface.InUse");
    const { Reservations } = await client.send(
      new ec2.DescribeInstancesCommand({ InstanceIds: [InstanceId] }),
    );
    const described = Reservations?.[0]?.Instances?.[0];
    expect(described?.State?.Name).toBe("running");
    expect(described?.NetworkInterfaces?.map((eni) => eni.NetworkInterfaceId)).toEqual([
      first,
      second,
    ]);
    await client.send(new ec2.DetachNetworkInterfaceCommand({ AttachmentId }));
    await remove(second);
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    await remove(first);
    expect(await codeOf(remove(first))).toBe("InvalidNetworkInterfaceID.NotFound");
  });

  it("keep to the type's number of interfaces", async () => {
    const { client, createInterface, run } = await start();
    const [a, b, c] = [
      await createInterface(["10.0.1.10"]),
      await createInterface(["10.0.1.20"]),
      await createInterface(["10.0.1.30"]),
    ];
    const { InstanceId } = await run("t3.micro", need(a.NetworkInterfaceId));
    const attach = (eni: ec2.NetworkInterface, DeviceIndex: number) =>
      client.send(
        new ec2.AttachNetworkInterfaceCommand({
          InstanceId,
          NetworkInterfaceId: eni.NetworkInterfaceId,
          DeviceIndex,
        }),
      );
    expect(await codeOf(attach(b, 0))).toBe("InvalidParameterValue");
    await attach(b, 1);
    expect(await codeOf(attach(c, 2))).toBe("AttachmentLimitExceeded");
  });
});

describe("security groups", () => {
  it("start with all egress and hold each rule once", async () => {
    const { client, createGroup } = await start();
    const GroupId = await createGroup("mail");
    expect(await codeOf(createGroup("mail"))).toBe("InvalidGroup.Duplicate");
    const smtp = {
      GroupId,
      IpPermissions: [
        {
          IpProtocol: "tcp",
          FromPort: 25,
          ToPort: 25,
          IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "bounces" }],
        },
      ],
    };
    const allow = () => client.send(new ec2.AuthorizeSecurityGroupIngressCommand(smtp));
    const rule = need((await allow()).SecurityGroupRules?.[0]);
    expect(rule).toMatchObject({
      FromPort: 25,
      CidrIpv4: "0.0.0.0/0",
      IsEgress: false,
    });
    expect(await codeOf(allow())).toBe("InvalidPermission.Duplicate");
    const { SecurityGroups } = await client.send(
      new ec2.DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }),
    );
    expect(SecurityGroups?.[0]?.IpPermissions).toMatchObject(smtp.IpPermissions);
    const everything = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
    expect(SecurityGroups?.[0]?.IpPermissionsEgress).toMatchObject([everything]);
    await client.send(
      new ec2.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: [everything] }),
    );
    await client.send(
      new ec2.ModifySecurityGroupRulesCommand({
        GroupId,
        SecurityGroupRules: [
          {
            SecurityGroupRuleId: rule.SecurityGroupRuleId,
            SecurityGroupRule: {
              IpProtocol: "tcp",
              FromPort: 25,
              ToPort: 25,
              CidrIpv4: "192.0.2.0/24",
            },
          },
        ],
      }),
    );
    const revoke = () => client.send(new ec2.RevokeSecurityGroupIngressCommand(smtp));
    expect(await codeOf(revoke())).toBe("InvalidPermission.NotFound");
    await client.send(
      new ec2.RevokeSecurityGroupIngressCommand({
        GroupId,
        SecurityGroupRuleIds: [need(rule.SecurityGroupRuleId)],
      }),
    );
    expect(await codeOf(revoke())).toBe("InvalidPermission.NotFound");
    const { SecurityGroupRules } = await client.send(
      new ec2.DescribeSecurityGroupRulesCommand({
        Filters: [{ Name: "group-id", Values: [GroupId] }],
      }),
    );
    expect(SecurityGroupRules ?? []).toEqual([]);
  });

  it("are not deleted while an interface has them", async () => {
    const { client, createInterface, createGroup } = await start();
    const GroupId = await createGroup("mail");
    const { NetworkInterfaceId } = await createInterface(["10.0.1.10"], [GroupId]);
    const remove = () => client.send(new ec2.DeleteSecurityGroupCommand({ GroupId }));
    expect(await codeOf(remove())).toBe("DependencyViolation");
    await client.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    await remove();
    expect(await codeOf(remove())).toBe("InvalidGroup.NotFound");
  });
});
