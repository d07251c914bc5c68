/** Which zone holds a name, and who publishes there. */

import type { OperatorConfig } from "../config/schema.ts";
import type { Publisher } from "./record.ts";

/**
 * The publisher of a name: the zone with the longest matching suffix, as DNS delegation works.
 * Undefined when no zone of the operator's list holds the name.
 */
export function publisherOf(name: string, zones: OperatorConfig["zones"]): Publisher | undefined {
  for (let zone = name; ; zone = zone.slice(zone.indexOf(".") + 1)) {
    const server = Object.hasOwn(zones, zone) ? zones[zone] : undefined;
    if (server === "external") return { by: "external", zone };
    if (server !== undefined) return { by: "cloudflare", zone, zoneId: server.cloudflare };
    if (!zone.includes(".")) return undefined;
  }
}
