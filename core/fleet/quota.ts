/** Elastic IPs against what AWS grants in each Region. */

import { type Problem, shortList } from "../problem.ts";
import type { FleetTenant } from "./stack.ts";

/** What a new account has in each Region. */
const DEFAULT_QUOTA = 5;
const RULE = "EC2: AddressLimitExceeded";

interface Usage {
  total: number;
  /** Undefined while no stack states one. */
  quota: number | undefined;
  /** Stacks with their counts, in order. */
  stacks: { name: string; count: number }[];
}

/**
 * One problem for each Region that wants more than its quota, with the stack that goes over it. An
 * error when the operator states the quota; a warning by the default, which AWS may have raised.
 */
export function quotaConflicts(tenants: readonly FleetTenant[]): Problem[] {
  const regions = new Map<string, Usage>();
  for (const { name, region, stack } of tenants) {
    if (region === undefined) continue;
    const usage = regions.get(region) ?? { total: 0, quota: undefined, stacks: [] };
    regions.set(region, usage);
    const count = Object.values(stack.tenant.addresses).filter(isCounted).length;
    usage.total += count;
    usage.stacks.push({ name, count });
    const stated = Object.hasOwn(stack.operator.eipQuota, region)
      ? stack.operator.eipQuota[region]
      : undefined;
    if (stated !== undefined) usage.quota = Math.max(usage.quota ?? 0, stated);
  }
  return [...regions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([region, usage]) => overdrawnQuota(region, usage));
}

/** Addresses of one's own pool (BYOIP) do not count; `amazon` is Amazon's. */
function isCounted({ publicIpv4Pool }: { publicIpv4Pool?: string | undefined }): boolean {
  return publicIpv4Pool === undefined || publicIpv4Pool === "amazon";
}

function overdrawnQuota(region: string, { total, quota, stacks }: Usage): Problem[] {
  const limit = quota ?? DEFAULT_QUOTA;
  if (total <= limit) return [];
  let sum = 0;
  const crossing = stacks.find(({ count }) => {
    sum += count;
    return sum > limit;
  });
  if (crossing === undefined) return [];
  const owners = stacks
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${name} ${count}`);
  const stated = quota !== undefined;
  return [
    {
      code: "address-quota",
      level: stated ? "error" : "warning",
      stack: crossing.name,
      path: "sendips:tenant.addresses",
      message: `${total} Elastic IPs in ${region}, but AWS grants ${limit}${stated ? "" : " by default"}: ${shortList(owners)}`,
      fix: stated
        ? `have the quota raised and sendips:eipQuota.${region} with it, or bring addresses of your own (BYOIP), which do not count`
        : `say what AWS grants you in Pulumi.yaml, sendips:eipQuota: {${region}: …}; have it raised when it is ${limit}`,
      rule: RULE,
    },
  ];
}
