/** A project of its own for tests of the command: real files, the real CLI, a file backend, no cloud. */
import { type SpawnOptions, spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { parse, parseDocument } from "yaml";
import { memberAt } from "../../core/maps.ts";
import { ensureEngine } from "../../sandbox/engine/ensure.ts";
import { engineEnv } from "../../sandbox/engine/env.ts";
import { prepareHome } from "../../sandbox/engine/home.ts";
import { copyProject, type Endpoints, REPOSITORY } from "../../sandbox/project.ts";
import { type CommandResult, mustPulumi } from "../../sandbox/pulumi.ts";

/** How the command ended. */
export interface CommandOutput {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Workplace {
  folder: string;
  /** The project's folder. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Runs `sendips <args>` as a process. */
  sendips(...args: string[]): Promise<CommandOutput>;
  pulumi(...args: string[]): Promise<CommandResult>;
  /** The text of a stack file. */
  text(stack: string): string;
  /** Writes a stack file. */
  write(stack: string, text: string): void;
  /** A value of a stack file, below `config`. */
  value(stack: string, path: readonly string[]): unknown;
  /** Sets (or, with undefined, removes) a value in a stack file, as a person would with an editor. */
  edit(stack: string, path: readonly (string | number)[], value: unknown): void;
  /** Sets a value of Pulumi.yaml, below `config`. */
  project(path: readonly string[], value: unknown): void;
  /** Puts a script in the place of the Pulumi CLI; `$PULUMI` in it is the real one. */
  replacePulumi(script: string): void;
}

/** Nothing listens there: who asks is refused at once. */
const NOWHERE: Endpoints = {
  url: "http://127.0.0.1:9",
  cloudflareUrl: "http://127.0.0.1:9/client/v4",
  dns: { host: "127.0.0.1", port: 9 },
};

const SENDIPS = join(REPOSITORY, "cli", "sendips.mjs");
let count = 0;

/** A workplace for one test, taken down when the test ends. `stacks` are made in the backend. */
export async function workplace({
  stacks = [],
  endpoints = NOWHERE,
}: {
  stacks?: string[];
  endpoints?: Endpoints;
} = {}): Promise<Workplace> {
  count += 1;
  const folder = join(REPOSITORY, ".sandbox", "test", `cli-${process.pid}-${count}`);
  rmSync(folder, { recursive: true, force: true });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const engine = await ensureEngine({ log: (line) => process.stderr.write(`${line}\n`) });
  const cwd = join(folder, "project");
  await copyProject(cwd, endpoints);
  const home = join(folder, "home");
  await prepareHome(home);
  const env = engineEnv({ home, backend: join(folder, "backend"), engine });
  const pulumi = { cwd, env, pulumi: engine.pulumi };
  for (const stack of stacks) await mustPulumi(["stack", "init", stack], pulumi);
  const file = (stack: string) => join(cwd, "stacks", `Pulumi.${stack}.yaml`);
  const text = (stack: string) => readFileSync(file(stack), "utf8");
  return {
    folder,
    cwd,
    env,
    sendips: (...args) => run(process.execPath, [SENDIPS, ...args], { cwd, env }),
    pulumi: (...args) => mustPulumi(args, pulumi),
    text,
    write: (stack, content) => writeFileSync(file(stack), content),
    value: (stack, path) => memberAt(parse(text(stack)), ["config", ...path]),
    edit: (stack, path, value) => {
      const document = parseDocument(text(stack));
      if (value === undefined) document.deleteIn(["config", ...path]);
      else document.setIn(["config", ...path], document.createNode(value));
      writeFileSync(file(stack), document.toString());
    },
    project: (path, value) => {
      const file = join(cwd, "Pulumi.yaml");
      const document = parseDocument(readFileSync(file, "utf8"));
      document.setIn(["config", ...path], document.createNode(value));
      writeFileSync(file, document.toString());
    },
    replacePulumi: (script) => {
      const bin = join(folder, "bin");
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, "pulumi"), `#!/bin/sh\nPULUMI='${engine.pulumi}'\n${script}\n`);
      chmodSync(join(bin, "pulumi"), 0o755);
      // The home's own CLI goes before PATH: an empty home has none.
      env["PULUMI_HOME"] = join(folder, "empty-home");
      env["PATH"] = `${bin}:${env["PATH"]}`;
    },
  };
}

/** Runs a command to its end. */
export function run(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, "cwd" | "env">,
): Promise<CommandOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      said.stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      said.stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, ...said }));
  });
}

/** No part of a key that would help anyone stands in any of the texts. */
export function expectNoKey(key: string, texts: readonly string[]): void {
  expect(key.length).toBeGreaterThan(40);
  // The head of a DER is the same for every key of its kind.
  const head = key.startsWith("MC4C") ? 20 : 36;
  for (const text of texts) {
    for (let at = head; at + 20 <= key.length; at += 10) {
      expect(text.includes(key.slice(at, at + 20)), `a part of the key at ${at}`).toBe(false);
    }
  }
}

/** Every file below a folder, as one text: what may lie about on disk. */
export function filesBelow(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, "latin1") }));
}

/** A stack's state, as it is exported, with these Elastic IPs, by their keys. */
export function stateWith(stack: string, addresses: Readonly<Record<string, string>>) {
  const urn = (type: string, name: string) => `urn:pulumi:${stack}::sendips::${type}::${name}`;
  const root = "pulumi:pulumi:Stack";
  const provider = "pulumi:providers:aws";
  const providerUrn = urn(provider, "default");
  const resources = [
    { urn: urn(root, `sendips-${stack}`), custom: false, type: root },
    { urn: providerUrn, custom: true, id: "p", type: provider },
    ...Object.entries(addresses).map(([key, publicIp]) => {
      const allocationId = `eipalloc-${key}`;
      const arn = `arn:aws:ec2:us-east-1:123456789012:elastic-ip/${allocationId}`;
      return {
        urn: urn("aws:ec2/eip:Eip", `${stack}-${key}`),
        ...{
          custom: true,
          id: allocationId,
          type: "aws:ec2/eip:Eip",
          provider: `${providerUrn}::p`,
        },
        outputs: { allocationId, publicIp, arn },
      };
    }),
  ];
  return { version: 3, deployment: { manifest: {}, resources } };
}

/** Gives a stack a state with these Elastic IPs, by their keys, through the real CLI. */
export async function pretendDeployed(
  made: Workplace,
  stack: string,
  addresses: Readonly<Record<string, string>>,
): Promise<void> {
  const file = join(made.folder, "deployment.json");
  writeFileSync(file, JSON.stringify(stateWith(stack, addresses)));
  await made.pulumi("stack", "import", "--stack", stack, "--file", file);
}
