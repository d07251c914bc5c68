/** The zones that a plan publishes in: there, ours, and the ones that the config means. */

import { zoneFacts } from "../components/dns-record.ts";
import { reportFindings } from "../components/engine.ts";
import type { Finding } from "../core/problem.ts";
import type { Plan } from "../core/tenant/plan.ts";

/** The ids of the Cloudflare zones that a plan publishes in, by zone. */
export function zoneIds(plan: Plan): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const { publisher } of plan.records) {
    if (publisher.by === "cloudflare") ids[publisher.zone] = publisher.zoneId;
  }
  return ids;
}

/**
 * Looks up the Cloudflare zones that a plan publishes in, before anything is created.
 *
 * @param checked ids that the last deployment found right: they are not looked up again.
 * @throws RunError when an id belongs to another zone than the config says: records would be
 *   published where nobody looks for them.
 */
export async function checkZones(
  ids: Readonly<Record<string, string>>,
  checked: Readonly<Record<string, string>>,
): Promise<void> {
  const found = await Promise.all(
    Object.entries(ids)
      .filter(([zone, id]) => checked[zone] !== id)
      .map(async ([zone, id]) => ({ zone, facts: await zoneFacts(id) })),
  );
  const findings: Finding[] = found
    .filter(({ zone, facts }) => facts.name !== zone)
    .map(({ zone, facts }) => ({
      code: "zone-id-of-other",
      level: "error",
      path: `sendips:zones["${zone}"].cloudflare`,
      message: `the zone id belongs to ${facts.name}, not to ${zone}`,
      fix: `the id of ${zone}, as its overview page shows it`,
    }));
  reportFindings(findings);
}
