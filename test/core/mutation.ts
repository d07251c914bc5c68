/** Configs near to a good one: what typing errors, misplaced values and hostile input make of it. */
import fc from "fast-check";

/** Config values, as JSON or YAML has them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What stands in the place of a value, or at a place of its own. */
export const oddValue: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(
    null,
    true,
    false,
    0,
    -1,
    1,
    2 ** 53,
    1e308,
    "",
    ".",
    " ",
    "*",
    "@",
    {},
    [],
  ),
  fc.constantFrom<Json[]>(
    "tx1",
    "acme.example",
    "operator.example",
    "10.0.1.10",
    "::1",
    "-",
    "xn--a",
  ),
  fc.constantFrom<Json[]>("v=spf1", "v=spf1 redirect=acme.example", "mailto:a@b.example", "\ud800"),
  fc.constantFrom<Json[]>("x".repeat(64), `${"x.".repeat(130)}example`, "a".repeat(100_000)),
  fc.constantFrom<Json[]>("__proto__", "constructor", "toString", "hasOwnProperty", "then"),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json),
);

/** A way to change one place: `at` picks it among all places. */
export interface Mutation {
  at: number;
  how: "replace" | "remove" | "add" | "rename" | "swap";
  value: Json;
  key: string;
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  how: fc.constantFrom("replace", "remove", "add", "rename", "swap"),
  value: oddValue,
  key: fc.oneof(
    fc.constantFrom("__proto__", "constructor", "toString", "tx1", "acme.example", "a b", "", "0"),
    fc.string({ unit: "binary", maxLength: 12 }),
  ),
});

/** The config with the changes made; the given one is left as it is. */
export function applyMutations(config: Json, mutations: readonly Mutation[]): Json {
  const root: Json = { root: structuredClone(config) };
  for (const { at, how, value, key } of mutations) {
    const places = placesIn(root);
    const place = places[Math.floor(at * places.length)];
    const other = places[Math.floor(((at * 7) % 1) * places.length)];
    if (place === undefined || other === undefined) continue;
    const current = get(place);
    if (how === "replace") set(place, structuredClone(value));
    else if (how === "swap") set(place, structuredClone(get(other)));
    else if (how === "add" && isMap(current)) define(current, key, structuredClone(value));
    else if (how === "add" && Array.isArray(current)) current.push(structuredClone(value));
    else if (how === "rename") rename(place, key);
    else if (how === "remove") remove(place);
  }
  return root["root"] ?? null;
}

/** The same config, its keys in another order in every map; lists stay as they are. */
export function shuffleKeys(value: Json, random: () => number): Json {
  if (Array.isArray(value)) return value.map((each) => shuffleKeys(each, random));
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => ({
    rank: random(),
    entry: [key, shuffleKeys(inner, random)] as const,
  }));
  return Object.fromEntries(entries.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry));
}

interface Place {
  parent: Json[] | { [key: string]: Json };
  key: string;
}

/** Every place of a value below the root, in order. */
function placesIn(value: Json): Place[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const place = { parent: value, key };
    return [place, ...placesIn(get(place))];
  });
}

function get({ parent, key }: Place): Json {
  return (Array.isArray(parent) ? parent[Number(key)] : parent[key]) ?? null;
}

function set({ parent, key }: Place, value: Json): void {
  if (Array.isArray(parent)) parent[Number(key)] = value;
  else define(parent, key, value);
}

/** As JSON and YAML do: `__proto__` becomes a key like any other. */
function define(map: { [key: string]: Json }, key: string, value: Json): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

function rename(place: Place, key: string): void {
  if (Array.isArray(place.parent)) return;
  const value = get(place);
  delete place.parent[place.key];
  define(place.parent, key, value);
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

function isMap(value: Json): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
