/** Which zone holds a name, and who publishes there. */

import type { OperatorConfig } from "../config/schema.ts";
import { type Publisher, publisherOfZone } from "../publishers/publishers.ts";

/**
 * The publisher of a name: the zone with the longest matching suffix, as DNS delegation works.
 * Undefined when no zone of the operator's list holds the name.
 */
export function publisherOf(name: string, zones: OperatorConfig["zones"]): Publisher | undefined {
  for (let zone = name; ; zone = zone.slice(zone.indexOf(".") + 1)) {
    const config = Object.hasOwn(zones, zone) ? zones[zone] : undefined;
    if (config !== undefined) return publisherOfZone(zone, config);
    if (!zone.includes(".")) return undefined;
  }
}
