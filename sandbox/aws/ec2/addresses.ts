/** Elastic IPs: allocate, recover, describe, release. */

import { accountId } from "../account.ts";
import { ApiError } from "../error.ts";
import { newId, publicAddress } from "../ids.ts";
import type { Address } from "../state.ts";
import type { Xml } from "../xml.ts";
import {
  applyFilters,
  type Call,
  type Handler,
  invalidParameter,
  tagSet,
  tagsFromParams,
} from "./call.ts";
import { ptrHolds } from "./ptr.ts";

export const addressHandlers: Readonly<Record<string, Handler>> = {
  AllocateAddress(call) {
    const { params, region, aws } = call;
    const wanted = params.get("Address");
    // With an address, the pool is ignored (terraform-provider-aws `ec2_eip.go`).
    const pool = wanted === undefined ? ownPool(call) : undefined;
    if (pool === undefined) checkQuota(call);
    const tags = tagsFromParams(params, "elastic-ip");
    const publicIp = wanted === undefined ? publicAddress(aws, pool !== undefined) : recover(call);
    const address: Address = {
      allocationId: newId(aws, "eipalloc"),
      publicIp,
      publicIpv4Pool: pool ?? "amazon",
      countsToQuota: pool === undefined,
      tags,
      ptr: {},
    };
    region.addresses[address.allocationId] = address;
    delete region.released[publicIp];
    return {
      publicIp,
      domain: "vpc",
      allocationId: address.allocationId,
      publicIpv4Pool: address.publicIpv4Pool,
      networkBorderGroup: call.regionName,
    };
  },

  DescribeAddresses(call) {
    const { params } = call;
    let found = allAddresses(call);
    const ids = params.list("AllocationId");
    if (ids.length > 0) found = [...new Set(ids)].map((id) => needAddress(call, id));
    const ips = params.list("PublicIp");
    if (ips.length > 0) {
      for (const ip of ips) needPublicIp(call, ip);
      found = found.filter(({ publicIp }) => ips.includes(publicIp));
    }
    const shown = applyFilters(call, found, (address) => ({
      tags: address.tags,
      values: {
        "allocation-id": [address.allocationId],
        "association-id": [address.association?.id],
        domain: ["vpc"],
        "instance-id": [instanceOf(call, address)],
        "network-border-group": [call.regionName],
        "network-interface-id": [address.association?.networkInterfaceId],
        "network-interface-owner-id": [address.association && accountId],
        "private-ip-address": [address.association?.privateIp],
        "public-ip": [address.publicIp],
      },
    }));
    return { addressesSet: shown.map((address) => describe(call, address)) };
  },

  ReleaseAddress(call) {
    const { params, region, now } = call;
    const address = namedAddress(call);
    if (address.association !== undefined) {
      throw new ApiError(
        "InvalidIPAddress.InUse",
        `Address ${address.publicIp} is in use by association ${address.association.id}.`,
      );
    }
    if (ptrHolds(address.ptr, now)) {
      throw new ApiError(
        "InvalidAddress.PtrSet",
        `The address with allocation id [${address.allocationId}] cannot be released because ` +
          "it has a reverse DNS record set.",
      );
    }
    if (params.flag("DryRun") === true) return {};
    delete region.addresses[address.allocationId];
    region.released[address.publicIp] = now;
    return { return: true };
  },
};

/** The operator's own pool that the call names, if any. Any well-formed pool exists. */
function ownPool({ params }: Call): string | undefined {
  const pool = params.get("PublicIpv4Pool");
  if (pool !== undefined && pool !== "amazon") {
    if (/^ipv4pool-ec2-[0-9a-f]+$/.test(pool)) return pool;
    throw new ApiError("InvalidPublicIpv4PoolID.Malformed", `Invalid pool id: '${pool}'`);
  }
  const ipamPool = params.get("IpamPoolId");
  if (ipamPool === undefined || /^ipam-pool-[0-9a-f]+$/.test(ipamPool)) return ipamPool;
  throw new ApiError("InvalidIpamPoolId.Malformed", `Invalid pool id: '${ipamPool}'`);
}

function checkQuota({ region, aws }: Call): void {
  const counted = Object.values(region.addresses).filter((address) => address.countsToQuota);
  if (counted.length < aws.eipQuota) return;
  throw new ApiError("AddressLimitExceeded", "The maximum number of addresses has been reached.");
}

/** Only what this account released in this Region and nobody has taken since. */
function recover({ params, region }: Call): string {
  const wanted = params.need("Address");
  if (region.released[wanted] !== undefined) return wanted;
  throw new ApiError("InvalidAddress.NotFound", `Address '${wanted}' not found.`);
}

export function allAddresses({ region }: Call): Address[] {
  return Object.values(region.addresses);
}

export function needAddress({ region }: Call, allocationId: string): Address {
  const address = region.addresses[allocationId];
  if (address !== undefined) return address;
  throw new ApiError(
    "InvalidAllocationID.NotFound",
    `The allocation ID '${allocationId}' does not exist`,
  );
}

export function needPublicIp(call: Call, publicIp: string): Address {
  const address = allAddresses(call).find((candidate) => candidate.publicIp === publicIp);
  if (address !== undefined) return address;
  throw new ApiError("InvalidAddress.NotFound", `Address '${publicIp}' not found.`);
}

/** The address that `AllocationId` or `PublicIp` names. */
export function namedAddress(call: Call): Address {
  const { params } = call;
  const publicIp = params.get("PublicIp");
  if (params.get("AllocationId") === undefined && publicIp !== undefined) {
    return needPublicIp(call, publicIp);
  }
  return needAddress(call, params.need("AllocationId"));
}

function instanceOf({ region }: Call, { association }: Address): string | undefined {
  if (association === undefined) return undefined;
  return region.networkInterfaces[association.networkInterfaceId]?.attachment?.instanceId;
}

function describe(call: Call, address: Address): Xml {
  const { association } = address;
  return {
    publicIp: address.publicIp,
    allocationId: address.allocationId,
    domain: "vpc",
    instanceId: instanceOf(call, address),
    associationId: association?.id,
    networkInterfaceId: association?.networkInterfaceId,
    networkInterfaceOwnerId: association && accountId,
    privateIpAddress: association?.privateIp,
    publicIpv4Pool: address.publicIpv4Pool,
    networkBorderGroup: call.regionName,
    tagSet: tagSet(address.tags),
  };
}

/** `MaxResults` and `NextToken` over a list that the sandbox always has whole. */
export function page<T>({ params }: Call, items: readonly T[]): { items: T[]; nextToken?: string } {
  const from = Number(params.get("NextToken") ?? 0);
  if (!Number.isInteger(from)) throw invalidParameter("Invalid value for NextToken.");
  const max = params.int("MaxResults");
  const to = max === undefined ? items.length : from + max;
  const rest = items.length > to ? { nextToken: String(to) } : {};
  return { items: items.slice(from, to), ...rest };
}
