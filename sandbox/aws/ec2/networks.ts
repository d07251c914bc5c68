/** VPCs and subnets: seeded, looked up, never changed. */

import { accountId } from "../account.ts";
import { network } from "../ids.ts";
import type { Subnet } from "../state.ts";
import { applyFilters, type Call, type Handler, pickById, tagSet } from "./call.ts";

export const networkHandlers: Readonly<Record<string, Handler>> = {
  DescribeVpcs(call) {
    const { params, region } = call;
    const found = pickById(region.vpcs, params.list("VpcId"), "InvalidVpcID.NotFound", "vpc ID");
    const shown = applyFilters(call, found, ({ id, cidr, tags }) => ({
      tags,
      values: {
        "vpc-id": [id],
        cidr: [cidr],
        "cidr-block-association.cidr-block": [cidr],
        isDefault: ["false"],
        "is-default": ["false"],
        state: ["available"],
        "owner-id": [accountId],
      },
    }));
    return {
      vpcSet: shown.map(({ id, cidr, tags }) => ({
        vpcId: id,
        ownerId: accountId,
        state: "available",
        cidrBlock: cidr,
        cidrBlockAssociationSet: [
          {
            cidrBlock: cidr,
            associationId: id.replace("vpc-", "vpc-cidr-assoc-"),
            cidrBlockState: { state: "associated" },
          },
        ],
        dhcpOptionsId: "default",
        instanceTenancy: "default",
        isDefault: false,
        tagSet: tagSet(tags),
      })),
    };
  },

  DescribeSubnets(call) {
    const { params, region } = call;
    const found = pickById(
      region.subnets,
      params.list("SubnetId"),
      "InvalidSubnetID.NotFound",
      "subnet ID",
    );
    const shown = applyFilters(call, found, (subnet) => ({
      tags: subnet.tags,
      values: {
        "subnet-id": [subnet.id],
        "vpc-id": [subnet.vpcId],
        "cidr-block": [subnet.cidr],
        cidr: [subnet.cidr],
        "availability-zone": [subnet.availabilityZone],
        "default-for-az": ["false"],
        state: ["available"],
        "owner-id": [accountId],
      },
    }));
    return {
      subnetSet: shown.map((subnet) => ({
        subnetId: subnet.id,
        subnetArn: `arn:aws:ec2:${call.regionName}:${accountId}:subnet/${subnet.id}`,
        state: "available",
        ownerId: accountId,
        vpcId: subnet.vpcId,
        cidrBlock: subnet.cidr,
        availabilityZone: subnet.availabilityZone,
        availableIpAddressCount: freeAddresses(call, subnet),
        defaultForAz: false,
        mapPublicIpOnLaunch: false,
        assignIpv6AddressOnCreation: false,
        tagSet: tagSet(subnet.tags),
      })),
    };
  },

  DescribeAvailabilityZones(call) {
    const zones = new Set(Object.values(call.region.subnets).map((it) => it.availabilityZone));
    return {
      availabilityZoneInfo: [...zones].map((zoneName) => ({
        zoneName,
        zoneState: "available",
        regionName: call.regionName,
        zoneType: "availability-zone",
      })),
    };
  },
};

/** The first four and the last address of each subnet belong to AWS (VPC guide, subnet sizing). */
export function isReserved(subnet: Subnet, ip: number): boolean {
  const { first, size } = network(subnet.cidr);
  return ip < first + 4 || ip === first + size - 1;
}

/** Private addresses in use in a subnet. */
export function usedIps({ region }: Call, subnetId: string): Set<string> {
  const interfaces = Object.values(region.networkInterfaces);
  return new Set(
    interfaces.filter((eni) => eni.subnetId === subnetId).flatMap((eni) => eni.privateIps),
  );
}

function freeAddresses(call: Call, subnet: Subnet): number {
  return network(subnet.cidr).size - 5 - usedIps(call, subnet.id).size;
}
