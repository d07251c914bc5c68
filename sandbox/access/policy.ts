/** What the sandbox's credentials may do: IAM policies by access key, Cloudflare tokens by their text. */
import * as z from "zod";
import { OPERATORS } from "./operators.ts";

const oneOrMore = z.union([z.string(), z.array(z.string())]);

/** A text that the evaluator takes as it stands; IAM would put something in the place of `${…}`. */
const plain = oneOrMore.refine((value) => !String(value).includes("${"), {
  error: "policy variables are not simulated",
});

const condition = z.record(
  z.string().refine((operator) => parseOperator(operator) !== undefined, {
    error: "a condition operator that is not simulated",
  }),
  z.record(z.string(), plain),
);

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Action: oneOrMore,
  Resource: plain,
  Condition: condition.optional(),
});

/** An IAM policy, as far as it is simulated; anything else in one is refused rather than passed over. */
export const policySchema = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: z.array(statement),
});

export type Policy = z.infer<typeof policySchema>;
export type Statement = z.infer<typeof statement>;

/** A Cloudflare token's policies, as `POST /user/tokens` takes them. */
export const tokenPolicies = z.array(
  z.object({
    effect: z.literal("allow"),
    resources: z.record(z.string(), z.literal("*")),
    permission_groups: z.array(z.object({ id: z.string() })),
  }),
);

export type TokenPolicies = z.infer<typeof tokenPolicies>;

/** What credentials may do; those that are not named may do everything. */
export interface AccessState {
  /** By access key id. */
  aws: Record<string, Policy[]>;
  /** By token. */
  cloudflare: Record<string, TokenPolicies>;
}

/** A change of {@link AccessState}: null lifts the limits of one credential. */
export const accessChange = z.strictObject({
  aws: z.record(z.string(), z.union([z.array(policySchema), z.null()])).optional(),
  cloudflare: z.record(z.string(), z.union([tokenPolicies, z.null()])).optional(),
});

export type AccessChange = z.infer<typeof accessChange>;

/** Puts a change into force. */
export function changeAccess(
  before: AccessState | undefined,
  { aws = {}, cloudflare = {} }: AccessChange,
): AccessState {
  return {
    aws: withChanges(before?.aws ?? {}, aws),
    cloudflare: withChanges(before?.cloudflare ?? {}, cloudflare),
  };
}

function withChanges<T>(
  before: Readonly<Record<string, T>>,
  changes: Readonly<Record<string, T | null>>,
): Record<string, T> {
  const kept = Object.entries({ ...before, ...changes });
  return Object.fromEntries(
    kept.flatMap(([key, value]): [string, T][] => (value === null ? [] : [[key, value]])),
  );
}

/** The parts of a condition operator: `ForAllValues:StringNotEquals`, `StringEqualsIfExists`. */
export interface ParsedOperator {
  set: "all" | "any" | undefined;
  ifExists: boolean;
  name: string;
}

/** Undefined for one that is not simulated. */
export function parseOperator(text: string): ParsedOperator | undefined {
  const [, set, name = "", ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(text) ?? [];
  if (name !== "Null" && !Object.hasOwn(OPERATORS, name)) return undefined;
  if (name === "Null" && (set !== undefined || ifExists !== undefined)) return undefined;
  // What the two mean together for a key that is absent no document says.
  if (set !== undefined && ifExists !== undefined) return undefined;
  return {
    set: set === undefined ? undefined : set === "ForAllValues" ? "all" : "any",
    ifExists: ifExists !== undefined,
    name,
  };
}
