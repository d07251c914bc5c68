/**
 * The one harness of engine tests: a sandbox, a Pulumi home, a file backend and a copy of the
 * project of their own, and the real CLI. Operations are read from the engine's own event log.
 */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { onTestFinished } from "vitest";
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
import {
  type Listening,
  restoreSandbox,
  restoreStacks,
  type SnapshotPlaces,
  snapshotOf,
} from "./snapshot.ts";

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
  options: PulumiOptions;
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

let count = 0;

/** Fast clouds: waits are proved by their order, not by their length. */
const FAST = { dnsPropagation: 200, ptrPending: 200, ptrLinger: 1_500 };

interface WorldOptions extends SandboxOptions {
  /** Where official plugins may lie. Default: where the person's own Pulumi keeps them. */
  plugins?: string;
}

/** A world for one test, taken down when the test ends. */
export function world(options: WorldOptions = {}): Promise<World> {
  return newWorld(options, undefined).then(({ made }) => made);
}

async function newWorld(
  { plugins, ...options }: WorldOptions,
  from: { snapshot: string; stacks: readonly string[] } | undefined,
): Promise<{ made: World; places: SnapshotPlaces; listening: Listening }> {
  count += 1;
  const folder = join(REPOSITORY, ".sandbox", "test", `${process.pid}-${count}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const engine = await ensureEngine({ log: (line) => process.stderr.write(`${line}\n`) });
  const places = {
    stateFile: join(folder, "state.json"),
    backend: join(folder, "backend"),
    project: join(folder, "project"),
  };
  if (from !== undefined) await restoreSandbox(from.snapshot, places);
  const sandbox = await startSandbox({
    zones: await cloudflareZones(),
    stateFile: places.stateFile,
    ...options,
    delays: { ...FAST, ...options.delays },
  });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
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
  if (from !== undefined) {
    await restoreStacks(from.snapshot, places, listening);
    for (const stack of from.stacks) known.add(stack);
  }

  const run = async (...args: string[]): Promise<Run> => {
    const log = join(folder, "events.json");
    rmSync(log, { force: true });
    const ended = await runPulumi([...args, "--event-log", log], pulumi);
    return { ...ended, operations: operations(log) };
  };
  const init = async (stack: string): Promise<void> => {
    await mustPulumi(["stack", "init", stack], pulumi);
    known.add(stack);
  };
  const made: World = {
    sandbox,
    init,
    options: pulumi,
    run,
    sendips: (...args) =>
      // `runPulumi` adds an option of Pulumi's own to the command line.
      new Promise((resolve) => {
        const command = [join(REPOSITORY, "cli", "sendips.mjs"), ...args];
        execFile(process.execPath, command, { cwd, env }, (error, stdout, stderr) => {
          const code = typeof error?.code === "number" ? error.code : error === null ? 0 : 1;
          resolve({ code, stdout, stderr, output: stdout + stderr });
        });
      }),
    pulumi: (...args) => runPulumi(args, pulumi),
    mustPulumi: (...args) => mustPulumi(args, pulumi),
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
  return { made, places, listening };
}

/** The example mail host and tenant, in the order in which they are deployed. */
const DEPLOYED = ["mx-1", "acme"];

/** A world in which the example mail host and tenant are deployed. */
export async function deployedWorld(options: WorldOptions = {}): Promise<World> {
  // What a test asks for may be what it wants deployed in its own way.
  return Object.keys(options).length > 0
    ? (await deploy(DEPLOYED, options)).made
    : worldWith(DEPLOYED);
}

/** A world in which the example mail host is deployed. */
export function mailHostWorld(): Promise<World> {
  return worldWith(["mx-1"]);
}

async function worldWith(stacks: readonly string[]): Promise<World> {
  const snapshot = await snapshotOf(stacks.join("-"), async () => {
    const { made, ...rest } = await deploy(stacks, {});
    // The snapshot is of the files: the sandbox writes its own after each call.
    await made.sandbox.close();
    return rest;
  });
  return (await newWorld({}, { snapshot, stacks })).made;
}

/** Deploys them; fails with the engine's output otherwise. */
async function deploy(stacks: readonly string[], options: WorldOptions) {
  const all = await newWorld(options, undefined);
  for (const stack of stacks) {
    const { code, output } = await all.made.up(stack);
    if (code !== 0) throw new Error(output);
  }
  return all;
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

/** `create Eip acme-tx1`, for assertions that read well; components and stacks left out. */
export function operationLines(run: Run): string[] {
  return run.operations
    .filter(({ type }) => !type.startsWith("sendips:") && !type.startsWith("pulumi:"))
    .map(({ op, type, name }) => `${op} ${type.split(":").at(-1)} ${name}`);
}

/** The commands that a refusal names, as arguments of `pulumi`: `import …`, `state …`. */
export function namedCommands(output: string, verb: string): string[][] {
  const found = new Set(output.match(new RegExp(`pulumi ${verb} [^\\n;]*?--yes[^\\n;,.]*`, "g")));
  return [...found].map((command) =>
    [...command.matchAll(/'([^']*)'|(\S+)/g)]
      .map(([, quoted, plain]) => quoted ?? plain ?? "")
      .slice(1),
  );
}

/** What a warmed address has to lose, by public IP, and every record in Cloudflare. */
export function liveState(made: World) {
  const { aws, cloudflare } = made.sandbox.world.state;
  const addresses = Object.values(aws.regions["us-east-1"]?.addresses ?? {}).map(
    ({ publicIp, allocationId, association, ptr }) => {
      const { record, update } = ptr;
      return [publicIp, [allocationId, association?.privateIp, update?.value ?? record]] as const;
    },
  );
  const records = Object.values(cloudflare.records).map(({ id, type, name, content }) =>
    [id, type, name, content].join(" "),
  );
  return { addresses: Object.fromEntries(addresses), records: records.sort() };
}

/** One call as the sandbox logged it. */
export interface Call {
  action: string;
  params: Record<string, unknown>;
}

/** All calls since the log was cleared. */
export async function calls(made: World): Promise<Call[]> {
  const reply = await fetch(`${made.sandbox.url}/_sandbox/calls`);
  return (await reply.json()) as Call[];
}

/** Those of them that change something. */
export async function changes(made: World): Promise<string[]> {
  return (await calls(made))
    .map(({ action }) => action)
    .filter((action) => !/^(Describe|Get|GET|List)/.test(action));
}

export async function clearCalls(made: World): Promise<void> {
  await fetch(`${made.sandbox.url}/_sandbox/calls`, { method: "DELETE" });
}

/** Rewrites the state by hand: `change` gets the resources that `pulumi stack export` prints. */
export async function rewriteState(
  made: World,
  change: (resources: Record<string, unknown>[]) => Record<string, unknown>[],
  stack = "acme",
): Promise<void> {
  const exported = await made.mustPulumi("stack", "export", "--stack", stack);
  const state = JSON.parse(exported.stdout) as {
    deployment: { resources: Record<string, unknown>[] };
  };
  state.deployment.resources = change(state.deployment.resources);
  const file = join(made.options.cwd, "state.json");
  writeFileSync(file, JSON.stringify(state));
  await made.mustPulumi("stack", "import", "--stack", stack, "--file", file);
}

/**
 * A refresh that asks where the addresses are not, as with another account's credentials: what is not known
 * there leaves the state, protected or not.
 */
export async function dropAddresses(made: World): Promise<void> {
  await rewriteState(made, (resources) => {
    for (const { type, inputs, outputs } of resources) {
      const asked = type === "pulumi:providers:aws" || String(type).startsWith("aws:ec2/eip");
      if (!asked) continue;
      for (const values of [inputs, outputs]) Object.assign(values ?? {}, { region: "eu-west-1" });
    }
    return resources;
  });
  const refreshed = await made.run("refresh", "--stack", "acme", "--yes", "--skip-preview");
  const gone = operationLines(refreshed).filter((line) => line.startsWith("delete Eip "));
  if (gone.length === 0) throw new Error(refreshed.output);
}

/** URNs of the stack acme by logical name, of one type. */
export async function urns(made: World, type: string): Promise<Record<string, string>> {
  const { deployment } = JSON.parse(
    (await made.mustPulumi("stack", "export", "--stack", "acme")).stdout,
  ) as { deployment: { resources: { urn: string; type: string }[] } };
  return Object.fromEntries(
    deployment.resources
      .filter((resource) => resource.type === type)
      .map(({ urn }) => [urn.split("::").at(-1), urn]),
  );
}

/** Takes mk1 out of the config, with the stream that uses it. */
export function forget(made: World): void {
  made.edit("acme", ["sendips:tenant", "streams", "marketing"], undefined);
  made.edit("acme", ["sendips:tenant", "addresses", "mk1"], undefined);
}

/** Cloudflare as somebody else speaks to it: one call, its `result`. */
export async function cloudflareCall(
  made: World,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const reply = await fetch(`${made.sandbox.cloudflareUrl}/${path}`, {
    method,
    headers: { authorization: `Bearer ${SANDBOX_CREDENTIALS.CLOUDFLARE_API_TOKEN}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await reply.json()) as { success: boolean; result: unknown };
  if (!answer.success) throw new Error(JSON.stringify(answer));
  return answer.result;
}

