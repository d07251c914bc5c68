/** Which private IPs a tenant takes, by its config. */

import type { TenantConfig } from "../../config/schema.ts";
import { sortedEntries } from "../../maps.ts";
import { type RetirementConfig, wayOutOf } from "../../retirement.ts";

/** Why a private IP is taken once. */
export const ONE_EACH = "EC2: one Elastic IP for each private IPv4";

/** A private IP that an address of a tenant takes. */
export interface TakenPrivateIp {
  privateIp: string;
  /** The address's key. */
  key: string;
  /** Whether the address leaves, and so gives it back. */
  leaves: boolean;
  /** The config that says so. */
  path: string;
}

/** The private IPs that a tenant takes, in the order of its addresses. */
export function takenPrivateIps({
  addresses,
}: {
  addresses: Readonly<
    Record<string, Pick<TenantConfig["addresses"][string], "privateIp"> & RetirementConfig>
  >;
}): TakenPrivateIp[] {
  return sortedEntries(addresses).map(([key, address]) => ({
    ...{ privateIp: address.privateIp, key, leaves: wayOutOf(address) !== undefined },
    path: `sendips:tenant.addresses.${key}.privateIp`,
  }));
}
