/**
 * Values as the engine sends them: protobuf structs in which strings of a fixed spelling stand for
 * what a preview does not know yet, and objects with a signature for secrets and outputs.
 */
import structs from "google-protobuf/google/protobuf/struct_pb.js";

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Props = Record<string, Value>;

/** Stands for a value that is known only after deployment. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Where the bridge lists the inputs that it filled in itself. */
export const DEFAULTS = "__defaults";

/** The engine spells an unknown by the type it will have; the first is by far the commonest. */
const UNKNOWNS: ReadonlySet<string> = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

export function isObject(value: Value | undefined): value is { [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Unknown itself; a list or map with an unknown inside is not. */
export function isUnknown(value: Value | undefined): boolean {
  return typeof value === "string" && UNKNOWNS.has(value);
}

/** Whether anything inside is unknown. */
export function hasUnknown(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (isObject(value)) return Object.values(value).some(hasUnknown);
  return isUnknown(value);
}

/**
 * Nothing, or what providers hold equal to nothing: a state rebuilt from the cloud cannot tell an
 * empty description from an absent one.
 */
export function isEmpty(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0) {
    return true;
  }
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** Strips secrets and outputs to the value inside: we answer `acceptSecrets: false`. */
function plain(value: Value): Value {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (value[SIGNATURE] === SECRET) return plain(value["value"] ?? null);
  if (value[SIGNATURE] === OUTPUT) return plain(value["value"] ?? UNKNOWN);
  const result: Props = {};
  for (const [key, inner] of Object.entries(value)) result[key] = plain(inner);
  return result;
}

export function fromStruct(struct: structs.Struct | undefined): Props {
  const result: Props = {};
  for (const [key, value] of Object.entries(struct?.toJavaScript() ?? {})) {
    if (value !== null) result[key] = plain(value as Value);
  }
  return result;
}

export function toStruct(props: Props): structs.Struct {
  return structs.Struct.fromJavaScript(props);
}

/** Drops what is absent, so that SDK replies can be written down as they come. */
export function compact(props: Record<string, Value | undefined>): Props {
  const result: Props = {};
  for (const [key, value] of Object.entries(props)) {
    if (value !== undefined && value !== null) result[key] = value;
  }
  return result;
}

/** A canonical text: equal values have equal texts whatever the order of their keys. */
export function canonical(value: Value | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (isObject(value)) {
    const keys = Object.keys(value).filter((key) => value[key] !== null);
    return `{${keys.sort().map((key) => `${key}:${canonical(value[key])}`)}}`;
  }
  return JSON.stringify(value ?? null);
}

export function text(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function number(value: Value | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function flag(value: Value | undefined): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

export function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function objects(value: Value | undefined): Props[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function map(value: Value | undefined): Record<string, string> {
  const result: Record<string, string> = {};
  if (isObject(value)) for (const [key, item] of Object.entries(value)) result[key] = String(item);
  return result;
}
