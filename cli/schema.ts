/** `npm run schema`: writes the JSON Schemas of the files that people edit. */
import { mkdirSync, writeFileSync } from "node:fs";
import { projectJsonSchema, stackJsonSchema } from "../plan/json-schema.ts";

const folder = new URL("../schema/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, schema] of [
  ["stack.json", stackJsonSchema()],
  ["project.json", projectJsonSchema()],
] as const) {
  writeFileSync(new URL(name, folder), `${JSON.stringify(schema, null, 2)}\n`);
}
