/**
 * The records of a fleet by zone, as other tools take them: all that a zone's owner publishes, with
 * every address known. Reverse names are left out: EC2 serves them, from no zone of the operator's.
 */
import { readConfig, readOperator } from "../core/config/config.ts";
import { plan } from "../core/tenant/plan.ts";
import { type RecordData, type Ref, renderOwner, renderText } from "../core/tenant/record.ts";
import { parsedFleet } from "./parsed-fleet.ts";

/** A record in its zone. */
export interface ZoneRecord {
  /** The owner below the zone, `@` for the zone itself. */
  label: string;
  ttl: number;
  value:
    | { type: "A"; address: string }
    | { type: "MX"; preference: number; exchange: string }
    | { type: "TXT"; text: string };
}

/** Records by zone. */
export type Zones = ReadonlyMap<string, readonly ZoneRecord[]>;

/** The zones of a fleet of so many tenants: one each, and the operator's with consent to their reports. */
export function fleetZones(tenants: number): Zones {
  const { operator, stacks } = parsedFleet(tenants);
  const shared = readOperator(operator);
  const zones = new Map<string, ZoneRecord[]>();
  let known = 0;
  for (const { name, values } of stacks) {
    const read = readConfig({ stack: name, values }, shared);
    if (!("stack" in read) || read.stack.kind !== "tenant") continue;
    const result = plan(read.stack);
    if (!("plan" in result)) throw new Error(`${name} has no plan`);
    const { records, addresses } = result.plan;
    const ips = new Map(addresses.map(({ key }) => [key, benchmarkAddress(known++)]));
    const resolve = (ref: Ref) => ("address" in ref ? (ips.get(ref.address) ?? "") : "");
    for (const record of records) {
      const { publisher, ttl, data } = record;
      if (publisher.by === "aws") continue;
      const zone = zones.get(publisher.zone) ?? [];
      zones.set(publisher.zone, zone);
      const owner = renderOwner(record, resolve);
      const label = owner === publisher.zone ? "@" : owner.slice(0, -publisher.zone.length - 1);
      zone.push({ label, ttl, value: zoneValue(data, resolve) });
    }
  }
  return zones;
}

/** An address of 198.18.0.0/15, which is set aside for benchmarks (RFC 2544). */
function benchmarkAddress(index: number): string {
  return `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

function zoneValue(data: RecordData, resolve: (ref: Ref) => string): ZoneRecord["value"] {
  switch (data.type) {
    case "A":
      return {
        type: "A",
        address: typeof data.address === "string" ? data.address : resolve(data.address),
      };
    case "MX":
      return { type: "MX", preference: data.preference, exchange: data.exchange };
    case "TXT":
      return { type: "TXT", text: renderText(data.text, resolve) };
    default:
      throw new Error(`the fleet has no ${data.type} records`);
  }
}
