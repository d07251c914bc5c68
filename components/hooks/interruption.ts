/** Waiting inside hooks, so that Ctrl-C ends it and a person sees what is waited for. */
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const interruption = new AbortController();
let listens = false;

/**
 * Aborted once the deployment is interrupted. The engine itself waits for hooks to end; at Ctrl-C it tells
 * the language host, which sends the program SIGINT, and SIGKILL five seconds later.
 */
export function interruptSignal(): AbortSignal {
  if (!listens) {
    listens = true;
    // As many addresses as wait listen at once.
    setMaxListeners(0, interruption.signal);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => interruption.abort(new Error("the deployment was interrupted")));
    }
  }
  return interruption.signal;
}

/**
 * Resolves after this many milliseconds.
 *
 * @throws at once when the deployment is interrupted.
 */
export async function pauseFor(milliseconds: number): Promise<void> {
  const signal = interruptSignal();
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}
