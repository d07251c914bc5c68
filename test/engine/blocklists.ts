/** Blocklists of the sandbox, and addresses that are asked of them. */
import { expect } from "vitest";
import type { World } from "./harness.ts";

export const LIST = "bl.example";
export const OTHER = "ranges.example";

/** Serves blocklists in the sandbox's DNS. */
export async function serve(made: World, lists: Record<string, object>): Promise<void> {
  const body = JSON.stringify(lists);
  const reply = await fetch(`${made.sandbox.url}/_sandbox/blocklists`, { method: "POST", body });
  expect(reply.status).toBe(200);
}

/** Wants one more address, and screens it. */
export function want(
  made: World,
  screen: object | undefined,
  key = "tx2",
  privateIp = "10.0.1.12",
): void {
  made.edit("acme", ["sendips:tenant", "addresses", key], { privateIp });
  made.edit("acme", ["sendips:screen"], screen);
}

/** The public IPs that EC2 has, with whether each is a candidate. */
export function standing(made: World): string[] {
  const { addresses = {} } = made.sandbox.world.state.aws.regions["us-east-1"] ?? {};
  return Object.values(addresses)
    .map(({ publicIp, tags }) => `${publicIp}${tags["sendips:candidate"] ? " candidate" : ""}`)
    .sort();
}

/** The addresses of the example tenant. */
export const DEPLOYED = ["198.51.100.1", "198.51.100.2"];
