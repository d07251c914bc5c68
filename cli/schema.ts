/**
 * `npm run schema`: writes the JSON Schemas of the files that people edit, the references in docs/, and the policies in
 * access/.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { projectJsonSchema, stackJsonSchema } from "../core/config/json-schema.ts";
import { accessFiles } from "./access-files.ts";
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

const access = new URL("../access/", import.meta.url);
mkdirSync(access, { recursive: true });
for (const [name, document] of Object.entries(accessFiles())) {
  writeFileSync(new URL(name, access), `${JSON.stringify(document, null, 2)}\n`);
}
