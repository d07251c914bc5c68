/** Which zone holds a name, and who publishes there. */
import type { Publisher } from "./record.ts";
import type { OperatorConfig } from "./schema.ts";

/**
 * The publisher of a name: the zone with the longest matching suffix, as DNS delegation works.
 * Undefined when no zone of the operator's list holds the name.
 */
export function publisherOf(name: string, zones: OperatorConfig["zones"]): Publisher | undefined {
  const labels = name.split(".");
  for (let start = 0; start < labels.length; start += 1) {
    const zone = labels.slice(start).join(".");
    const server = Object.hasOwn(zones, zone) ? zones[zone] : undefined;
    if (server === undefined) continue;
    return server === "external"
      ? { by: "external", zone }
      : { by: "cloudflare", zone, zoneId: server.cloudflare };
  }
  return undefined;
}
