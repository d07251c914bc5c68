/** Edits of a stack file that hold no secret: in its own text, so that comments, order and spelling stay. */
import { readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  Document,
  isMap,
  isNode,
  isScalar,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { fullKey, NAMESPACE } from "../../core/config/namespace.ts";
import { Refusal } from "../engine/surroundings.ts";
import { type Project, stackFile } from "./project.ts";

/** A value below `sendips:tenant`. */
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
  const text = editedText(before, project.name, edits);
  if (text === undefined) throw new Refusal(`${file} holds no sendips:tenant`);
  const copy = join(dirname(file), `.${process.pid}.${basename(file)}`);
  writeFileSync(copy, text);
  if (readFileSync(file, "utf8") !== before) {
    throw new Refusal(`${file} was changed by someone else meanwhile; nothing was written`);
  }
  renameSync(copy, file);
}

/** The file's text with the edits; undefined where it holds no tenant. */
export function editedText(
  text: string,
  project: string,
  edits: readonly TenantEdit[],
): string | undefined {
  const wanted = parseDocument(text);
  const root = tenantPath(wanted, project);
  if (root === undefined) return undefined;
  for (const { path, value } of edits) {
    wanted.setIn([...root, ...path], wanted.createNode(value));
  }
  let out = text;
  for (const key of new Set(edits.map(({ path: [first = ""] }) => first))) {
    const tenant = wanted.getIn([...root, key], true);
    const replaced = withKey(
      out,
      root,
      key,
      isMap(tenant) || isScalar(tenant) ? tenant.toJSON() : tenant,
    );
    // A map on one line has no place of its own for more: the whole file is written anew then.
    if (replaced === undefined) return wanted.toString({ lineWidth: 0 });
    out = replaced;
  }
  return out;
}

/** The text with one key of the tenant set, everything else untouched; undefined where it stands on one line. */
function withKey(
  text: string,
  root: readonly string[],
  key: string,
  value: unknown,
): string | undefined {
  const tenant = parseDocument(text, { keepSourceTokens: true }).getIn(root, true);
  if (!isMap(tenant) || tenant.flow === true) return undefined;
  const [first] = tenant.items;
  const start = startOf(first?.key);
  if (start === undefined) return undefined;
  const column = start - (text.lastIndexOf("\n", start - 1) + 1);
  const block = rendered({ [key]: value })
    .trimEnd()
    .split("\n")
    .map((line) => `${" ".repeat(column)}${line}\n`)
    .join("");
  const pair = tenant.items.find((item) => isScalar(item.key) && item.key.value === key);
  if (pair === undefined) {
    const end = endOfLine(text, endOf(tenant));
    const gap = end > 0 && text[end - 1] !== "\n" ? "\n" : "";
    return `${text.slice(0, end)}${gap}${block}${text.slice(end)}`;
  }
  const from = startOf(pair.key);
  const to = isNode(pair.value) ? pair.value.range?.[1] : undefined;
  if (from === undefined || to === undefined) return undefined;
  const line = text.lastIndexOf("\n", from - 1) + 1;
  return `${text.slice(0, line)}${block}${text.slice(endOfLine(text, to))}`;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function endOf(map: YAMLMap): number {
  const last = map.items.at(-1);
  const node = last?.value ?? last?.key;
  return isNode(node) ? (node.range?.[1] ?? 0) : 0;
}

/** Behind the line break of the line that an offset lies in; the end of a block's last line is that already. */
function endOfLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === "\n") return offset;
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}

/** A day without quotes is a timestamp to Pulumi. */
function rendered(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_, node: Scalar) {
      if (typeof node.value === "string" && /^\d{4}-\d\d-\d\d$/.test(node.value)) {
        node.type = "QUOTE_DOUBLE";
      }
    },
  });
  return document.toString({ lineWidth: 0 });
}

function tenantPath(document: Document, project: string): string[] | undefined {
  // Without a namespace it is the project's own key.
  const keys = [fullKey("tenant"), ...(project === NAMESPACE ? ["tenant"] : [])];
  const key = keys.find((one) => isMap(document.getIn(["config", one])));
  return key === undefined ? undefined : ["config", key];
}
