/** The names of an address: A, PTR and the SPF record of the HELO name, all three by one host name. */

import type { OperatorConfig, TenantConfig } from "../../config/schema.ts";
import { sortedEntries } from "../../maps.ts";
import { isOurs } from "../../publishers/publishers.ts";
import { hostNameOf, type TenantContext, type WantedRecord } from "../context.ts";
import { hostRecordKey, text } from "../record.ts";
import { publisherOf } from "../zones.ts";
import { HELO_SPF, HOST_NAME, REVERSE_NAME } from "./purpose.ts";

/**
 * Whether the PTR of an address is ours to set: EC2 takes none before the A record stands, and who waits
 * for no record of the customer's cannot know when it does.
 */
export function setsReverseName(
  key: string,
  tenant: TenantConfig,
  zones: OperatorConfig["zones"],
): boolean {
  const publisher = publisherOf(hostNameOf(key, tenant), zones);
  return tenant.waitForCustomerRecords || isOurs(publisher);
}

/** A, PTR and HELO SPF of each address, so that FCrDNS holds (RFC 8601 §2.7.3 iprev). */
export function addressRecords({ tenant, operator }: TenantContext): WantedRecord[] {
  return sortedEntries(tenant.addresses).flatMap(([key]) => {
    const name = hostNameOf(key, tenant);
    const sets = setsReverseName(key, tenant, operator.zones);
    const path = `sendips:tenant.addresses.${key}`;
    const address = { address: key };
    return [
      {
        key: hostRecordKey(key),
        name,
        data: { type: "A", address },
        purpose: HOST_NAME,
        path,
        why: `host name of address ${key}`,
      },
      {
        key: `${key}-ptr`,
        name: address,
        data: { type: "PTR", host: name },
        purpose: REVERSE_NAME,
        path,
        why: `reverse name of address ${key}: the same name as A and HELO (RFC 8601 iprev)`,
        ...(sets
          ? {}
          : {
              waitsFor: `the customer publishes the A record of ${name}; then set sendips:tenant.waitForCustomerRecords: true and deploy`,
            }),
      },
      {
        key: `${key}-helo-spf`,
        name,
        data: { type: "TXT", text: text`v=spf1 a -all` },
        purpose: HELO_SPF,
        path,
        why: "SPF of the HELO name, which is checked for bounces with an empty MAIL FROM (RFC 7208 §2.3, §2.4)",
      },
    ];
  });
}
