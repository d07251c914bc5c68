/** Faults of `delegate` and `dkimZone`. */

import type { Finding } from "../../problem.ts";
import { isCustomers } from "../../publishers/publishers.ts";
import type { TenantContext } from "../context.ts";
import { publisherOf } from "../zones.ts";

/** The point of a delegation is that we publish the target: a zone of the customer's defeats it. */
export function checkDelegation({ tenant, operator }: TenantContext): Finding[] {
  const { dkimZone, delegate, hostNames } = tenant;
  const settings: [string, string | undefined, string][] = [
    ["sendips:tenant.dkimZone", dkimZone, "dkimZone"],
    [
      `sendips:tenant.delegate${delegate?.zone === undefined ? "" : ".zone"}`,
      delegate === undefined ? undefined : (delegate.zone ?? hostNames),
      "delegate",
    ],
  ];
  return settings.flatMap(([path, zone, key]): Finding[] => {
    const publisher = zone === undefined ? undefined : publisherOf(zone, operator.zones);
    if (!isCustomers(publisher)) return [];
    return [
      {
        code: "delegation-zone-external",
        level: "error",
        path,
        message: `${zone} lies in ${publisher.zone}, which the customer publishes`,
        fix: `a name in a zone of yours; or leave ${key} out, and the customer publishes the records themselves`,
      },
    ];
  });
}
