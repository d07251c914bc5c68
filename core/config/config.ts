/** Config → typed stack: every problem at once, each with its place, what is wrong and what is allowed. */
import { z } from "zod";
import { shown } from "../../mail/finding.ts";
import type { Finding, Problem } from "../problem.ts";
import { misplacedPrivateKeys } from "./misplaced-keys.ts";
import { misplacedKey, NAMESPACE } from "./namespace.ts";
import { configPath } from "./path.ts";
import {
  type MailHostConfig,
  mailHostSchema,
  type OperatorConfig,
  operatorSchema,
  type TenantConfig,
  tenantSchema,
} from "./schema.ts";
import { partSecrets, StackSecrets } from "./secrets.ts";
import { unseenCharacters } from "./unseen-characters.ts";

export { configPath, dkimPath } from "./path.ts";

/** What a stack's config says, as it came from the engine or from YAML: nothing checked. */
export interface RawConfig {
  /** The stack's name. */
  stack: string;
  /** Keys under `sendips:`, without the prefix. */
  values: Readonly<Record<string, unknown>>;
  /**
   * Full keys in the project's own namespace that were meant for ours, see `misplacedPrivateKeys`.
   * @default none
   */
  misplaced?: readonly string[];
}

/** A stack whose config holds no schema fault. */
export type Stack =
  | { kind: "tenant"; name: string; operator: OperatorConfig; tenant: TenantConfig }
  | { kind: "mailHost"; name: string; operator: OperatorConfig; mailHost: MailHostConfig };

/** Either the stack or what is wrong with its config; never a stack that has errors. */
export type ReadResult = { stack: Stack; problems: Problem[] } | { problems: Problem[] };

/**
 * The same with the secrets of the stack, which stand in nothing else of it: for the program's door alone.
 * Whoever has no use for them hands the stack on without them.
 */
export type ReadWithSecrets =
  | { stack: Stack; secrets: StackSecrets; problems: Problem[] }
  | { problems: Problem[] };

const OPERATOR_KEYS = Object.keys(operatorSchema.shape);
const KNOWN_KEYS = ["tenant", "mailHost", ...OPERATOR_KEYS];

/** Operator-wide config as read, or what is wrong with it. */
export interface OperatorRead {
  operator?: OperatorConfig;
  findings: readonly Finding[];
}

/** True for a key of operator-wide config, such as `zones`. */
export function isOperatorKey(key: string): boolean {
  return OPERATOR_KEYS.includes(key);
}

/** Reads what operator-wide config the values hold. Never throws. */
export function readOperator(values: RawConfig["values"]): OperatorRead {
  const findings: Finding[] = [];
  const picked = Object.fromEntries(
    OPERATOR_KEYS.flatMap((key) => (key in values ? [[key, values[key]]] : [])),
  );
  const operator = check(operatorSchema, { zones: {}, ...picked }, "", findings);
  const all = withTextFaults(picked, findings);
  return operator === undefined ? { findings: all } : { operator, findings: all };
}

/**
 * Reads a stack's config. Never throws.
 *
 * `shared` is the operator-wide config where many stacks have the same: it is as large as the fleet,
 * so to read it for each would take time with the square of the stacks. Default: read from `raw`.
 */
export function readConfig(raw: RawConfig, shared = readOperator(raw.values)): ReadWithSecrets {
  const findings: Finding[] = [];
  const { values, stack: name, misplaced = [] } = raw;
  for (const key of Object.keys(values)) {
    if (!KNOWN_KEYS.includes(key)) findings.push(unknownKey([NAMESPACE, key], KNOWN_KEYS));
  }
  findings.push(...misplaced.map(misplacedKey));
  const { operator } = shared;
  const hasTenant = values["tenant"] !== undefined;
  const hasMailHost = values["mailHost"] !== undefined;
  const isMisplaced = misplaced.some((key) => /:(tenant|mailHost)$/.test(key));
  if (hasTenant === hasMailHost && (hasTenant || !isMisplaced)) {
    findings.push({
      code: "config-stack-kind",
      level: "error",
      path: "sendips:tenant",
      message: hasTenant
        ? "the stack holds both sendips:tenant and sendips:mailHost"
        : "the stack says neither sendips:tenant nor sendips:mailHost",
      fix: "a stack is one of the two: put exactly one of them into its config file",
    });
  }
  const tenant = hasTenant ? check(tenantSchema, values["tenant"], "tenant", findings) : undefined;
  const mailHost = hasMailHost
    ? check(mailHostSchema, values["mailHost"], "mailHost", findings)
    : undefined;
  const own = Object.fromEntries(Object.entries(values).filter(([key]) => !isOperatorKey(key)));
  const problems = [...shared.findings, ...withTextFaults(own, findings)].map((finding) => ({
    ...finding,
    stack: name,
  }));
  if (problems.length > 0 || operator === undefined) return { problems };
  if (tenant !== undefined) {
    const { tenant: known, secrets } = partSecrets(tenant);
    return { stack: { kind: "tenant", name, operator, tenant: known }, secrets, problems };
  }
  if (mailHost !== undefined) {
    const secrets = new StackSecrets();
    return { stack: { kind: "mailHost", name, operator, mailHost }, secrets, problems };
  }
  return { problems };
}

