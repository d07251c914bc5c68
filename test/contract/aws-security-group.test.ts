/** Security groups and their rules, through the official client. */
import * as ec2 from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { codeOf, createGroup, createInterface, ec2For, need } from "./aws.ts";
import { sandboxForTest } from "./support.ts";

describe("security groups", () => {
  it("start with all egress and hold each rule once", async () => {
    const client = ec2For(await sandboxForTest());
    const GroupId = await createGroup(client, "mail");
    expect(await codeOf(createGroup(client, "mail"))).toBe("InvalidGroup.Duplicate");
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
    await allow();
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
    const revoke = () => client.send(new ec2.RevokeSecurityGroupIngressCommand(smtp));
    await revoke();
    expect(await codeOf(revoke())).toBe("InvalidPermission.NotFound");
    const after = await client.send(new ec2.DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }));
    expect(after.SecurityGroups).toMatchObject([{ GroupId }]);
    expect(after.SecurityGroups?.[0]?.IpPermissions ?? []).toEqual([]);
    expect(after.SecurityGroups?.[0]?.IpPermissionsEgress ?? []).toEqual([]);
  });

  it("are not deleted while an interface has them", async () => {
    const client = ec2For(await sandboxForTest());
    const GroupId = await createGroup(client, "mail");
    const { NetworkInterfaceId } = await createInterface(client, ["10.0.1.10"], [GroupId]);
    const remove = () => client.send(new ec2.DeleteSecurityGroupCommand({ GroupId }));
    expect(await codeOf(remove())).toBe("DependencyViolation");
    await client.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    await remove();
    expect(await codeOf(remove())).toBe("InvalidGroup.NotFound");
  });

  it("are refused by code when named wrongly", async () => {
    const client = ec2For(await sandboxForTest());
    const create = (VpcId?: string) =>
      codeOf(
        client.send(
          new ec2.CreateSecurityGroupCommand({ GroupName: "mail", Description: "mail", VpcId }),
        ),
      );
    expect(await create()).toBe("VPCIdNotSpecified");
    expect(await create("vpc-0123456789abcdef0")).toBe("InvalidVpcID.NotFound");
    const GroupIds = ["sg-0123456789abcdef0"];
    const missing = new ec2.DescribeSecurityGroupsCommand({ GroupIds });
    expect(await codeOf(client.send(missing))).toBe("InvalidGroup.NotFound");
    const { SecurityGroups } = await client.send(
      new ec2.DescribeSecurityGroupsCommand({
        Filters: [{ Name: "group-name", Values: ["default"] }],
      }),
    );
    const GroupId = need(SecurityGroups?.[0]?.GroupId);
    const remove = new ec2.DeleteSecurityGroupCommand({ GroupId });
    expect(await codeOf(client.send(remove))).toBe("CannotDelete");
  });

  it("refuse rules that are none", async () => {
    const client = ec2For(await sandboxForTest());
    const GroupId = await createGroup(client, "mail");
    const allow = (...IpPermissions: ec2.IpPermission[]) =>
      codeOf(client.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions })));
    const tcp = { IpProtocol: "tcp", FromPort: 25, ToPort: 25 };
    expect(await allow()).toBe("MissingParameter");
    expect(await allow(tcp)).toBe("MissingParameter");
    const IpRanges = [{ CidrIp: "192.0.2.0/24" }];
    expect(await allow({ ...tcp, ToPort: 24, IpRanges })).toBe("InvalidParameterValue");
    const wide = [{ CidrIp: "192.0.2.0/33" }];
    expect(await allow({ ...tcp, IpRanges: wide })).toBe("InvalidParameterValue");
    const UserIdGroupPairs = [{ GroupId: "sg-0123456789abcdef0" }];
    expect(await allow({ ...tcp, UserIdGroupPairs })).toBe("InvalidGroup.NotFound");
  });
});
