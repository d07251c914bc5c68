/** Values of unknown shape, as YAML, JSON and the engine hand them over, and the maps among them. */

/** Whether a value is a map: neither a list nor a day that a parser made a date. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** A value as map; an empty one where it is none. */
export function mapOf(value: unknown): Record<string, unknown> {
  return isMap(value) ? value : {};
}

/** What stands under a key of a map; undefined where the value is no map, or has no such key of its own. */
export function member(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** What stands at a path of keys, each in the map before; undefined where there is nothing. */
export function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(member, value);
}

/** Entries of a keyed map in a fixed order, so that the order of the file changes nothing. */
export function sortedEntries<T>(
  map: Readonly<Record<string, T>> | ReadonlyMap<string, T>,
): [string, T][] {
  const entries: [string, T][] = map instanceof Map ? [...map] : Object.entries(map);
  return entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
