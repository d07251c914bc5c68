/** Config → typed stack: every problem at once, each with its place, what is wrong and what is allowed. */

import { z } from "zod";
import { quotedExcerpt } from "../../mail/finding.ts";
import type { Finding, Problem } from "../problem.ts";
import { formsOf, keyWords } from "./fields.ts";
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
  const operator = parseWith(operatorSchema, { zones: {}, ...picked }, "", findings);
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
  const tenant = hasTenant
    ? parseWith(tenantSchema, values["tenant"], "tenant", findings)
    : undefined;
  const mailHost = hasMailHost
    ? parseWith(mailHostSchema, values["mailHost"], "mailHost", findings)
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

function parseWith<T extends z.ZodType>(
  schema: T,
  value: unknown,
  root: string,
  findings: Finding[],
): z.infer<T> | undefined {
  // The library has words of its own for every fault. Here it has none, so that a message that is not
  // empty is one of our schemas', and none of its words can reach a person.
  const result = schema.safeParse(value, { error: () => "" });
  if (result.success) return result.data;
  findings.push(...explainAll(result.error.issues, { schema, value, root }));
  return undefined;
}

/** A config under reading. */
interface Reading {
  schema: z.ZodType;
  /** As it was written. */
  value: unknown;
  /** The key under `sendips:` that it stands at; empty for the operator's, which stand side by side. */
  root: string;
}

type Issue = z.core.$ZodIssue;

function unknownKey(path: readonly PropertyKey[], allowed: readonly string[]): Finding {
  return {
    code: "config-unknown-key",
    level: "error",
    path: path[0] === NAMESPACE ? configPath(path.slice(1)) : configPath(path),
    message: `${quotedExcerpt(String(path.at(-1)))} is not a key that sendips knows`,
    fix: `allowed here: ${allowed.join(", ")}`,
  };
}

/** What the issues come to for the person who wrote the config: one finding a mistake. */
function explainAll(issues: readonly Issue[], reading: Reading): Finding[] {
  const flat = flatMaps(issues, reading);
  const findings = new Map<string, Finding>();
  for (const issue of issues) {
    const above = flat.find(({ path }) => path.every((part, index) => issue.path[index] === part));
    for (const finding of above === undefined ? explain(issue, reading) : [above.finding]) {
      // Several faults of one value are one mistake, and what our schema says of it says most.
      if (!findings.has(finding.path) || issue.message !== "") findings.set(finding.path, finding);
    }
  }
  return [...findings.values()];
}

/**
 * Maps by domain, key or selector that were written as for one: the fields of an entry stand where its
 * key belongs, and each of them would be a fault of its own.
 */
function flatMaps(
  issues: readonly Issue[],
  { schema, value, root }: Reading,
): { path: readonly PropertyKey[]; finding: Finding }[] {
  const seen = new Set<string>();
  return issues.flatMap(({ path, code }) => {
    const above = path.slice(0, -1);
    const place = rootedPath(root, above);
    const map = schemaAt(schema, above);
    const written = valueAt(value, above);
    if (path.length === 0 || seen.has(configPath(place))) return [];
    if (!(map instanceof z.ZodRecord) || !isMap(written)) return [];
    // An entry that is a map has a fault of its own, unless its key cannot be one.
    if (code !== "invalid_key" && isMap(valueAt(value, path))) return [];
    const keys = Object.keys(written);
    const fields = fieldsOf(map.valueType);
    if (!keys.every((key) => fields.includes(key))) return [];
    seen.add(configPath(place));
    const { noun } = keyWords(map);
    const finding: Finding = {
      code: "config-map-level",
      level: "error",
      path: configPath(place),
      message: `is a map by ${noun}, and is written as for one ${noun}: ${keys.join(", ")} stand${keys.length === 1 ? "s" : ""} where a ${noun} belongs`,
      fix: `one level more: ${String(place.at(-1))}: { <${noun}>: { ${keys.map((key) => `${key}: …`).join(", ")} } }`,
    };
    return [{ path: above, finding }];
  });
}

function rootedPath(root: string, path: readonly PropertyKey[]): readonly PropertyKey[] {
  return root === "" ? path : [root, ...path];
}

