/** Calls on the wire, told apart by resource and freed of what differs by chance. */
import type { SuitedResource } from "./resources.ts";
import { admin, type ExistingResource, type Side } from "./side.ts";

interface Logged {
  service: string;
  action: string;
  params: unknown;
}

/** Every action that a side has asked for, by the address of its sandbox. */
const asked = new Map<string, Set<string>>();

/** `ec2:AllocateAddress`: what a side has asked for whenever its log was read. */
export function actionsOf({ sandbox }: Side): string[] {
  return [...(asked.get(sandbox.url) ?? [])].sort();
}

async function logOf(side: Side): Promise<Logged[]> {
  const log = (await admin(side, "GET", "calls")) as Logged[];
  const { url } = side.sandbox;
  const actions = log.map(({ service, action }) => `${service}:${action}`);
  asked.set(url, new Set([...(asked.get(url) ?? []), ...actions]));
  return log;
}

/** Each resource's calls since the log was cleared, in order; `shared` has those of none. */
export async function callsOf(
  side: Side,
  resources: readonly SuitedResource[],
  standing: ReadonlyMap<string, ExistingResource>,
): Promise<Map<string, string[]>> {
  const log = await logOf(side);
  await admin(side, "DELETE", "calls");
  const marks = resources.map(({ name, marks: own }) => {
    const { id = "", values = {} } = standing.get(name) ?? {};
    const { associationId } = values;
    return {
      name,
      id,
      own: [...own, id, String(associationId ?? "")].filter((text) => text !== ""),
    };
  });
  const found = new Map<string, string[]>();
  for (const call of log) {
    const text = JSON.stringify(call.params);
    const owner = marks.find(({ own }) => own.some((mark) => text.includes(mark)));
    const list = found.get(owner?.name ?? "shared") ?? [];
    const line = lineOf(call, marks);
    // Who polls asks the same again, as often as time allows.
    if (list.at(-1) !== line) list.push(line);
    found.set(owner?.name ?? "shared", list);
  }
  return found;
}

/** How often an action was asked for since the log was cleared. */
export async function triesOf(side: Side, action: string): Promise<number> {
  const log = await logOf(side);
  return log.filter((call) => call.action === action).length;
}

/** Parameters that say nothing: protocol, and what is made up anew each time. */
const IGNORED = ["Action", "Version", "ClientToken"];

function lineOf(
  { action, params }: Logged,
  marks: readonly { name: string; id: string }[],
): string {
  const entries = Object.entries(params as Record<string, unknown>).filter(
    ([name]) => !IGNORED.includes(name),
  );
  let text = canonical(grouped(Object.fromEntries(entries)));
  for (const { name, id } of marks) if (id !== "") text = text.replaceAll(id, `<${name}>`);
  return `${action} ${text}`;
}

/** `Tag.1.Key` and the like as lists, and tags in the order of their keys. */
function grouped(flat: Record<string, unknown>): unknown {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(flat)) {
    const parts = name.split(".");
    let at: Record<string, unknown> = result;
    for (const part of parts.slice(0, -1)) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[parts.at(-1) ?? name] = value;
  }
  return asLists(result);
}

function asLists(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, asLists(inner)] as const);
  if (entries.length > 0 && entries.every(([name]) => /^\d+$/.test(name))) {
    const list = entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, inner]) => inner);
    // What EC2 takes for a set comes in the order of somebody's hash.
    return list
      .map((item) => [canonical(item), item] as const)
      .sort()
      .map(([, item]) => item);
  }
  return Object.fromEntries(entries);
}

/** Equal values have equal texts, whatever the order of their keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, inner]) => `${name}: ${canonical(inner)}`).join(", ")}}`;
  }
  return JSON.stringify(value ?? null);
}
