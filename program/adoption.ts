/** What stands in our zones where a plan's records are to come: looked at before anything is registered. */
import * as pulumi from "@pulumi/pulumi";
import { cloudflareApiOf } from "../components/cloudflare.ts";
import { permissionFix } from "../core/foreign-errors.ts";
import {
  type AdoptionPlan,
  missingRecords,
  planAdoptions,
  type ZoneRecord,
} from "../core/guards/adoption.ts";
import type { Finding } from "../core/problem.ts";
import type { DeployedStack } from "../core/state/deployed-stack.ts";
import type { PlannedRecord } from "../core/tenant/record.ts";

/** An address that is there, in the state or about to be taken into it. */
interface KnownAddress {
  key: string | undefined;
  publicIp: string;
}

/**
 * What the records that are to be created meet in their zones. Asks nothing where the state holds all of them.
 * Where Cloudflare cannot be asked, that is an error: no record is published over what was not seen.
 */
export async function adoptionsInZones(
  planned: readonly PlannedRecord[],
  deployed: DeployedStack,
  addresses: readonly KnownAddress[],
  logicalName: (key: string) => string,
): Promise<AdoptionPlan> {
  const held = new Set(deployed.records.map((record) => record.logicalName));
  const missing = missingRecords(planned, deployed.records, logicalName);
  const ips = new Map(addresses.map(({ key, publicIp }) => [key, publicIp]));
  const byZone = new Map<string, Set<string>>();
  const ask = (zoneId: string, name: string) =>
    byZone.set(zoneId, (byZone.get(zoneId) ?? new Set()).add(name));
  const before = new Map(deployed.records.map((record) => [record.logicalName, record]));
  for (const { publisher, name, key } of missing) {
    if (publisher.by !== "cloudflare") continue;
    const at = typeof name === "string" ? name : undefined;
    const address = typeof name === "string" ? undefined : ips.get(name.address);
    const below = typeof name === "string" || address === undefined ? undefined : name.below;
    const full = at ?? (below === undefined ? undefined : `${address}.${below}`);
    if (full === undefined) continue;
    ask(publisher.zoneId, full);
    const moves = before.get(logicalName(key));
    if (moves !== undefined) ask(moves.zoneId, moves.name);
  }
  const standing: ZoneRecord[] = [];
  const findings: Finding[] = [];
  for (const [zoneId, names] of byZone) {
    try {
      standing.push(...(await (await cloudflareApiOf()).recordsAt(zoneId, [...names])));
    } catch (error) {
      findings.push({
        code: "zone-unanswered",
        level: "error",
        path: "sendips:zones",
        message: `what stands in the zone ${zoneId} cannot be asked of Cloudflare, and no record is published over what was not seen: ${error instanceof Error ? error.message : error}`,
        fix: `CLOUDFLARE_API_TOKEN with Zone: Read and DNS: Edit on the zone (${permissionFix(pulumi.getStack())}); then deploy again: nothing was changed`,
      });
    }
  }
  if (findings.length > 0) return { adoptions: new Map(), findings };
  const isHeld = (key: string) => held.has(logicalName(key));
  return planAdoptions(pulumi.getStack(), missing, standing, deployed.records, isHeld, (key) =>
    ips.get(key),
  );
}
