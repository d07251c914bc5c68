/** How many records a zone may hold. */
import { configPath } from "../../config/config.ts";
import type { OperatorConfig } from "../../config/schema.ts";
import { member, sortedEntries } from "../../maps.ts";
import type { Finding } from "../../problem.ts";
import type { RecordQuota } from "../../publishers/publisher.ts";
import { publisherKindOf, zoneNameOf } from "../../publishers/publishers.ts";
import type { PlannedRecord } from "../record.ts";

/** What a plan, or several together, publish in one zone of ours. */
export interface ZoneUse {
  zone: string;
  count: number;
  /** What the operator says that the zone may hold; undefined where that is not said. */
  quota: number | undefined;
  /** What its publisher lets a zone hold. */
  usual: RecordQuota;
}

/** The zones of ours that records stand in, by name. */
export function zoneUses(
  records: readonly PlannedRecord[],
  zones: OperatorConfig["zones"],
): ZoneUse[] {
  const uses = new Map<string, ZoneUse>();
  for (const { publisher } of records) {
    const usual = publisherKindOf(publisher).quota;
    const zone = zoneNameOf(publisher);
    if (usual === undefined || zone === undefined) continue;
    const use = uses.get(zone) ?? { zone, count: 0, quota: statedQuota(zone, zones), usual };
    uses.set(zone, use);
    use.count += 1;
  }
  return sortedEntries(uses).map(([, use]) => use);
}

function statedQuota(zone: string, zones: OperatorConfig["zones"]): number | undefined {
  const records = member(member(zones, zone), "records");
  return typeof records === "number" ? records : undefined;
}

/**
 * What is wrong with a zone that is to hold more than it may: an error by the operator's number, a warning
 * by that of a new free zone, which the zone need not be.
 *
 * @param whose the stacks that publish there, where they are several
 */
export function quotaFinding(
  { zone, count, quota, usual }: ZoneUse,
  whose?: string,
): Finding | undefined {
  if (count <= (quota ?? usual.records)) return undefined;
  const records = `${count} records are to stand in ${zone}`;
  const of = whose === undefined ? "" : `: ${whose}`;
  const path = configPath(["zones", zone]);
  const { rule } = usual;
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
    message: `${records}, and how many it holds is not known: ${usual.meaning}${of}`,
    fix: `say what the zone's plan allows in Pulumi.yaml, sendips:zones: {${zone}: ${usual.form}}`,
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
