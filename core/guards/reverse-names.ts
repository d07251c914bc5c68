/** Do the names of addresses that stay go on standing, forward and reverse? */

import type { OperatorConfig, TenantConfig } from "../config/schema.ts";
import type { Finding } from "../problem.ts";
import { isCustomers } from "../publishers/publishers.ts";
import type { DeployedStack } from "../state/deployed-stack.ts";
import { setsReverseName } from "../tenant/address/records.ts";
import { hostNameOf } from "../tenant/context.ts";
import type { Plan } from "../tenant/plan.ts";
import { hostRecordKey } from "../tenant/record.ts";

/** PTRs that stand and would go: receivers refuse mail from an address without one. */
export function checkReverseNames(
  tenant: TenantConfig,
  zones: OperatorConfig["zones"],
  { addresses }: DeployedStack,
): Finding[] {
  const losing = addresses.flatMap(({ key, reverseNameUrn, retirement }) =>
    key !== undefined &&
    tenant.addresses[key] !== undefined &&
    !setsReverseName(key, tenant, zones) &&
    reverseNameUrn !== undefined &&
    retirement === undefined
      ? [key]
      : [],
  );
  if (losing.length === 0) return [];
  return [
    {
      code: "ptr-removed",
      level: "error",
      path: "sendips:tenant.waitForCustomerRecords",
      message: `is false, and the customer publishes ${tenant.hostNames ?? losing.map((key) => hostNameOf(key, tenant)).join(", ")}: the PTRs of ${losing.sort().join(", ")}, which stand, would be removed`,
      fix: "true: what stands then stays as it is, and only new names are waited for",
      rule: "RFC 8601 §2.7.3 iprev",
    },
  ];
}

/**
 * A records that stand in a zone of ours and would go at once because the customer is to publish them:
 * without one an address is not FCrDNS, and receivers refuse its mail.
 */
export function checkHostRecords(
  { stack, addresses, records }: Plan,
  deployed: DeployedStack,
): Finding[] {
  return addresses.flatMap(({ key }): Finding[] => {
    const held = deployed.addresses.find((address) => address.key === key);
    const publisher = records.find((record) => record.key === hostRecordKey(key))?.publisher;
    if (held?.hostRecordUrn === undefined || held.retirement !== undefined) return [];
    if (!isCustomers(publisher)) return [];
    return [
      {
        code: "zone-became-external",
        level: "error",
        path: `sendips:zones["${publisher.zone}"]`,
        message: `is external, but the A record of ${key} (${held.publicIp}) stands in our zone and would be removed at once, whether the customer publishes it yet or not`,
        fix: `once the customer publishes it, take ours out of the state, which leaves it in DNS: pulumi state delete --target-dependents '${held.hostRecordUrn}' --stack ${stack} --yes; PTR and binding stay as they are, and come back into the state with the next deployment`,
        rule: "RFC 8601 §2.7.3 iprev",
      },
    ];
  });
}
