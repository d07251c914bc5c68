/** The names of a stack's resources, when the stack gets another name: they begin with it. */
import { isMap } from "../maps.ts";
import { TYPES } from "./resources.ts";

/** A resource that gets another name. */
export interface RenamedResource {
  from: string;
  to: string;
}

/**
 * Renames the resources of what `pulumi stack export` prints, wherever their URNs stand. Nothing else of it changes.
 *
 * @param exported the parsed JSON; it is not changed.
 * @param from the stack's former name, with which the names begin.
 * @param to the new one. Where the tenant or mail host has it all is renamed already, and a name that begins with both
 *   (`acme` and `acme-old`) is left alone.
 */
export function withRenamedResources(
  exported: unknown,
  from: string,
  to: string,
): { exported: unknown; renamed: RenamedResource[] } {
  const renamed = new Map<string, RenamedResource>();
  const components = new Set<string>();
  const nameOf = (name: string) =>
    name === from ? to : name.startsWith(`${from}-`) ? `${to}${name.slice(from.length)}` : name;
  const text = (value: string): string => {
    if (!value.startsWith("urn:pulumi:")) return value;
    // urn:pulumi:stack::project::types::name, and of a reference to a provider its id behind it.
    const [stack = "", project = "", types = "", name, ...rest] = value.split("::");
    if (name === undefined) return value;
    if (types === TYPES.tenant || types === TYPES.mailHost) components.add(name);
    const now = nameOf(name);
    if (now === name) return value;
    renamed.set(name, { from: name, to: now });
    return [stack, project, types, now, ...rest].join("::");
  };
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(walk);
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, walk(it)]));
  };
  const changed = walk(exported);
  return components.has(to)
    ? { exported, renamed: [] }
    : { exported: changed, renamed: [...renamed.values()] };
}
