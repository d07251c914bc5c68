/** What the stand-ins' tables say of inputs and outputs beside the official providers' own schemas. */
import { resources as aws } from "../../sandbox/providers/aws/resources.ts";
import { dnsRecord } from "../../sandbox/providers/cloudflare/dns-record.ts";
import type { Field } from "../../sandbox/providers/field.ts";
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
      differ(name, snake(name) in blocks ? "object" : "absent", field.type);
      continue;
    }
    // Whether what the provider fills in is a default or computed, one kind of schema shows and the other not.
    const filled = field.default === undefined && field.computed === true ? ", computed" : "";
    const required = field.required === true ? ", required" : "";
    differ(
      name,
      shapeOf(attribute, field.default !== undefined),
      `${field.type}${required}${filled}`,
    );
  }
  for (const name of outputs) {
    const attribute = attributes[snake(name)];
    const there = attribute?.computed === true || snake(name) in blocks;
    differ(name, there ? "output" : "absent", "output");
  }
  return found;
}

function shapeOf(attribute: Attribute, hasDefault: boolean): string {
  const { type, nested_type: nested, required, optional, computed } = attribute;
  const kind =
    nested !== undefined ? "object" : Array.isArray(type) ? String(type[0]) : KINDS[String(type)];
  const filled = optional === true && computed === true && !hasDefault;
  return `${kind}${required === true ? ", required" : ""}${filled ? ", computed" : ""}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "string",
  number: "number",
  bool: "boolean",
};