/** The streams of the example tenant, by the address that each sends from. */
const STREAMS = {
  tx1: ["transactional", { from: "tx.acme.example", addresses: ["tx1"] }],
  mk1: ["marketing", { from: "news.acme.example", addresses: ["mk1"] }],
} as const;

/**
 * Has addresses of the example tenant leave at once, each with its stream, or stay.
 *
 * @param how what else is said of those that leave. Default: that they go before they have drained.
 */
export function release(
  made: World,
  asked: Partial<Record<keyof typeof STREAMS, boolean>>,
  how: Record<string, unknown> = { release: true, releaseNow: true },
): void {
  for (const key of ["tx1", "mk1"] as const) {
    if (asked[key] === undefined) continue;
    const [stream, config] = STREAMS[key];
    for (const [name, value] of Object.entries(how)) {
      const path = ["sendips:tenant", "addresses", key, name];
      made.edit("acme", path, asked[key] === true ? value : undefined);
    }
    const path = ["sendips:tenant", "streams", stream];
    made.edit("acme", path, asked[key] === true ? undefined : config);
  }
}

/** Has the sandbox fail, delay or throttle calls. */
export async function inject(made: World, rule: Record<string, unknown>): Promise<void> {
  const options = { method: "POST", body: JSON.stringify(rule) };
  const reply = await fetch(`${made.sandbox.url}/_sandbox/faults`, options);
  if (reply.status !== 200) throw new Error(await reply.text());
}

export async function clearFaults(made: World): Promise<void> {
  await fetch(`${made.sandbox.url}/_sandbox/faults`, { method: "DELETE" });
}

/** Makes the zone of the host names the customer's to publish. */
export function turnExternal(made: World): void {
  made.edit("acme", ["sendips:zones"], {
    "acme.example": "external",
    "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
  });
}

/** EC2 as somebody else speaks to it. */
export function ec2Of(made: World): EC2 {
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = made.options.env;
  return new EC2({
    region: "us-east-1",
    endpoint: made.sandbox.url,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  });
}

/** Allocates an address as somebody else. */
export async function allocate(made: World, tags: Record<string, string>) {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { AllocationId = "", PublicIp = "" } = await ec2Of(made).allocateAddress({
    Domain: "vpc",
    ...(Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: "elastic-ip", Tags }] }),
  });
  return { allocationId: AllocationId, publicIp: PublicIp };
}
