/**
 * What a resource type is to the provider: its fields, the outputs that the cloud computes, and
 * the calls that make, read, change and remove one. Check, Diff and the inputs that a refresh
 * hands back follow from the fields, in the way of the official bridge.
 */
import { randomBytes } from "node:crypto";
import { type Field, isSameValue } from "./field.ts";
import {
  compact,
  DEFAULTS,
  isEmpty,
  isObject,
  isUnknown,
  type Props,
  UNKNOWN,
  type Value,
} from "./values.ts";

export interface CheckFailure {
  property: string;
  reason: string;
}

export interface Call<C> {
  client: C;
  /** From `customTimeouts`; undefined leaves the provider's own. */
  timeoutMs?: number | undefined;
}

export interface FoundResource {
  id: string;
  outputs: Props;
}

export interface ResourceType<C> {
  fields: Readonly<Record<string, Field>>;
  /** Outputs that are never inputs. */
  outputs: readonly string[];
  /** Those of them that an update changes, unknown in its preview. */
  changing?: readonly string[];
  /** The field named `<logical name>-<7 hex digits>` when the program does not name it. */
  autoname?: string;
  check?(inputs: Props): CheckFailure[];
  /** Of the changed fields, those that replace although they are not `forceNew`. */
  replaces?(olds: Props, news: Props, changed: readonly string[]): string[];
  /** Makes it and answers the id, and the outputs where the reply already holds them all. */
  create(call: Call<C>, inputs: Props): Promise<{ id: string; outputs?: Props }>;
  /** `undefined` when it is gone. `state` is empty on import. */
  read(call: Call<C>, id: string, state: Props): Promise<FoundResource | undefined>;
  /** Changes it, and answers the outputs where it does not read them back. */
  update?(
    call: Call<C>,
    id: string,
    change: { olds: Props; news: Props; changed: readonly string[] },
  ): Promise<Props | undefined>;
  /** Succeeds when it is gone already. */
  delete(call: Call<C>, id: string, state: Props): Promise<void>;
}

/** The resource exists but is not finished: the engine keeps it in the state, with the reason. */
export class InitFailure extends Error {
  readonly id: string;
  constructor(id: string, message: string) {
    super(message);
    this.id = id;
  }
}

function wrongType(field: Field, value: Value): boolean {
  switch (field.type) {
    case "list":
    case "set":
      return !Array.isArray(value);
    case "map":
    case "object":
      return !isObject(value);
    case "string":
      return isObject(value) || Array.isArray(value);
    case "number":
      return (
        typeof value !== "number" && (typeof value !== "string" || Number.isNaN(Number(value)))
      );
    case "boolean":
      return typeof value !== "boolean" && value !== "true" && value !== "false";
  }
}

function coerce(field: Field, value: Value): Value {
  if (field.type === "string") return String(value);
  if (field.type === "number") return Number(value);
  if (field.type === "boolean") return value === true || value === "true";
  return value;
}

export function check<C>(
  type: ResourceType<C>,
  request: { olds: Props; news: Props; name: string; seed: Uint8Array },
): { inputs: Props; failures: CheckFailure[] } {
  const { olds, news } = request;
  const inputs: Props = {};
  const failures: CheckFailure[] = [];
  const defaults: string[] = [];
  for (const [name, value] of Object.entries(news)) {
    if (name.startsWith("__")) continue;
    const field = type.fields[name];
    if (field === undefined) {
      failures.push({ property: name, reason: `an unexpected argument "${name}" was provided` });
    } else if (isUnknown(value)) {
      inputs[name] = value;
    } else if (wrongType(field, value)) {
      failures.push({ property: name, reason: `expected type ${field.type}` });
    } else if (field.values !== undefined && !field.values.includes(String(value))) {
      const reason = `expected ${name} to be one of ${JSON.stringify(field.values)}, got ${String(value)}`;
      failures.push({ property: name, reason });
    } else {
      inputs[name] = coerce(field, value);
    }
  }
  for (const [name, field] of Object.entries(type.fields)) {
    if (inputs[name] !== undefined || news[name] !== undefined) continue;
    if (field.required === true) {
      failures.push({ property: name, reason: `Missing required argument: "${name}" is required` });
    } else if (field.default !== undefined) {
      inputs[name] = field.default;
      defaults.push(name);
    }
  }
  const auto = type.autoname;
  if (auto !== undefined && inputs[auto] === undefined && inputs[`${auto}Prefix`] === undefined) {
    const before = olds[auto];
    const was = Array.isArray(olds[DEFAULTS]) && olds[DEFAULTS].includes(auto);
    const seed = request.seed.length > 0 ? request.seed : randomBytes(4);
    const suffix = Buffer.from(seed).toString("hex").padEnd(7, "0").slice(0, 7);
    inputs[auto] = was && before !== undefined ? before : `${request.name}-${suffix}`;
    defaults.push(auto);
  }
  if (failures.length === 0) failures.push(...(type.check?.(inputs) ?? []));
  if (defaults.length > 0) inputs[DEFAULTS] = defaults.sort();
  return { inputs, failures };
}

/** What a preview of a creation shows: the inputs, and everything else unknown. */
export function previewCreate<C>(type: ResourceType<C>, inputs: Props): Props {
  const result: Props = {};
  for (const name of type.outputs) result[name] = UNKNOWN;
  for (const [name, field] of Object.entries(type.fields)) {
    if (field.computed === true) result[name] = UNKNOWN;
  }
  return { ...result, ...withoutDefaults(inputs) };
}

/** What a preview of an update shows. */
export function previewUpdate<C>(type: ResourceType<C>, olds: Props, news: Props): Props {
  const result: Props = { ...olds };
  for (const [name, field] of Object.entries(type.fields)) {
    if (news[name] === undefined && field.computed !== true) delete result[name];
  }
  for (const name of type.changing ?? []) result[name] = UNKNOWN;
  return { ...result, ...withoutDefaults(news) };
}

/** The inputs that go with a state read: the old ones where they still hold, else the live values. */
export function liveInputs<C>(type: ResourceType<C>, outputs: Props, inputs: Props): Props {
  const result: Props = {};
  const imported = Object.keys(inputs).length === 0;
  for (const [name, field] of Object.entries(type.fields)) {
    const live = outputs[name];
    const before = inputs[name];
    if (imported) {
      if (!isEmpty(live) && live !== undefined) result[name] = live;
    } else if (before !== undefined) {
      if (isSameValue(field, live, before)) result[name] = before;
      else if (live !== undefined) result[name] = live;
    }
  }
  const defaults = inputs[DEFAULTS];
  return compact({ ...result, [DEFAULTS]: defaults });
}

export function withoutDefaults(inputs: Props): Props {
  const { [DEFAULTS]: _, ...rest } = inputs;
  return rest;
}
