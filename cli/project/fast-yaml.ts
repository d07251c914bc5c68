/** YAML read fast: `yaml`, which names every fault with its place, takes several times as long. */
import { FAILSAFE_SCHEMA, load, Type } from "js-yaml";
import { isScalar, type ScalarTag, Schema } from "yaml";

/** What `yaml` takes for a number, true, false or null: asked of itself, so that the two cannot differ. */
const TAGS = new Schema({ schema: "core" }).tags.filter(
  (tag): tag is ScalarTag & { test: RegExp } => "test" in tag && tag.test !== undefined,
);
const CORE = FAILSAFE_SCHEMA.extend({
  implicit: [
    new Type("tag:yaml.org,2002:core", {
      kind: "scalar",
      resolve: (text: string | null) => text === null || TAGS.some(({ test }) => test.test(text)),
      construct: (text: string | null) => {
        const tag = text === null ? undefined : TAGS.find(({ test }) => test.test(text));
        const value = tag?.resolve(text ?? "", () => {}, {}) ?? null;
        return isScalar(value) ? value.value : value;
      },
    }),
  ],
});

/**
 * Reads a YAML text that is a map or a list without a fault.
 *
 * What hardly anybody writes it may read in another way than `yaml`: a map as a key, an empty list in a list. Nothing
 * of that is config, so that the config has a problem then, and one with problems is read again by `yaml`.
 *
 * @returns undefined when there is a fault, or what may be one: a map or a list at two places, by an alias, which may
 *   stand for more than any config needs, or for what it stands in; and a key null, which is an empty text to
 *   `yaml`, and "null" to js-yaml.
 */
export function readFastYaml(text: string): object | undefined {
  try {
    const value = load(text, { schema: CORE });
    return isCollection(value) && isPlainTree(value, new Set()) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isPlainTree(value: object, met: Set<object>): boolean {
  if (met.has(value) || Object.hasOwn(value, "null")) return false;
  met.add(value);
  return Object.values(value).every((inner) => !isCollection(inner) || isPlainTree(inner, met));
}

function isCollection(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
