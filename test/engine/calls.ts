/** The sandbox's log of calls, and faults to inject into them. */
import type { LoggedCall } from "../../sandbox/faults.ts";
import type { World } from "./world.ts";

/** One call as the sandbox logged it. */
export interface Call extends LoggedCall {
  params: Record<string, unknown>;
}

/** All calls since the log was cleared. */
export async function calls(made: Pick<World, "sandbox">): Promise<Call[]> {
  const reply = await fetch(`${made.sandbox.url}/_sandbox/calls`);
  return (await reply.json()) as Call[];
}

/** Has the sandbox fail, delay, cut or kill. */
export async function inject(made: Pick<World, "sandbox">, rule: object): Promise<void> {
  const options = { method: "POST", body: JSON.stringify(rule) };
  const reply = await fetch(`${made.sandbox.url}/_sandbox/faults`, options);
  if (reply.status !== 200) throw new Error(await reply.text());
}

export async function clearFaults(made: Pick<World, "sandbox">): Promise<void> {
  await fetch(`${made.sandbox.url}/_sandbox/faults`, { method: "DELETE" });
}
