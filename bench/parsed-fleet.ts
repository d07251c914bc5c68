/** A fleet's config in memory, for what is measured without files. */
import { parse } from "yaml";
import { SEALED } from "../core/config/dkim-key.ts";
import { fleetFiles } from "./fleet.ts";

/** Config as an engine hands it over: parsed, keys without prefix. */
export interface ParsedFleet {
  operator: Record<string, unknown>;
  stacks: { name: string; region: string; values: Record<string, unknown> }[];
}

/** The config of {@link fleetFiles}. */
export function parsedFleet(tenants: number): ParsedFleet {
  const all: ParsedFleet = { operator: {}, stacks: [] };
  for (const [path, text] of fleetFiles(tenants)) {
    const { config } = parse(text, (_, value: unknown) => (isSecure(value) ? SEALED : value));
    const own = Object.entries<unknown>(config).flatMap(([key, value]): [string, unknown][] =>
      key.startsWith("sendips:") ? [[key.slice("sendips:".length), value]] : [],
    );
    const name = /Pulumi\.(.+)\.yaml$/.exec(path)?.[1];
    if (name !== undefined) {
      all.stacks.push({ name, region: config["aws:region"], values: Object.fromEntries(own) });
    } else {
      all.operator = Object.fromEntries(own.map(([key, value]) => [key, belowValue(value)]));
    }
  }
  return all;
}

function isSecure(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

/** Operator-wide values of Pulumi.yaml stand below `value:`. */
function belowValue(entry: unknown): unknown {
  return typeof entry === "object" && entry !== null && "value" in entry ? entry.value : entry;
}
