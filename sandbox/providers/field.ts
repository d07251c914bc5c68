/** A field of a resource type, and when two values of it are the same. */
import { canonical, hasUnknown, isEmpty, isObject, type Value } from "./values.ts";

/** One field. */
export interface Field {
  type: "string" | "number" | "boolean" | "list" | "set" | "map" | "object";
  required?: true;
  /** A change replaces the resource. */
  forceNew?: true;
  /** The cloud fills it in when the program does not, and absence is no change. */
  computed?: true;
  default?: Value;
  /** False is as good as absent, as in resources on the older of Terraform's two SDKs. */
  falseIsAbsent?: true;
  /** Values allowed, when they are few. */
  values?: readonly string[];
  /** Brings equal values to the same form before they are compared. */
  normalize?(value: Value): Value;
}

/** Whether the cloud's value is what the program wants. */
export function isSameValue(
  field: Field,
  old: Value | undefined,
  wanted: Value | undefined,
): boolean {
  if (field.falseIsAbsent === true && (old ?? false) === (wanted ?? false)) return true;
  if (isEmpty(wanted)) return isEmpty(old) || (wanted === undefined && field.computed === true);
  if (old === undefined || wanted === undefined || hasUnknown(wanted)) return false;
  if (field.type === "object" && isObject(old) && isObject(wanted)) {
    // What the program leaves out, the cloud decides.
    return Object.entries(wanted).every(
      ([key, value]) =>
        canonical(value) === canonical(old[key]) || (isEmpty(value) && isEmpty(old[key])),
    );
  }
  const form = (value: Value): Value => {
    const normal = field.normalize?.(value) ?? value;
    if (field.type !== "set" || !Array.isArray(normal)) return normal;
    return [...normal].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
  };
  return canonical(form(old)) === canonical(form(wanted));
}
