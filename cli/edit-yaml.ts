/** Edits of a stack file that hold no secret: in its own text, so that comments and order stay. */
import { readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Document, isMap, parseDocument } from "yaml";
import { type Project, stackFile } from "./project.ts";
import { Refusal } from "./surroundings.ts";

/** A value below `sendips:tenant`; undefined removes it. */
export interface TenantEdit {
  path: readonly string[];
  value: unknown;
}

/**
 * Sets values of a tenant in its stack file, all or none.
 *
 * @throws Refusal when the file holds no tenant, or changed meanwhile.
 */
export function editTenant(project: Project, stack: string, edits: readonly TenantEdit[]): void {
  const file = realpathSync(stackFile(project, stack));
  const before = readFileSync(file, "utf8");
  const document = parseDocument(before);
  const root = tenantPath(project, document);
  if (root === undefined) throw new Refusal(`${file} holds no sendips:tenant`);
  for (const { path, value } of edits) {
    if (value === undefined) document.deleteIn([...root, ...path]);
    else document.setIn([...root, ...path], document.createNode(value));
  }
  // A long text is one line: a folded one would be two to whoever looks for it.
  const text = document.toString({ lineWidth: 0 });
  const copy = join(dirname(file), `.${process.pid}.${basename(file)}`);
  writeFileSync(copy, text);
  if (readFileSync(file, "utf8") !== before) {
    throw new Refusal(`${file} was changed by someone else meanwhile; nothing was written`);
  }
  renameSync(copy, file);
}

function tenantPath(project: Project, document: Document): string[] | undefined {
  const keys = [`${project.name}:tenant`, "tenant"];
  const key = keys.find((one) => isMap(document.getIn(["config", one])));
  return key === undefined ? undefined : ["config", key];
}
