/** Do the names of addresses that stay go on standing, forward and reverse? */

import type { OperatorConfig, TenantConfig } from "../config/schema.ts";
import type { Finding } from "../problem.ts";
import { mayGo } from "../retirement.ts";
import type { DeployedStack } from "../state/deployed-stack.ts";
import { setsReverseName } from "../tenant/address/records.ts";
import { hostNameOf } from "../tenant/context.ts";

/** PTRs that stand and would go: receivers refuse mail from an address without one, also while it drains. */
export function checkReverseNames(
  tenant: TenantConfig,
  zones: OperatorConfig["zones"],
  { addresses }: DeployedStack,
  today: string,
): Finding[] {
  const losing = addresses.flatMap(({ key, reverseNameUrn, retirement }) =>
    key !== undefined &&
    tenant.addresses[key] !== undefined &&
    !setsReverseName(key, tenant, zones) &&
    reverseNameUrn !== undefined &&
    !mayGo(retirement, today)
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
