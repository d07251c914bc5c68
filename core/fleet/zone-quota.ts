/** Records of all tenants against what each zone may hold. */

import { type Problem, shortList } from "../problem.ts";
import type { RecordQuota } from "../publishers/publisher.ts";
import { quotaFinding, type ZoneUse, zoneUses } from "../tenant/zone/zone-quota.ts";
import type { FleetTenant } from "./stack.ts";

interface ZoneUsage {
  total: number;
  /** The largest that a stack states; undefined while none does. */
  quota: number | undefined;
  usual: RecordQuota;
  /** Stacks with their counts, in order. */
  stacks: { name: string; count: number }[];
  /** True when one stack alone is over it, which is told with that stack. */
  isReported: boolean;
}

/**
 * One problem for each zone that the tenants fill over its quota together, with the stack that goes over it.
 * A plan with errors is not counted: its records are not known.
 */
export function zoneQuotaConflicts(tenants: readonly FleetTenant[]): Problem[] {
  const zones = new Map<string, ZoneUsage>();
  for (const { name, stack, result } of tenants) {
    if (result === undefined || !("plan" in result)) continue;
    for (const use of zoneUses(result.plan.records, stack.operator.zones)) {
      const fill = zones.get(use.zone) ?? {
        ...{ total: 0, quota: undefined, usual: use.usual },
        ...{ stacks: [], isReported: false },
      };
      zones.set(use.zone, fill);
      fill.total += use.count;
      fill.stacks.push({ name, count: use.count });
      fill.isReported ||= quotaFinding(use) !== undefined;
      if (use.quota !== undefined) fill.quota = Math.max(fill.quota ?? 0, use.quota);
    }
  }
  return [...zones]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([zone, fill]) => (fill.isReported ? [] : overdrawnZone(zone, fill)));
}

function overdrawnZone(zone: string, { total, quota, usual, stacks }: ZoneUsage): Problem[] {
  const use: ZoneUse = { zone, count: total, quota, usual };
  const most = stacks.toSorted((a, b) => b.count - a.count);
  const finding = quotaFinding(use, shortList(most.map(({ name, count }) => `${name} ${count}`)));
  if (finding === undefined) return [];
  let sum = 0;
  const crossing = stacks.find(({ count }) => {
    sum += count;
    return quotaFinding({ zone, count: sum, quota, usual }) !== undefined;
  });
  return crossing === undefined ? [] : [{ ...finding, stack: crossing.name }];
}
