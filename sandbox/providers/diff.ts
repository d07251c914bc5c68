/** What an update would change: the state, as the last refresh left it, against the inputs. */
import { isSameValue } from "./field.ts";
import type { ResourceType } from "./resource.ts";
import { canonical, DEFAULTS, isObject, type Props, type Value } from "./values.ts";

/** Takes the paths of `ignoreChanges` over from the state: `tags`, `tags.Name`, `tags["a.b"]`. */
function ignore(olds: Props, news: Props, paths: readonly string[]): Props {
  const result: Props = { ...news };
  for (const path of paths) {
    const keys = [...path.matchAll(/[^.[\]"]+|"([^"]*)"/g)].map((hit) => hit[1] ?? hit[0]);
    const first = keys[0];
    if (first === undefined) continue;
    let target: Props = result;
    let source: Value | undefined = olds;
    for (const key of keys.slice(0, -1)) {
      const inner: Value | undefined = target[key];
      source = isObject(source) ? source[key] : undefined;
      const copy: Props = isObject(inner) ? { ...inner } : {};
      target[key] = copy;
      target = copy;
    }
    const last = keys.at(-1) ?? first;
    const kept = isObject(source) ? source[last] : undefined;
    if (kept === undefined) delete target[last];
    else target[last] = kept;
  }
  return result;
}

export interface Difference {
  changed: string[];
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** Compares the state, as the last refresh left it, with the inputs wanted. */
export function diff<C>(
  type: ResourceType<C>,
  olds: Props,
  wanted: Props,
  ignored: readonly string[],
): Difference {
  const news = ignore(olds, wanted, ignored);
  const fields = Object.entries(type.fields);
  const changed = fields
    .filter(([name, f]) => !isSameValue(f, olds[name], news[name]))
    .map(([n]) => n);
  const forced = changed.filter((name) => type.fields[name]?.forceNew === true);
  const replaces = [...new Set([...forced, ...(type.replaces?.(olds, news, changed) ?? [])])];
  const auto = type.autoname;
  // A fixed name cannot exist twice, so the old one has to go first.
  const deleteBeforeReplace =
    auto !== undefined &&
    news[auto] !== undefined &&
    canonical(news[auto]) === canonical(olds[auto]) &&
    !(Array.isArray(news[DEFAULTS]) && news[DEFAULTS].includes(auto));
  return { changed, replaces, deleteBeforeReplace: replaces.length > 0 && deleteBeforeReplace };
}
