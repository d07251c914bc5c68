/** Attributes of both sides beside each other. */
import { canonical } from "./calls.ts";
import type { Props } from "./names.ts";

/** Nothing, in the words of either side: a provider writes "" where another writes none. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0) {
    return true;
  }
  if (Array.isArray(value)) return value.every(isEmpty);
  return typeof value === "object" && Object.values(value).every(isEmpty);
}

/** Of no meaning, or of another kind on either side. */
const IGNORED = ["id", "__meta", "__defaults", "timeouts", "createdOn", "modifiedOn"];

/** Sets come in any order; and where one side says nothing of a part, it is left out. */
function form(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item) => canonical(form(item)))
      .sort()
      .join(", ");
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => !isEmpty(inner))
      .map(([name, inner]) => [name, form(inner)]),
  );
}

/** Names of attributes that differ, each with both values. */
export function differingAttributes(
  official: Props,
  ours: Props,
  replace: (text: string) => string,
) {
  const names = new Set([...Object.keys(official), ...Object.keys(ours)]);
  return [...names].sort().flatMap((name) => {
    if (IGNORED.includes(name)) return [];
    const [a, b] = [official[name], ours[name]];
    if (isEmpty(a) && isEmpty(b)) return [];
    const [left, right] = [replace(canonical(form(a))), replace(canonical(form(b)))];
    return left === right ? [] : [{ name, official: left, ours: right }];
  });
}