function explain(issue: Issue, reading: Reading): Finding[] {
  const { schema, value, root } = reading;
  const path = rootedPath(root, issue.path);
  const found = valueAt(value, issue.path);
  if (issue.code === "unrecognized_keys") {
    const allowed = fieldsOf(schemaAt(schema, issue.path));
    return issue.keys.map((key) => unknownKey([...path, key], allowed));
  }
  if (issue.code === "invalid_union" && isMap(found)) {
    // Of the forms that a value may have, the one that is meant is the map, and its faults are known.
    const mapFaults = issue.errors.find((faults) => faults.every(({ path: at }) => at.length > 0));
    if (mapFaults !== undefined && mapFaults.length > 0) {
      return mapFaults.flatMap((fault) =>
        explain({ ...fault, path: [...issue.path, ...fault.path] }, reading),
      );
    }
  }
  if (issue.code === "invalid_key") {
    const [fault] = issue.issues;
    const key = quotedExcerpt(String(issue.path.at(-1)));
    const { noun } = keyWords(schemaAt(schema, issue.path.slice(0, -1)));
    const words = fault === undefined ? undefined : faultWords(fault, key);
    return [
      {
        code: "config-key",
        level: "error",
        path: configPath(path),
        message: `the key ${key} ${words?.message ?? `is not a ${noun}`}`,
        fix: `each key here is a ${noun}${words === undefined ? "" : `: ${words.allowed}`}`,
      },
    ];
  }
  const forms = formsOf(schemaAt(schema, issue.path));
  const { message, allowed } = faultWords(issue, found, forms);
  return [
    {
      code: "config-value",
      level: "error",
      path: configPath(path),
      message: `${valuePrefix(found, path)}${message}`,
      fix: `allowed: ${allowed}${shorthandHint(path)}`,
    },
  ];
}

/** What YAML takes for something else loses what it looked like: `000013` is 13. */
function missingQuotes(
  issue: Issue,
  found: unknown,
): { message: string; allowed: string } | undefined {
  if (issue.code !== "invalid_type" || issue.expected !== "string") return undefined;
  const as = (kind: string, example: string) => ({
    message: `stands without quotes, and YAML takes it for ${kind}`,
    allowed: `a text in quotes, such as "${example}"`,
  });
  if (typeof found === "number") return as("a number", "000013");
  if (typeof found === "boolean") return as("true or false", "true");
  return found instanceof Date ? as("a time", "2026-11-24") : undefined;
}

/** What stands for a map in one word. */
function shorthandHint(path: readonly PropertyKey[]): string {
  if (path.at(-1) === "dmarc") return ", or keep, which leaves the record to its owner";
  return path.at(-1) === "delegate" ? ", or true" : "";
}

/** A fault in our words. A message that an issue brings is our schema's: the library has none here. */
function faultWords(
  issue: Issue,
  found: unknown,
  forms = SEE_DOCS,
): { message: string; allowed: string } {
  const own = (fallback: string) => (issue.message === "" ? fallback : issue.message);
  const wrongKind =
    found === undefined ? "is missing" : found === null ? "is empty" : "is not of the right kind";
  switch (issue.code) {
    case "custom":
      return {
        message: own("does not fit"),
        allowed: String(issue.params?.["allowed"] ?? SEE_DOCS),
      };
    case "invalid_type":
      return (
        missingQuotes(issue, found) ?? {
          message: own(wrongKind),
          allowed: kinds[issue.expected] ?? SEE_DOCS,
        }
      );
    case "invalid_value":
      return { message: own(wrongKind), allowed: issue.values.map(String).join(", ") };
    case "too_small":
      return {
        message: own(issue.origin === "array" ? "is an empty list" : "is out of range"),
        allowed: issue.origin === "array" ? "at least one" : `at least ${issue.minimum}`,
      };
    case "too_big":
      return { message: own("is out of range"), allowed: `at most ${issue.maximum}` };
    case "not_multiple_of":
      return { message: own("is out of step"), allowed: `multiples of ${issue.divisor}` };
    case "invalid_union":
      return { message: own(wrongKind), allowed: forms };
    case "invalid_format":
    case "invalid_element":
    case "invalid_key":
    case "unrecognized_keys":
      return { message: own("does not fit"), allowed: SEE_DOCS };
  }
}

const SEE_DOCS = "what docs/config.md says of it";

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
function valuePrefix(found: unknown, path: readonly PropertyKey[]): string {
  if (found === undefined || path.includes("dkim") || typeof found === "object") return "";
  return `${quotedExcerpt(String(found))} `;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Reflect.get(at, part);
  }
  return at;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** What stands in the schema at a path, read from it so that the two cannot differ. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.core.$ZodType {
  let at: z.core.$ZodType = schema;
  for (const part of path) {
    at = unwrap(at);
    if (at instanceof z.ZodObject) at = at.shape[String(part)] ?? at;
    else if (at instanceof z.ZodRecord) at = at.valueType;
    else if (at instanceof z.ZodArray) at = at.element;
  }
  return unwrap(at);
}

/** The keys that a strict object allows, also where it is one of several forms. */
function fieldsOf(schema: z.core.$ZodType): string[] {
  let at = unwrap(schema);
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
