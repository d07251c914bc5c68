/** What the stand-ins' tables say of inputs and outputs beside the official providers' own schemas. */
import { resources as aws } from "../../sandbox/providers/aws/resources.ts";
import { dnsRecord } from "../../sandbox/providers/cloudflare/dns-record.ts";
import type { Field } from "../../sandbox/providers/resource.ts";
import { snake, TYPES } from "./names.ts";
import type { Attribute, Schemas } from "./terraform.ts";

/** The stand-ins' resource types that the suite runs, by Pulumi's token. */
export const TABLES: Readonly<
  Record<string, { fields: Readonly<Record<string, Field>>; outputs: readonly string[] }>
> = {
  ...Object.fromEntries(Object.entries(aws).filter(([token]) => token in TYPES)),
  "cloudflare:index/dnsRecord:DnsRecord": dnsRecord,
};

/** Lines that differ, by name: what the official schema has beside what the table has. */
export function schemaDifferences(token: string, schemas: Schemas) {
  const { attributes = {}, block_types: blocks = {} } =
    schemas.resources[TYPES[token] ?? ""]?.block ?? {};
  const { fields, outputs } = TABLES[token] ?? { fields: {}, outputs: [] };
  const found: { name: string; official: string; ours: string }[] = [];
  const differ = (name: string, official: string, ours: string) => {
    if (official !== ours) found.push({ name, official, ours });
  };
  for (const [name, field] of Object.entries(fields)) {
    const attribute = attributes[snake(name)];
    if (attribute === undefined) {
      differ(name, snake(name) in blocks ? "object" : "absent", kindOf(field));
      continue;
    }
    differ(
      name,
      shapeOf(attribute),
      `${kindOf(field)}${field.required === true ? ", required" : ""}${isFilledIn(field) ? ", computed" : ""}`,
    );
  }
  for (const name of outputs) {
    const attribute = attributes[snake(name)];
    differ(name, attribute?.computed === true ? "output" : "absent", "output");
  }
  return found;
}

/** A default that the provider writes itself is computed to Terraform, in a framework's schema. */
function isFilledIn({ computed, default: value }: Field): boolean {
  return computed === true || value !== undefined;
}

function kindOf({ type }: Field): string {
  return type;
}

function shapeOf(attribute: Attribute): string {
  const { type, nested_type: nested, required, optional, computed } = attribute;
  const kind =
    nested !== undefined ? "object" : Array.isArray(type) ? String(type[0]) : KINDS[String(type)];
  const filled = optional === true && computed === true;
  return `${kind}${required === true ? ", required" : ""}${filled ? ", computed" : ""}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "string",
  number: "number",
  bool: "boolean",
};
