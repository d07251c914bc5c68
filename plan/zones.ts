/** Which zone holds a name, and who publishes there. */
import type { Publisher } from "./record.ts";
import type { OperatorConfig } from "./schema.ts";

/**
 * The publisher of a name: the zone with the longest matching suffix, as DNS delegation works.
 * Undefined when no zone of the operator's list holds the name.
 */
export function publisherOf(name: string, zones: OperatorConfig["zones"]): Publisher | undefined {
  return publishersOf(zones)(name);
}

/** {@link publisherOf} for many names, each looked up once. */
export function publishersOf(
  zones: OperatorConfig["zones"],
): (name: string) => Publisher | undefined {
  const known = new Map<string, Publisher | undefined>();
  const find = (name: string): Publisher | undefined => {
    if (known.has(name)) return known.get(name);
    const dot = name.indexOf(".");
    const publisher =
      publisherOfZone(name, zones) ?? (dot < 0 ? undefined : find(name.slice(dot + 1)));
    known.set(name, publisher);
    return publisher;
  };
  return find;
}

function publisherOfZone(zone: string, zones: OperatorConfig["zones"]): Publisher | undefined {
  const server = Object.hasOwn(zones, zone) ? zones[zone] : undefined;
  if (server === undefined) return undefined;
  return server === "external"
    ? { by: "external", zone }
    : { by: "cloudflare", zone, zoneId: server.cloudflare };
}
