/** The one harness of engine tests: a world for each, taken down when the test ends. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { onTestFinished } from "vitest";
import { REPOSITORY, SANDBOX_CREDENTIALS } from "../../sandbox/project.ts";
import { calls } from "./calls.ts";
import { snapshotOf } from "./snapshot.ts";
import {
  deployExamples,
  EXAMPLES,
  newWorld,
  type OpenWorld,
  type Run,
  type World,
  type WorldOptions,
} from "./world.ts";

export { type Call, calls, clearFaults, inject } from "./calls.ts";
export { namedCommands } from "./named-commands.ts";
export type { Operation, Run, World } from "./world.ts";

let count = 0;

/** A world for one test, taken down when the test ends. */
export function world(options: WorldOptions = {}): Promise<World> {
  return opened(options, undefined).then(({ made }) => made);
}

async function opened(options: WorldOptions, saved: string | undefined): Promise<OpenWorld> {
  count += 1;
  const folder = join(REPOSITORY, ".sandbox", "test", `${process.pid}-${count}`);
  const open = await newWorld(folder, options, saved);
  onTestFinished(() => open.close());
  return open;
}

/** A world in which the example mail host and tenant are deployed. */
export async function deployedWorld(options: WorldOptions = {}): Promise<World> {
  // What a test asks for may be what it wants deployed in its own way.
  if (Object.keys(options).length === 0) return worldWith(EXAMPLES);
  const made = await world(options);
  await deployExamples(made, EXAMPLES);
  return made;
}

/** A world in which the example mail host is deployed. */
export function mailHostWorld(): Promise<World> {
  return worldWith(["mx-1"]);
}

async function worldWith(stacks: readonly string[]): Promise<World> {
  const snapshot = await snapshotOf(stacks.join("-"), async () => {
    const open = await opened({}, undefined);
    await deployExamples(open.made, stacks);
    // The snapshot is of the files: the sandbox writes its own after each call.
    await open.made.sandbox.close();
    return open;
  });
  return (await opened({}, snapshot)).made;
}

/** `create Eip acme-tx1`, for assertions that read well; components and stacks left out. */
export function operationLines(run: Run): string[] {
  return run.operations
    .filter(({ type }) => !type.startsWith("sendips:") && !type.startsWith("pulumi:"))
    .map(({ op, type, name }) => `${op} ${type.split(":").at(-1)} ${name}`);
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
  const refreshed = await made.access.unlimited(() =>
    made.run("refresh", "--stack", "acme", "--yes", "--skip-preview"),
  );
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
