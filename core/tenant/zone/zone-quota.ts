/** How many records a zone may hold. */
import { configPath } from "../../config/config.ts";
import type { OperatorConfig } from "../../config/schema.ts";
import type { Finding } from "../../problem.ts";
import type { PlannedRecord } from "../record.ts";

/** A new zone of Cloudflare's free plan; older ones and other plans hold 1,000 and more. */
const NEW_FREE_ZONE = 200;

/** What a plan, or several together, publish in one zone of ours. */
export interface ZoneUse {
  zone: string;
  count: number;
  /** What the operator says that the zone may hold; undefined where that is not said. */
  quota: number | undefined;
}

/** The zones of ours that records stand in, by name. */
export function zoneUses(
  records: readonly PlannedRecord[],
  zones: OperatorConfig["zones"],
): ZoneUse[] {
  const counts = new Map<string, number>();
  for (const { publisher } of records) {
    if (publisher.by !== "cloudflare") continue;
    counts.set(publisher.zone, (counts.get(publisher.zone) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([zone, count]) => {
      const server = Object.hasOwn(zones, zone) ? zones[zone] : undefined;
      return { zone, count, quota: typeof server === "object" ? server.records : undefined };
    });
}

/**
 * What is wrong with a zone that is to hold more than it may: an error by the operator's number, a warning
 * by that of a new free zone, which the zone need not be.
 *
 * @param whose the stacks that publish there, where they are several
 */
export function quotaFinding({ zone, count, quota }: ZoneUse, whose?: string): Finding | undefined {
  if (count <= (quota ?? NEW_FREE_ZONE)) return undefined;
  const records = `${count} records are to stand in ${zone}`;
  const of = whose === undefined ? "" : `: ${whose}`;
  const path = configPath(["zones", zone]);
  const rule = "Cloudflare: DNS records per zone";
  if (quota !== undefined) {
    return {
      code: "zone-full",
      level: "error",
      path: `${path}.records`,
      message: `${records}, which holds ${quota}${of}`,
      fix: "have the zone's plan raised and this number with it; or put some tenants' host names into another zone of yours",
      rule,
    };
  }
  return {
    code: "zone-quota-unknown",
    level: "warning",
    path,
    message: `${records}, and how many it holds is not known: a new free zone of Cloudflare's holds ${NEW_FREE_ZONE}, older ones and other plans 1,000 and more${of}`,
    fix: `say what the zone's plan allows in Pulumi.yaml, sendips:zones: {${zone}: {cloudflare: <zone id>, records: 1000}}`,
    rule,
  };
}

/** Faults of one plan by itself. */
export function checkZoneQuota(
  records: readonly PlannedRecord[],
  zones: OperatorConfig["zones"],
): Finding[] {
  return zoneUses(records, zones).flatMap((use) => quotaFinding(use) ?? []);
}
