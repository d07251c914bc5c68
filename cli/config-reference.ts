/** `docs/config.md`: every key of the config with its default, from the schema's own descriptions. */
import type { JsonSchema } from "../core/config/json-schema.ts";
import { isMap, mapOf, memberAt } from "../core/maps.ts";

/** A longer list of values is told by the description. */
const SHORT_LIST = 20;

const HEAD = `# Config

Made from the schema by \`npm run schema\`; the editor's completion comes from the same place. A path is spelled as
\`pulumi config set --path\` takes it; \`*\` stands for a key of yours.
`;

/** The reference as Markdown, from the two schemas of `core/config/json-schema.ts`. */
export function configReference(stack: JsonSchema, project: JsonSchema): string {
  const config = propertiesOf(part(stack, "properties", "config"));
  const operator = propertiesOf(part(project, "properties", "config")).map(
    ([key, schema]): [string, JsonSchema] => [key, part(schema, "properties", "value")],
  );
  const keys = new Map(config);
  const section = (title: string, entries: readonly (readonly [string, JsonSchema])[]) =>
    [
      `\n## ${title}\n`,
      "| key | |",
      "|---|---|",
      ...entries.flatMap(([path, schema]) => rows(path, schema)),
      "",
    ].join("\n");
  const entryOf = (key: string): [string, JsonSchema][] => {
    const schema = keys.get(key);
    return schema === undefined ? [] : [[key, schema]];
  };
  return [
    HEAD,
    section("A tenant, in its stack file", entryOf("sendips:tenant")),
    section("A mail host, in its stack file", entryOf("sendips:mailHost")),
    section("The operator, in `Pulumi.yaml` under `config:`, each as `value:`", operator),
  ].join("");
}

function rows(path: string, schema: JsonSchema): string[] {
  const { description } = schema;
  const allowed = part(schema)["enum"];
  const words =
    Array.isArray(allowed) && allowed.length <= SHORT_LIST
      ? ` One of ${allowed.map((v) => `\`${v}\``).join(", ")}.`
      : "";
  const own = typeof description === "string" ? [row(path, `${description}${words}`)] : [];
  const properties = propertiesOf(schema).flatMap(([key, inner]) => rows(`${path}.${key}`, inner));
  const values = part(schema, "additionalProperties");
  const items = part(schema, "items");
  return [
    ...own,
    ...properties,
    ...(Object.keys(values).length > 0 ? rows(`${path}.*`, mapForm(values)) : []),
    ...(propertiesOf(items).length > 0 ? rows(`${path}[*]`, items) : []),
  ];
}

/** Of a value with several forms the one that has keys. */
function mapForm(schema: JsonSchema): JsonSchema {
  const { anyOf } = schema;
  if (propertiesOf(schema).length > 0 || !Array.isArray(anyOf)) return schema;
  return anyOf.filter(isMap).find((one) => propertiesOf(one).length > 0) ?? schema;
}

function row(path: string, text: string): string {
  return `| \`${path}\` | ${text
    .replaceAll("|", "\\|")
    .replaceAll("\n", " ")
    .replace(/<([^>]+)>/g, "&lt;$1&gt;")} |`;
}

function propertiesOf(schema: JsonSchema): [string, JsonSchema][] {
  return Object.entries(part(schema, "properties")).flatMap(
    ([key, value]): [string, JsonSchema][] => (isMap(value) ? [[key, value]] : []),
  );
}

/** A part of a schema by its path; an empty one where there is none. */
function part(schema: JsonSchema, ...path: string[]): JsonSchema {
  return mapOf(memberAt(schema, path));
}
