/** The zones that a plan publishes in: there, ours, and the ones that the config means. */

import type { Plan } from "../plan/plan.ts";
import type { Finding } from "../plan/problem.ts";
import { zoneFacts } from "./dns-records.ts";
import { reportFindings } from "./stack.ts";

/**
 * Looks up every Cloudflare zone that the plan publishes in, before anything is created.
 *
 * @returns the zone's own name servers, by zone.
 * @throws RunError when an id belongs to another zone than the config says: records would be
 *   published where nobody looks for them.
 */
export async function checkZones(plan: Plan): Promise<Record<string, string[]>> {
  const wanted = new Map<string, string>();
  for (const { publisher } of plan.records) {
    if (publisher.by === "cloudflare") wanted.set(publisher.zone, publisher.zoneId);
  }
  const found = await Promise.all(
    [...wanted].map(async ([zone, id]) => ({ zone, facts: await zoneFacts(id) })),
  );
  const findings: Finding[] = found
    .filter(({ zone, facts }) => facts.name !== zone)
    .map(({ zone, facts }) => ({
      level: "error",
      path: `sendips:zones["${zone}"].cloudflare`,
      message: `the zone id belongs to ${facts.name}, not to ${zone}`,
      fix: `the id of ${zone}, as its overview page shows it`,
    }));
  reportFindings(findings);
  return Object.fromEntries(found.map(({ zone, facts }) => [zone, facts.nameServers]));
}
