/** Which zone holds a name, and who publishes there. */

import type { OperatorConfig } from "../config/schema.ts";
import type { Publisher } from "./record.ts";

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
  const publishers = publishersByZone(zones);
  const known = new Map<string, Publisher | undefined>();
  const find = (name: string): Publisher | undefined => {
    const before = known.get(name);
    if (before !== undefined || known.has(name)) return before;
    const dot = name.indexOf(".");
    const publisher = publishers.get(name) ?? (dot < 0 ? undefined : find(name.slice(dot + 1)));
    known.set(name, publisher);
    return publisher;
  };
  return find;
}

/** By the operator's list: the stacks of a fleet share one, as long as the fleet. */
const read = new WeakMap<OperatorConfig["zones"], ReadonlyMap<string, Publisher>>();

function publishersByZone(zones: OperatorConfig["zones"]): ReadonlyMap<string, Publisher> {
  const before = read.get(zones);
  if (before !== undefined) return before;
  const publishers = new Map(
    Object.entries(zones).map(([zone, server]): [string, Publisher] => [
      zone,
      server === "external"
        ? { by: "external", zone }
        : { by: "cloudflare", zone, zoneId: server.cloudflare },
    ]),
  );
  read.set(zones, publishers);
  return publishers;
}
