/** `npm run schema`: writes the JSON Schemas of the files that people edit, and the reference in docs/. */
import { mkdirSync, writeFileSync } from "node:fs";
import { projectJsonSchema, stackJsonSchema } from "../core/config/json-schema.ts";
import { configReference } from "./config-reference.ts";

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
