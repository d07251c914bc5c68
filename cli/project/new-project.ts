/** A new operator's project from `template/`, which `pulumi new` takes too: one source for both. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isMap, isScalar, parseDocument, stringify } from "yaml";
import { fullKey } from "../../core/config/namespace.ts";

/** What a project is made of: what `sendips init` asks for, and what has a default. */
export interface NewProject {
  /** The project's name. */
  name: string;
  /** The name of the first tenant's stack. */
  stack: string;
  /** `aws:region` */
  region: string;
  /** The tenant's organisational domain, a zone of Cloudflare. */
  domain: string;
  /** The id of that zone. */
  zone: string;
  /** Where the addresses' host names live. */
  hostNames: string;
  /** The network interface of the host that sends. */
  networkInterface: string;
  /** One of its private IPs. */
  privateIp: string;
}

/** Files by path below the project's folder, with slashes. */
export type Files = ReadonlyMap<string, string>;

/** The project's files, in the template's own words and order, with the values in place of the example's. */
export function projectFiles(project: NewProject): Files {
  const files = new Map<string, string>();
  const template = join(packageFolder(), "template");
  for (const path of filesBelow(template)) {
    // As in `pulumi new`, a description in a file's name is empty. So .gitignore comes into a package, where
    // npm would rename a file of that very name when it unpacks.
    const name = withValuesFilledIn(path, { PROJECT: project.name, DESCRIPTION: "" });
    const text = withValuesFilledIn(readFileSync(join(template, path), "utf8"), {
      PROJECT: project.name,
      DESCRIPTION: "Dedicated sending IPs as code",
    });
    if (name === "Pulumi.yaml") files.set(name, projectYaml(text, project));
    else if (name === EXAMPLE.file) {
      files.set(`stacks/Pulumi.${project.stack}.yaml`, stackYaml(text, project));
    } else files.set(name, text);
  }
  return files;
}

/** What stands in the template. */
const EXAMPLE = {
  file: "stacks/Pulumi.acme.yaml",
  domain: "acme.example",
  hostNames: "mail.acme.example",
};

/** With Pulumi's placeholders replaced, `${PROJECT}` and `${DESCRIPTION}`. */
function withValuesFilledIn(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce(
    (filledText, [name, value]) => filledText.replaceAll(`\${${name}}`, value),
    text,
  );
}

function projectYaml(text: string, { domain, zone }: NewProject): string {
  const zones = ["config", fullKey("zones"), "value"];
  const withZone = withValues(text, [[[...zones, EXAMPLE.domain, "cloudflare"], zone]]);
  return withoutTemplate(withZone).replace(EXAMPLE.domain, domain);
}

/** Without the part that only `pulumi new` reads. */
function withoutTemplate(text: string): string {
  const { contents } = parseDocument(text);
  const starts = (isMap(contents) ? contents.items : []).map(({ key }) => ({
    key: isScalar(key) ? key.value : undefined,
    start: (isScalar(key) ? key.range?.[0] : undefined) ?? 0,
  }));
  const at = starts.findIndex(({ key }) => key === "template");
  const [from, to] = [starts[at]?.start, starts[at + 1]?.start];
  if (from === undefined || to === undefined) throw new Error("the template has no template:");
  return text.slice(0, from) + text.slice(to);
}

function stackYaml(text: string, project: NewProject): string {
  const tenant = (...path: (string | number)[]) => ["config", fullKey("tenant"), ...path];
  const { domain, hostNames, networkInterface, privateIp, region } = project;
  return withValues(text, [
    [["config", "aws:region"], region],
    [tenant("domain"), domain],
    [tenant("hostNames"), hostNames],
    [tenant("mailHost", "networkInterface"), networkInterface],
    [tenant("addresses", "tx1", "privateIp"), privateIp],
    [tenant("streams", "transactional", "from"), `tx.${domain}`],
    [tenant("dmarc", "reports", 0), `mailto:dmarc@${domain}`],
    // In the comment.
  ]).replace(EXAMPLE.hostNames, hostNames);
}

/**
 * The text of a YAML file with other values at these paths, everything else as it stands.
 *
 * @throws when it has none at one of them: then the template has changed without its callers.
 */
function withValues(
  text: string,
  values: readonly (readonly [path: readonly (string | number)[], value: string])[],
): string {
  const document = parseDocument(text);
  const places = values.map(([path, value]) => {
    const node = document.getIn(path, true);
    if (!isScalar(node) || !node.range) throw new Error(`the template has no ${path.join(".")}`);
    const [start, end] = node.range;
    return { start, end, value: stringify(value).trimEnd() };
  });
  return places
    .toSorted((a, b) => b.start - a.start)
    .reduce((out, { start, end, value }) => out.slice(0, start) + value + out.slice(end), text);
}

/** Writes the files below a folder that is made where it is absent; a file that is there stays, and is an error. */
export function writeFiles(folder: string, files: Files): void {
  const written: string[] = [];
  try {
    for (const [path, text] of files) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: "wx" });
      written.push(file);
    }
  } catch (error) {
    for (const file of written) rmSync(file);
    throw error;
  }
}

/** Paths of files below a folder, with slashes, in order. */
function filesBelow(folder: string, below = ""): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(folder, path) : [path];
    });
}

/** Where `template/` is: sources and what is built of them lie in different depths below it. */
function packageFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "template", "Pulumi.yaml"))) return folder;
    if (folder === dirname(folder)) throw new Error("the folder template/ of sendips is missing");
  }
}
