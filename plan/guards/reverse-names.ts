/** Are the PTRs of a tenant ours to set, and does none go that stands? */
import type { Finding } from "../problem.ts";
import type { OperatorConfig, TenantConfig } from "../schema.ts";
import type { Deployed } from "../state/deployed.ts";
import { publisherOf } from "../zones.ts";

/**
 * Whether the PTRs of a tenant are ours to set: EC2 takes none before the A record stands, and who waits
 * for no record of the customer's cannot know when it does.
 */
export function setsReverseNames(tenant: TenantConfig, zones: OperatorConfig["zones"]): boolean {
  return tenant.waitForCustomerRecords || publisherOf(tenant.hostNames, zones)?.by === "cloudflare";
}

/** PTRs that stand and would go: receivers refuse mail from an address without one. */
export function checkReverseNames(
  tenant: TenantConfig,
  zones: OperatorConfig["zones"],
  { addresses }: Deployed,
): Finding[] {
  if (setsReverseNames(tenant, zones)) return [];
  const losing = addresses.flatMap(({ key, reverseName, release }) =>
    key !== undefined && tenant.addresses[key] !== undefined && reverseName && !release
      ? [key]
      : [],
  );
  if (losing.length === 0) return [];
  return [
    {
      level: "error",
      path: "sendips:tenant.waitForCustomerRecords",
      message: `is false, and the customer publishes ${tenant.hostNames}: the PTRs of ${losing.sort().join(", ")}, which stand, would be removed`,
      fix: "true: what stands then stays as it is, and only new names are waited for",
      rule: "RFC 8601 §2.7.3 iprev",
    },
  ];
}
