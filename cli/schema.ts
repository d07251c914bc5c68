/** `npm run schema`: writes the JSON Schemas of the files that people edit, and the references in docs/. */
import { mkdirSync, writeFileSync } from "node:fs";
import { projectJsonSchema, stackJsonSchema } from "../core/config/json-schema.ts";
import { configReference } from "./config-reference.ts";
import { findingsReference } from "./findings-reference.ts";

const folder = new URL("../schema/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, schema] of [
  ["stack.json", stackJsonSchema()],
  ["project.json", projectJsonSchema()],
] as const) {
  writeFileSync(new URL(name, folder), `${JSON.stringify(schema, null, 2)}\n`);
}

const reference = configReference(stackJsonSchema(), projectJsonSchema());
writeFileSync(new URL("../docs/config.md", import.meta.url), reference);
writeFileSync(new URL("../docs/findings.md", import.meta.url), findingsReference());
