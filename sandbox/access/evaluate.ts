/**
 * Whether policies allow a request: the part of IAM's logic that one account's own policies need. A Deny wins; without an
 * Allow it is denied (IAM User Guide, Policy evaluation logic). `test/peers` holds it against somebody else's evaluator.
 */
import { isArnLike, isLike, OPERATORS } from "./operators.ts";
import { type Policy, parseOperator, type Statement } from "./policy.ts";

/** What is asked: one action on one resource. */
export interface AccessRequest {
  /** `ec2:AllocateAddress` */
  action: string;
  /** An ARN, or `*` for an action that is restricted to no resource. */
  resource: string;
  /** Condition keys and their values; a key that is absent does not exist. */
  context: Readonly<Record<string, string | readonly string[]>>;
}

/** What came of it. */
export interface Decision {
  allowed: boolean;
  explicitDeny: boolean;
  /** The statements that met the request, by their Sid. */
  matched: string[];
}

export function evaluate(policies: readonly Policy[], request: AccessRequest): Decision {
  const met = policies
    .flatMap(({ Statement }) => Statement)
    .filter((statement) => meets(statement, request));
  const explicitDeny = met.some(({ Effect }) => Effect === "Deny");
  return {
    allowed: !explicitDeny && met.length > 0,
    explicitDeny,
    matched: met.map(({ Sid }) => Sid ?? ""),
  };
}

/** Whether some statement speaks of an action, whatever the resource and the conditions. */
export function namesAction(policies: readonly Policy[], action: string): boolean {
  return policies.some(({ Statement }) =>
    Statement.some(({ Effect, Action }) => Effect === "Allow" && isAction(Action, action)),
  );
}

function meets({ Action, Resource, Condition = {} }: Statement, request: AccessRequest): boolean {
  const { action, resource, context } = request;
  if (!isAction(Action, action)) return false;
  if (!listOf(Resource).some((pattern) => isArnLike(resource, pattern))) return false;
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, key, listOf(wanted), context)),
  );
}

function isAction(patterns: string | readonly string[], action: string): boolean {
  return listOf(patterns).some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase()));
}

function holds(
  operator: string,
  key: string,
  wanted: readonly string[],
  context: AccessRequest["context"],
): boolean {
  const parsed = parseOperator(operator);
  if (parsed === undefined) throw new Error(`the condition operator ${operator} is not simulated`);
  const values = valuesOf(context, key);
  if (parsed.name === "Null") {
    return wanted.some((text) => (text.toLowerCase() === "true") === (values === undefined));
  }
  const { compare, negated } = OPERATORS[parsed.name] ?? { compare: () => false, negated: false };
  const fits = (value: string) => wanted.some((text) => compare(value, text)) !== negated;
  if (values === undefined) {
    return parsed.ifExists || parsed.set === "all" || (parsed.set === undefined && negated);
  }
  return parsed.set === "any" || (parsed.set === undefined && !negated)
    ? values.some(fits)
    : values.every(fits);
}

/** Names of keys disregard case. */
function valuesOf(context: AccessRequest["context"], key: string): string[] | undefined {
  const [, values] =
    Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase()) ?? [];
  return values === undefined ? undefined : listOf(values);
}

function listOf(value: string | readonly string[]): string[] {
  return typeof value === "string" ? [value] : [...value];
}