/** The findings of values with the faults of their texts as such. */
function withTextFaults(values: RawConfig["values"], findings: readonly Finding[]): Finding[] {
  const unseen = unseenCharacters(values);
  const unseenAt = new Set(unseen.map(({ path }) => path));
  // What is wrong with a value that holds such a character follows from it.
  const all = [...unseen, ...findings.filter(({ path }) => !unseenAt.has(path))];
  const refused = new Set(all.map(({ path }) => path));
  return [...all, ...misplacedPrivateKeys(values).filter(({ path }) => !refused.has(path))];
}

function check<T extends z.ZodType>(
  schema: T,
  value: unknown,
  root: string,
  findings: Finding[],
): z.infer<T> | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) findings.push(...explain(issue, schema, value, root));
  return undefined;
}

type Issue = z.core.$ZodIssue;

function unknownKey(path: readonly PropertyKey[], allowed: readonly string[]): Finding {
  return {
    code: "config-unknown-key",
    level: "error",
    path: path[0] === NAMESPACE ? configPath(path.slice(1)) : configPath(path),
    message: `${shown(String(path.at(-1)))} is not a key that sendips knows`,
    fix: `allowed here: ${allowed.join(", ")}`,
  };
}

function explain(issue: Issue, schema: z.ZodType, value: unknown, root: string): Finding[] {
  const path = root === "" ? issue.path : [root, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const allowed = keysAt(schema, issue.path);
    return issue.keys.map((key) => unknownKey([...path, key], allowed));
  }
  const found = lookUp(value, issue.path);
  return [
    {
      code: "config-value",
      level: "error",
      path: configPath(path),
      message: `${foundAt(found, path)}${said(issue, found)}`,
      fix: `allowed: ${allowedBy(issue, found)}${shorthand(path)}`,
    },
  ];
}

/** What YAML takes for a number or a day loses what it looked like: `000013` is 13. */
function unquoted(issue: Issue, found: unknown): boolean {
  if (issue.code === "invalid_union") {
    return typeof Reflect.get(Object(found), "cloudflare") === "number";
  }
  return (
    issue.code === "invalid_type" &&
    issue.expected === "string" &&
    (typeof found === "number" || typeof found === "boolean" || found instanceof Date)
  );
}

/** What stands for a map in one word. */
function shorthand(path: readonly PropertyKey[]): string {
  if (path.at(-1) === "dmarc") return ", or keep, which leaves the record to its owner";
  return path.at(-1) === "delegate" ? ", or true" : "";
}

function said(issue: Issue, found: unknown): string {
  if (unquoted(issue, found)) return "stands without quotes, and YAML takes it for a number";
  if (issue.code === "too_small" || issue.code === "too_big") {
    return issue.origin === "array" ? issue.message : "is out of range";
  }
  if (issue.code === "custom" || issue.message.startsWith("is not")) return issue.message;
  if (found === undefined) return "is missing";
  return "is not of the right kind";
}

function allowedBy(issue: Issue, found: unknown): string {
  if (unquoted(issue, found)) return 'a text in quotes, such as "000013"';
  if (issue.code === "custom") return String(issue.params?.["allowed"] ?? "see the schema");
  if (issue.code === "invalid_value") return issue.values.map(String).join(", ");
  if (issue.code === "invalid_type") return kinds[issue.expected] ?? issue.expected;
  if (issue.code === "invalid_union") return "external, or {cloudflare: <zone id>}";
  // The only format of zod's own that a field has.
  if (issue.code === "invalid_format") return 'a day such as "2026-11-24"';
  if (issue.code === "too_small") {
    return issue.origin === "array" ? "at least one" : `at least ${issue.minimum}`;
  }
  if (issue.code === "too_big") return `at most ${issue.maximum}`;
  return issue.message;
}

const kinds: Readonly<Record<string, string>> = {
  object: "a map",
  record: "a map",
  array: "a list",
  string: "a text",
  boolean: "true or false",
  int: "a whole number",
  number: "a whole number",
};

/** The value in the message helps to find the typo; nothing under `dkim` is ever shown. */
function foundAt(found: unknown, path: readonly PropertyKey[]): string {
  if (found === undefined || path.includes("dkim") || typeof found === "object") return "";
  return `${shown(String(found))} `;
}

function lookUp(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Reflect.get(at, part);
  }
  return at;
}

/** The keys that a strict object allows at a path, read from the schema so that the two cannot differ. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: z.core.$ZodType = schema;
  for (const part of path) {
    at = unwrap(at);
    if (at instanceof z.ZodObject) at = at.shape[String(part)] ?? at;
    else if (at instanceof z.ZodRecord) at = at.valueType;
    else if (at instanceof z.ZodArray) at = at.element;
  }
  at = unwrap(at);
  if (at instanceof z.ZodUnion)
    at = at.options.find((option) => option instanceof z.ZodObject) ?? at;
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let at = schema;
  for (;;) {
    if (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodPrefault) {
      at = at.unwrap();
    } else if (at instanceof z.ZodPipe && at.in instanceof z.ZodTransform) {
      // A shorthand is made an object first.
      at = at.out;
    } else return at;
  }
}
