/** What a new sandbox contains before anyone has called it. */
import ipaddr from "ipaddr.js";
import { newId } from "./aws/ids.ts";
import { type AwsState, emptyRegion } from "./aws/state.ts";
import type { Delays } from "./world.ts";

export interface SubnetSeed {
  id: string;
  cidr: string;
  /** @default `vpc-0a1b2c3d4e5f60718` */
  vpcId?: string;
  /** Its Region is this without the last letter. @default `us-east-1a` */
  availabilityZone?: string;
}

export interface ZoneSeed {
  id: string;
  name: string;
}

export const defaultSubnets: readonly SubnetSeed[] = [
  { id: "subnet-0a1b2c3d4e5f60718", cidr: "10.0.1.0/24" },
];

export const defaultZones: readonly ZoneSeed[] = [
  { id: "023e105f4ecef8ad9ca31a8372d0c353", name: "acme.example" },
];

/** Shorter than the real ones (seconds, seconds to minutes, minutes) but in their order. */
export const defaultDelays: Readonly<Delays> = {
  dnsPropagation: 2_000,
  ptrPending: 3_000,
  ptrLinger: 10_000,
};

export function emptyAws(): AwsState {
  return { seq: 0, eipQuota: 5, nextAddress: 0, regions: {} };
}

/** Adds the subnets that are not there yet, with their VPCs and the VPCs' default groups. */
export function seedSubnets(aws: AwsState, subnets: readonly SubnetSeed[]): void {
  for (const seed of subnets) {
    const availabilityZone = seed.availabilityZone ?? "us-east-1a";
    const name = availabilityZone.slice(0, -1);
    const region = aws.regions[name] ?? emptyRegion();
    aws.regions[name] = region;
    if (region.subnets[seed.id] !== undefined) continue;
    const vpcId = seed.vpcId ?? "vpc-0a1b2c3d4e5f60718";
    if (region.vpcs[vpcId] === undefined) {
      region.vpcs[vpcId] = { id: vpcId, cidr: vpcCidr(seed.cidr), tags: {} };
      const id = newId(aws, "sg");
      const all = { protocol: "-1", fromPort: -1, toPort: -1 };
      region.securityGroups[id] = {
        id,
        name: "default",
        description: "default VPC security group",
        vpcId,
        tags: {},
        rules: [
          { ...all, egress: false, peer: { kind: "group", value: id } },
          {
            ...all,
            egress: true,
            peer: { kind: "ipv4", value: "0.0.0.0/0" },
          },
        ],
      };
    }
    region.subnets[seed.id] = {
      id: seed.id,
      vpcId,
      cidr: seed.cidr,
      availabilityZone,
      tags: {},
    };
  }
}

/** The /16 around the VPC's first subnet, the largest VPC that EC2 allows. */
function vpcCidr(subnet: string): string {
  const prefix = Math.min(16, ipaddr.IPv4.parseCIDR(subnet)[1]);
  const network = ipaddr.IPv4.networkAddressFromCIDR(`${subnet.split("/")[0]}/${prefix}`);
  return `${network.toString()}/${prefix}`;
}
