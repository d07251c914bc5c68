/** How IAM compares: its condition operators for text and ARNs, and its wild cards. */

/** Whether one value of the request is what one value of the policy says. */
type Compare = (value: string, wanted: string) => boolean;

/** An operator that says the opposite holds where none of the policy's values is met. */
interface Operator {
  compare: Compare;
  negated: boolean;
}

const equals: Compare = (value, wanted) => value === wanted;
const equalsIgnoringCase: Compare = (value, wanted) => value.toLowerCase() === wanted.toLowerCase();

/** Null stands apart: it asks for no value. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: equals, negated: false },
  StringNotEquals: { compare: equals, negated: true },
  StringEqualsIgnoreCase: { compare: equalsIgnoringCase, negated: false },
  StringNotEqualsIgnoreCase: { compare: equalsIgnoringCase, negated: true },
  StringLike: { compare: isLike, negated: false },
  StringNotLike: { compare: isLike, negated: true },
  ArnEquals: { compare: isArnLike, negated: false },
  ArnLike: { compare: isArnLike, negated: false },
  ArnNotEquals: { compare: isArnLike, negated: true },
  ArnNotLike: { compare: isArnLike, negated: true },
};

/** `*` stands for any text, `?` for one character. */
export function isLike(value: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(value);
}

/** An ARN is compared part by part: a wild card reaches over no colon but in the last part. */
export function isArnLike(value: string, pattern: string): boolean {
  if (pattern === "*") return true;
  const [parts, patterns] = [arnParts(value), arnParts(pattern)];
  return (
    parts.length === patterns.length &&
    parts.every((part, index) => isLike(part, patterns[index] ?? ""))
  );
}

/** `arn`, partition, service, Region, account, and the resource with what colons it has. */
function arnParts(arn: string): string[] {
  const parts = arn.split(":");
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}
