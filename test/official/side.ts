/** One side of the comparison: resources registered by an engine and a provider, on a sandbox of its own. */
import { EC2 } from "@aws-sdk/client-ec2";
import { SANDBOX_CREDENTIALS } from "../../sandbox/project.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import type { Props } from "./names.ts";
import { type Ids, prepare, type SuitedResource, WORLD } from "./resources.ts";

export interface Outcome {
  ok: boolean;
  said: string;
}

/** What an edit would do to one resource. */
export interface Change {
  action: "none" | "create" | "update" | "replace" | "delete";
  /** Inputs, as Pulumi names them, that make it a replacement. */
  replaces: string[];
}

/** A resource in the state, its values as Pulumi names them. */
export interface ExistingResource {
  id: string;
  values: Props;
}

export interface Side {
  sandbox: Sandbox;
  ids: Ids;
  ec2: EC2;
  /** Creates and updates, without asking first what is there. */
  up(resources: readonly SuitedResource[]): Promise<Outcome>;
  /** What `up` would do; with `refresh`, after asking what is there. */
  plan(resources: readonly SuitedResource[], refresh: boolean): Promise<Map<string, Change>>;
  refresh(resources: readonly SuitedResource[]): Promise<Outcome>;
  state(): Promise<Map<string, ExistingResource>>;
  /** Takes what is there, by its ids, into an empty state. */
  import(resources: readonly SuitedResource[], ids: ReadonlyMap<string, string>): Promise<Outcome>;
  /** Deletes all that the state holds. */
  destroy(): Promise<Outcome>;
  /** Empties the state and leaves the cloud alone. */
  forget(): Promise<void>;
  lookUp(all: readonly { name: string; token: string; args: Props }[]): Promise<Map<string, Props>>;
  close(): Promise<void>;
}

/** A sandbox as both sides begin. */
export async function preparedSandbox(): Promise<{ sandbox: Sandbox; ids: Ids; ec2: EC2 }> {
  const sandbox = await startSandbox(WORLD);
  const ec2 = new EC2({
    region: "us-east-1",
    endpoint: sandbox.url,
    credentials: {
      accessKeyId: SANDBOX_CREDENTIALS.AWS_ACCESS_KEY_ID,
      secretAccessKey: SANDBOX_CREDENTIALS.AWS_SECRET_ACCESS_KEY,
    },
  });
  return { sandbox, ec2, ids: await prepare(ec2, sandbox) };
}

export async function admin(
  { sandbox }: Pick<Side, "sandbox">,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: unknown,
): Promise<unknown> {
  const reply = await fetch(`${sandbox.url}/_sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!reply.ok) throw new Error(await reply.text());
  return reply.json();
}
