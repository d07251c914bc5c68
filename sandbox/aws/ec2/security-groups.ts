/** Security groups; their rules are in `security-rules.ts`. */

import { accountId } from "../account.ts";
import { ApiError } from "../error.ts";
import { newId } from "../ids.ts";
import type { SecurityGroup, SecurityGroupRule } from "../state.ts";
import type { Xml } from "../xml.ts";
import {
  applyFilters,
  type Call,
  findById,
  type Handler,
  pickById,
  tagSet,
  tagsFromParams,
} from "./call.ts";

export const securityGroupHandlers: Readonly<Record<string, Handler>> = {
  CreateSecurityGroup(call) {
    const { params, region, aws } = call;
    const name = params.need("GroupName");
    const description = params.need("GroupDescription");
    const vpcId = params.get("VpcId");
    // Without a default VPC, as here, EC2 wants one named.
    if (vpcId === undefined) {
      throw new ApiError("VPCIdNotSpecified", "No default VPC for this user");
    }
    findById(region.vpcs, vpcId, "InvalidVpcID.NotFound", "vpc ID");
    const taken = Object.values(region.securityGroups).some(
      (group) => group.vpcId === vpcId && group.name === name,
    );
    if (taken) {
      throw new ApiError(
        "InvalidGroup.Duplicate",
        `The security group '${name}' already exists for VPC '${vpcId}'`,
      );
    }
    const id = newId(aws, "sg");
    const tags = tagsFromParams(params, "security-group");
    const everything: SecurityGroupRule = {
      egress: true,
      protocol: "-1",
      fromPort: -1,
      toPort: -1,
      peer: { kind: "ipv4", value: "0.0.0.0/0" },
    };
    region.securityGroups[id] = { id, name, description, vpcId, rules: [everything], tags };
    return { return: true, groupId: id, securityGroupArn: arn(call, id), tagSet: tagSet(tags) };
  },

  DescribeSecurityGroups(call) {
    const { params, region } = call;
    const ids = params.list("GroupId");
    const names = params.list("GroupName");
    const found = pickById(
      region.securityGroups,
      ids,
      "InvalidGroup.NotFound",
      "security group",
    ).filter(({ name }) => names.length === 0 || names.includes(name));
    const shown = applyFilters(call, found, (group) => ({
      tags: group.tags,
      values: {
        "group-id": [group.id],
        "group-name": [group.name],
        description: [group.description],
        "vpc-id": [group.vpcId],
        "owner-id": [accountId],
      },
    }));
    return {
      securityGroupInfo: shown.map((group) => ({
        ownerId: accountId,
        groupId: group.id,
        securityGroupArn: arn(call, group.id),
        groupName: group.name,
        groupDescription: group.description,
        vpcId: group.vpcId,
        ipPermissions: permissions(group.rules.filter(({ egress }) => !egress)),
        ipPermissionsEgress: permissions(group.rules.filter(({ egress }) => egress)),
        tagSet: tagSet(group.tags),
      })),
    };
  },

  DeleteSecurityGroup(call) {
    const { region } = call;
    const group = needGroup(call);
    if (group.name === "default") {
      throw new ApiError(
        "CannotDelete",
        `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
      );
    }
    const used = Object.values(region.networkInterfaces).some((eni) =>
      eni.groups.includes(group.id),
    );
    const named = Object.values(region.securityGroups).some(
      (other) =>
        other.id !== group.id &&
        other.rules.some(({ peer }) => peer.kind === "group" && peer.value === group.id),
    );
    if (used || named) {
      throw new ApiError("DependencyViolation", `resource ${group.id} has a dependent object`);
    }
    delete region.securityGroups[group.id];
    return { return: true, groupId: group.id };
  },
};

export function needGroup({ params, region }: Call): SecurityGroup {
  return findById(
    region.securityGroups,
    params.need("GroupId"),
    "InvalidGroup.NotFound",
    "security group",
  );
}

/** The groups that an interface is to have; the VPC's default group when none is named. */
export function groupsFor({ region }: Call, ids: readonly string[], vpcId: string): string[] {
  if (ids.length > 0) {
    return ids.map((id) => {
      const group = findById(region.securityGroups, id, "InvalidGroup.NotFound", "security group");
      if (group.vpcId === vpcId) return group.id;
      throw new ApiError(
        "InvalidParameterValue",
        `Security group ${id} and the subnet belong to different networks.`,
      );
    });
  }
  return Object.values(region.securityGroups)
    .filter((group) => group.vpcId === vpcId && group.name === "default")
    .map(({ id }) => id);
}

function arn({ regionName }: Call, id: string): string {
  return `arn:aws:ec2:${regionName}:${accountId}:security-group/${id}`;
}

/** Rules put together by protocol and ports, as `DescribeSecurityGroups` shows them. */
function permissions(rules: readonly SecurityGroupRule[]): Xml {
  const byPorts = Object.groupBy(
    rules,
    ({ protocol, fromPort, toPort }) => `${protocol} ${fromPort} ${toPort}`,
  );
  return Object.values(byPorts).map((same = []) => {
    const [first] = same;
    const peers = (kind: SecurityGroupRule["peer"]["kind"], name: string): Xml =>
      same
        .filter(({ peer }) => peer.kind === kind)
        .map(({ peer, description }) => ({
          ...(kind === "group" ? { userId: accountId } : {}),
          [name]: peer.value,
          description,
        }));
    const ports =
      first === undefined || first.protocol === "-1"
        ? {}
        : { fromPort: first.fromPort, toPort: first.toPort };
    return {
      ipProtocol: first?.protocol,
      ...ports,
      groups: peers("group", "groupId"),
      ipRanges: peers("ipv4", "cidrIp"),
      ipv6Ranges: peers("ipv6", "cidrIpv6"),
      prefixListIds: peers("prefixList", "prefixListId"),
    };
  });
}
