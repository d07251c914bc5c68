/**
 * A sandbox, a Pulumi home, a file backend and a copy of the project of their own, and the real CLI: where tests and the
 * sweep run the product. Operations are read from the engine's own event log.
 */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import type { StackOutputs } from "../../core/state/outputs.ts";
import { deployedOf } from "../../sandbox/deployed-stack.ts";
import { ensureEngine } from "../../sandbox/engine/ensure.ts";
import { engineEnv } from "../../sandbox/engine/env.ts";
import { prepareHome } from "../../sandbox/engine/home.ts";
import {
  cloudflareZones,
  copyProject,
  REPOSITORY,
  SANDBOX_CREDENTIALS,
} from "../../sandbox/project.ts";
import {
  type CommandResult,
  mustPulumi,
  type PulumiOptions,
  runPulumi,
} from "../../sandbox/pulumi.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/server.ts";
import { type GrantedAccess, grantedAccess } from "./access.ts";
import { type Listening, restoreSandbox, restoreStacks, type SavedPlaces } from "./saved-world.ts";

/** What the engine did to one resource. */
export interface Operation {
  /** `create`, `update`, `delete`, `replace`, `create-replacement`, `delete-replaced`, `read` … */
  op: string;
  type: string;
  name: string;
}

/** An `up` or `destroy` that has ended. */
export interface Run extends CommandResult {
  /** In the order in which the engine finished them; "same" left out. */
  operations: Operation[];
}

export interface World {
  sandbox: Sandbox;
  /** Ends the sandbox and starts it again from its state file, where it was. */
  restartSandbox(): Promise<void>;
  options: PulumiOptions;
  /** What each stack's runs may do. */
  access: GrantedAccess;
  /** Makes a stack. */
  init(stack: string): Promise<void>;
  /** `pulumi up` of a stack; makes the stack first when it is new. */
  up(stack: string, args?: readonly string[]): Promise<Run>;
  pulumi(...args: string[]): Promise<CommandResult>;
  mustPulumi(...args: string[]): Promise<CommandResult>;
  /** Runs a `sendips` command in the project, with the engine's environment. */
  sendips(...args: string[]): Promise<CommandResult>;
  /** Runs with an event log; for `destroy`, `refresh`. */
  run(...args: string[]): Promise<Run>;
  /** Sets (or, with undefined, removes) a value in a stack's file, as a person would with an editor. */
  edit(stack: string, path: readonly (string | number)[], value: unknown): void;
  /** What the stack's last deployment left, as everybody reads it. */
  outputs(stack: string): Promise<StackOutputs>;
  /** The stack's state file as text. */
  stateText(stack: string): Promise<string>;
}

/** Fast clouds: waits are proved by their order, not by their length. */
const FAST = { dnsPropagation: 200, ptrPending: 200, ptrLinger: 1_500 };

export interface WorldOptions extends SandboxOptions {
  /** Where official plugins may lie. Default: where the person's own Pulumi keeps them. */
  plugins?: string;
}

/** A world, and what is needed to keep it and to take it down. */
export interface OpenWorld {
  made: World;
  places: SavedPlaces;
  listening: Listening;
  /** Closes the sandbox and removes the folder. */
  close(): Promise<void>;
}

/**
 * Makes a world in a folder, which is emptied first.
 *
 * @param saved the folder of the kept world to begin with.
 */
