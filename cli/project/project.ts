/** The project as its files say it: operator-wide config and stack files, read without the engine. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  dkimPath,
  isOperatorKey,
  type OperatorRead,
  type RawConfig,
  type ReadResult,
  readConfig,
  readOperator,
} from "../../core/config/config.ts";
import { SEALED } from "../../core/config/dkim-key.ts";
import { fullKey, misplacedKeys, ownValues } from "../../core/config/namespace.ts";
import { isMap, mapOf, member } from "../../core/maps.ts";
import type { Problem } from "../../core/problem.ts";
import { Refusal } from "../engine/surroundings.ts";
import { readFastYaml } from "./fast-yaml.ts";
import { readYaml } from "./yaml-text.ts";

/** A Pulumi project on disk. */
export interface Project {
  name: string;
  /** The folder of Pulumi.yaml. */
  folder: string;
  /** The folder of the stack files. */
  stackFolder: string;
  /** Operator-wide config by full key (`sendips:zones`), the `value:` taken off. */
  config: Readonly<Record<string, unknown>>;
  /** Those of the namespace `sendips` by key without it (`zones`), encrypted ones as {@link SEALED}. */
  values: RawConfig["values"];
  /** The same, read once: stacks that override nothing of it share it. */
  operator: OperatorRead;
}

/** A stack file, read. */
export interface LoadedStack {
  name: string;
  /** `aws:region`; undefined when the config does not say. */
  region?: string;
  read: ReadResult;
}

const PROJECT_FILES = ["Pulumi.yaml", "Pulumi.yml"];

/**
 * Finds the project of a folder, as `pulumi` does: here or above.
 *
 * @throws Refusal when there is none, or when it cannot be read.
 */
export function openProject(cwd: string): Project {
  const file = findUpwards(cwd);
  const folder = dirname(file);
  const text = readFileSync(file, "utf8");
  const fast = projectOf(folder, readFastYaml(text));
  if (fast?.operator.findings.length === 0) return fast;
  const { value, faults } = readYaml(text);
  if (faults.length > 0) throw new Refusal(`${file}:${faults.join(`\n${file}:`)}`);
  const project = projectOf(folder, value);
  if (project === undefined) throw new Refusal(`${file}: name: is missing`);
  return project;
}

/** The project by what its file holds; undefined where that has no name. */
function projectOf(folder: string, value: unknown): Project | undefined {
  const name = member(value, "name");
  if (typeof name !== "string") return undefined;
  const stackConfigDir = member(value, "stackConfigDir");
  const entries = Object.entries(mapOf(member(value, "config"))).map(([key, entry]) => [
    namespacedKey(key, name),
    // A map stands below value: (or, in an older form, default:); anything else stands as it is.
    isMap(entry) ? (entry["value"] ?? entry["default"]) : entry,
  ]);
  const config = Object.fromEntries(entries);
  const values = valuesOf(config);
  return {
    name,
    folder,
    stackFolder: resolve(folder, typeof stackConfigDir === "string" ? stackConfigDir : "."),
    config,
    values,
    operator: readOperator(values),
  };
}

/** The stacks that have a file, in order. */
export function stackNames({ stackFolder }: Project): string[] {
  if (!existsSync(stackFolder)) return [];
  return readdirSync(stackFolder)
    .flatMap((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1] ?? [])
    .sort();
}

/**
 * The file of a stack. A stack may be named in full (`organization/project/stack`).
 *
 * @throws Refusal when it has none.
 */
export function stackFile(project: Project, stack: string): string {
  const short = stack.split("/").at(-1) ?? stack;
  const found = ["yaml", "yml"]
    .map((ending) => join(project.stackFolder, `Pulumi.${short}.${ending}`))
    .find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new Refusal(
    `there is no stack ${stack}: ${join(project.stackFolder, `Pulumi.${short}.yaml`)} does not exist\n` +
      `  stacks here: ${stackNames(project).join(", ") || "none yet"}`,
  );
}

/**
 * Reads one stack without a passphrase: encrypted values stand as {@link SEALED}.
 *
 * @throws Refusal when it has no file.
 */
