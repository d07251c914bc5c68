/** The names of a stack's resources, when the stack gets another name: they begin with it. */
import { isMap } from "../maps.ts";

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
 */
export function withRenamedResources(
  exported: unknown,
  from: string,
  to: string,
): { exported: unknown; renamed: RenamedResource[] } {
  const renamed = new Map<string, RenamedResource>();
  const nameOf = (name: string) =>
    name === from ? to : name.startsWith(`${from}-`) ? `${to}${name.slice(from.length)}` : name;
  const text = (value: string): string => {
    if (!value.startsWith("urn:pulumi:")) return value;
    // urn:pulumi:stack::project::types::name, and of a reference to a provider its id behind it.
    const [stack = "", project = "", types = "", name, ...rest] = value.split("::");
    if (name === undefined || nameOf(name) === name) return value;
    const now = nameOf(name);
    renamed.set(name, { from: name, to: now });
    return [stack, project, types, now, ...rest].join("::");
  };
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(walk);
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, walk(it)]));
  };
  return { exported: walk(exported), renamed: [...renamed.values()] };
}