export async function newWorld(
  folder: string,
  { plugins, ...options }: WorldOptions,
  saved: string | undefined,
): Promise<OpenWorld> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const engine = await ensureEngine({ log: (line) => process.stderr.write(`${line}\n`) });
  const places = {
    stateFile: join(folder, "state.json"),
    backend: join(folder, "backend"),
    project: join(folder, "project"),
  };
  if (saved !== undefined) await restoreSandbox(saved, places);
  const sandboxOptions = {
    zones: await cloudflareZones(),
    stateFile: places.stateFile,
    ...options,
    delays: { ...FAST, ...options.delays },
  };
  const sandbox = await startSandbox(sandboxOptions);
  const close = async () => {
    await made.sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const { project: cwd, backend } = places;
  await copyProject(cwd, sandbox);
  const home = join(folder, "home");
  await prepareHome(home, plugins);
  const env = {
    ...engineEnv({ home, backend, engine }),
    ...SANDBOX_CREDENTIALS,
    // The CLI hides --event-log behind this.
    PULUMI_DEBUG_COMMANDS: "true",
  };
  const pulumi = { cwd, env, pulumi: engine.pulumi };
  const known = new Set<string>();
  const listening = { url: sandbox.url, dns: `${sandbox.dns.host}:${sandbox.dns.port}` };
  if (saved !== undefined) {
    for (const stack of await restoreStacks(saved, places, listening)) known.add(stack);
  }

  const access = grantedAccess(sandbox, cwd);
  const as = (args: readonly string[]) => ({ ...pulumi, env: access.env(env, args) });

  const run = async (...args: string[]): Promise<Run> => {
    const log = join(folder, "events.json");
    rmSync(log, { force: true });
    const ended = await runPulumi([...args, "--event-log", log], as(args));
    return { ...ended, operations: operations(log) };
  };
  const init = async (stack: string): Promise<void> => {
    await mustPulumi(["stack", "init", stack], pulumi);
    known.add(stack);
  };
  const made: World = {
    sandbox,
    restartSandbox: async () => {
      await made.sandbox.close();
      const ports = { httpPort: Number(new URL(sandbox.url).port), dnsPort: sandbox.dns.port };
      made.sandbox = await startSandbox({ ...sandboxOptions, ...ports });
    },
    access,
    init,
    options: pulumi,
    run,
    sendips: (...args) =>
      // `runPulumi` adds an option of Pulumi's own to the command line.
      new Promise((resolve) => {
        const command = [join(REPOSITORY, "cli", "sendips.mjs"), ...args];
        execFile(process.execPath, command, { cwd, env: as(args).env }, (error, stdout, stderr) => {
          const code = typeof error?.code === "number" ? error.code : error === null ? 0 : 1;
          resolve({ code, stdout, stderr, output: stdout + stderr });
        });
      }),
    pulumi: (...args) => runPulumi(args, as(args)),
    mustPulumi: (...args) => mustPulumi(args, as(args)),
    up: async (stack, args = []) => {
      if (!known.has(stack)) await init(stack);
      return run("up", "--stack", stack, "--yes", "--skip-preview", ...args);
    },
    edit: (stack, path, value) => {
      const file = join(cwd, "stacks", `Pulumi.${stack}.yaml`);
      const document = parseDocument(readFileSync(file, "utf8"));
      if (value === undefined) document.deleteIn(["config", ...path]);
      else document.setIn(["config", ...path], document.createNode(value));
      writeFileSync(file, document.toString());
    },
    outputs: async (stack) => (await deployedOf(stack, pulumi)).outputs,
    stateText: (stack) =>
      readFile(join(backend, ".pulumi", "stacks", "sendips", `${stack}.json`), "utf8"),
  };
  return { made, places, listening, close };
}

/** The example mail host and tenant, in the order in which they are deployed. */
export const EXAMPLES = ["mx-1", "acme"];

/** Deploys them in a world; fails with the engine's output otherwise. */
export async function deployExamples(made: World, stacks: readonly string[]): Promise<void> {
  for (const stack of stacks) {
    const { code, output } = await made.up(stack);
    if (code !== 0) throw new Error(output);
  }
}

interface StepEvent {
  metadata: { op: string; urn: string; type: string };
}

function operations(log: string): Operation[] {
  let text: string;
  try {
    text = readFileSync(log, "utf8");
  } catch {
    return [];
  }
  const found: Operation[] = [];
  for (const line of text.split("\n").filter((line) => line.startsWith("{"))) {
    const event: { resOutputsEvent?: StepEvent } = JSON.parse(line);
    const metadata = event.resOutputsEvent?.metadata;
    if (metadata === undefined || metadata.op === "same") continue;
    const name = metadata.urn.split("::").at(-1) ?? "";
    found.push({ op: metadata.op, type: metadata.type, name });
  }
  return found;
}
