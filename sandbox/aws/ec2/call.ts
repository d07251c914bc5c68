/** One EC2 call as its handler sees it, and what most handlers need. */
import type { World } from "../../world.ts";
import { ApiError } from "../error.ts";
import type { Params } from "../params.ts";
import type { AwsState, NetworkInterface, RegionState, Tags } from "../state.ts";
import type { Xml } from "../xml.ts";

export interface Call {
  params: Params;
  /** The state of the Region that the caller signed for. What writes gets a copy, kept on success. */
  region: RegionState;
  regionName: string;
  aws: AwsState;
  world: World;
  /** Milliseconds on the sandbox clock. */
  now: number;
}

/** The body of the reply. What a handler has changed when it throws is forgotten. */
export type Handler = (call: Call) => { [name: string]: Xml };

export function invalidParameter(message: string): ApiError {
  return new ApiError("InvalidParameterValue", message);
}

/** An entry of the Region's state, or the `….NotFound` error of its kind. */
export function findById<T>(
  from: Readonly<Record<string, T>>,
  id: string,
  code: string,
  noun: string,
): T {
  const found = from[id];
  if (found !== undefined) return found;
  throw new ApiError(code, `The ${noun} '${id}' does not exist`);
}

/** Those asked for by id, or all; one unknown id fails the whole call, as in EC2. */
export function pickById<T>(
  from: Readonly<Record<string, T>>,
  ids: readonly string[],
  code: string,
  noun: string,
): T[] {
  if (ids.length === 0) return Object.values(from);
  return [...new Set(ids)].map((id) => findById(from, id, code, noun));
}

/** What one thing offers to a filter's name. */
export type FilterValues = Readonly<Record<string, readonly (string | undefined)[]>>;

/** Keeps what matches every `Filter.N`; `*` and `?` are wild cards, `tag:…` looks at the tags. */
export function applyFilters<T>(
  call: Call,
  things: readonly T[],
  view: (thing: T) => { tags: Tags; values: FilterValues },
): T[] {
  const filters = call.params.groups("Filter").map((filter) => ({
    name: filter.need("Name"),
    patterns: filter.list("Value").map(wildcard),
  }));
  return things.filter((thing) => {
    const { tags, values } = view(thing);
    return filters.every(({ name, patterns }) =>
      filterValues(name, tags, values).some(
        (value) => value !== undefined && patterns.some((pattern) => pattern.test(value)),
      ),
    );
  });
}

function filterValues(name: string, tags: Tags, values: FilterValues) {
  if (name.startsWith("tag:")) return [tags[name.slice(4)]];
  if (name === "tag-key") return Object.keys(tags);
  if (name === "tag-value") return Object.values(tags);
  const found = values[name];
  if (found === undefined) throw invalidParameter(`The filter '${name}' is invalid`);
  return found;
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}

/** The tags that a create call asks for on one kind of resource. */
export function tagsFromParams(params: Params, resourceType: string): Tags {
  const tags: Tags = {};
  for (const specification of params.groups("TagSpecification")) {
    if (specification.get("ResourceType") !== resourceType) continue;
    for (const tag of specification.groups("Tag")) tags[tag.need("Key")] = tag.get("Value") ?? "";
  }
  return tags;
}

export function tagSet(tags: Tags): Xml {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** A network interface by its id, which the caller has named. */
export function needInterface({ region }: Call, id: string): NetworkInterface {
  return findById(
    region.networkInterfaces,
    id,
    "InvalidNetworkInterfaceID.NotFound",
    "networkInterface ID",
  );
}