export function loadStack(project: Project, stack: string): LoadedStack {
  const file = stackFile(project, stack);
  const text = readFileSync(file, "utf8");
  const fast = readFastYaml(text);
  const loaded = fast === undefined ? undefined : stackOf(project, stack, fast);
  // What is wrong in operator-wide config is every stack's problem, and was read again already.
  if (loaded?.read.problems.length === 0) return loaded;
  if (loaded !== undefined && project.operator.findings.length > 0) return loaded;
  const { value, faults } = readYaml(text);
  if (faults.length > 0) {
    return {
      name: stack,
      read: { problems: faults.map((fault) => unreadableFile(stack, file, fault)) },
    };
  }
  return stackOf(project, stack, value);
}

/** A stack by what its file holds. */
function stackOf(project: Project, stack: string, value: unknown): LoadedStack {
  const own = Object.fromEntries(
    Object.entries(mapOf(member(value, "config"))).map(([key, entry]) => [
      namespacedKey(key, project.name),
      entry,
    ]),
  );
  const config: Record<string, unknown> = { ...project.config, ...own };
  const region = config["aws:region"];
  const values = valuesOf(own);
  const misplaced = misplacedKeys(config, project.name);
  const raw = { stack, values: { ...project.values, ...values }, misplaced };
  const overrides = Object.keys(values).some(isOperatorKey);
  const read = overrides ? readConfig(raw) : readConfig(raw, project.operator);
  const tenants = [fullKey("tenant"), `${project.name}:tenant`].map((key) => config[key]);
  const clear = [...new Set(tenants)].flatMap((tenant) => unencryptedKeys(stack, tenant));
  const problems = [...clear, ...read.problems];
  return {
    name: stack,
    ...(typeof region === "string" ? { region } : {}),
    read: "stack" in read ? { stack: read.stack, problems } : { problems },
  };
}

/**
 * What a stack's config says below another namespace than ours, `aws` say, the project's values included.
 *
 * @returns by the key without the namespace; encrypted values are left out.
 * @throws Refusal when it has no file.
 */
export function providerConfig(
  project: Project,
  stack: string,
  namespace: string,
): (key: string) => unknown {
  const { value } = readYaml(readFileSync(stackFile(project, stack), "utf8"));
  const config = { ...project.config, ...mapOf(member(value, "config")) };
  return (key) => {
    const entry = config[`${namespace}:${key}`];
    return isSecure(entry) ? undefined : entry;
  };
}

function findUpwards(cwd: string): string {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = PROJECT_FILES.map((name) => join(folder, name)).find((file) => existsSync(file));
    if (found !== undefined) return found;
    if (folder === dirname(folder)) break;
  }
  throw new Refusal(`there is no Pulumi.yaml in ${resolve(cwd)} or above: go to the project first`);
}

function unreadableFile(stack: string, file: string, fault: string): Problem {
  const fix = "mend the YAML there";
  return {
    code: "config-unreadable",
    level: "error",
    stack,
    path: file,
    message: `cannot be read: ${fault}`,
    fix,
  };
}

/** In a file, a key without a namespace is the project's own. */
function namespacedKey(key: string, project: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

/** What is ours of a config, encrypted values as {@link SEALED}. */
function valuesOf(config: Readonly<Record<string, unknown>>): RawConfig["values"] {
  const values = Object.fromEntries(
    Object.entries(ownValues(config)).map(([name, entry]) => [name, withSealedSecrets(entry)]),
  );
  // What js-yaml gives are slices of the file's text, and would keep all of it, ciphertext too, as long as they live.
  return structuredClone(values);
}

function withSealedSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSealedSecrets);
  if (!isMap(value)) return value;
  if (isSecure(value)) return SEALED;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withSealedSecrets(inner)]),
  );
}

/** What `pulumi config set --secret` writes. */
function isSecure(value: unknown): boolean {
  if (!isMap(value)) return false;
  return Object.keys(value).length === 1 && typeof value["secure"] === "string";
}

/** Only here can it be seen: the engine hands the program clear text either way. */
function unencryptedKeys(stack: string, tenant: unknown): Problem[] {
  return Object.entries(mapOf(member(tenant, "dkim"))).flatMap(([selector, key]): Problem[] => {
    const privateKey = member(key, "privateKey");
    if (privateKey === undefined || isSecure(privateKey)) return [];
    return [
      {
        code: "config-private-key-in-clear",
        level: "error",
        stack,
        path: `${dkimPath(selector)}.privateKey`,
        message:
          "stands in clear text in the stack file: whoever can read the file can sign as this tenant",
        fix: `take the key as known: remove it, make another with npx sendips dkim new ${stack}, and do not sign with this one again`,
      },
    ];
  });
}
