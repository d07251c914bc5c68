/** The faults of the sweep, and which of them hit which calls. */
import type { FaultRule } from "../../sandbox/faults.ts";

/** What goes wrong at one call. */
export interface SweepFault {
  name: string;
  /** For the report. */
  means: string;
  /** The rule; what it kills is added when that runs. */
  rule: Pick<FaultRule, "kind" | "status" | "code" | "message" | "times">;
  /** How many calls from one point of it to the next, where each call alone would cost too much. */
  every: number;
}

export const FAULTS: readonly SweepFault[] = [
  {
    name: "kill-after",
    means: "the engine and all that it started end by SIGKILL once the call has taken effect",
    rule: { kind: "kill-after" },
    every: 1,
  },
  {
    name: "kill-before",
    means: "the same, before the call takes effect",
    rule: { kind: "kill-before" },
    every: 1,
  },
  {
    name: "drop-after",
    means: "the call takes effect, its answer is lost, and the client tries again",
    rule: { kind: "drop-after" },
    every: 1,
  },
  {
    name: "refuse",
    means: "the call is refused, and not tried again",
    rule: { kind: "error", status: 403, code: "UnauthorizedOperation", message: "Not now." },
    every: 1,
  },
  {
    name: "network-cut",
    means: "from this call on, nothing reaches the clouds until the run has ended",
    rule: { kind: "drop-before", times: "for-ever" },
    every: 4,
  },
  {
    name: "throttle",
    means: "the call is throttled once",
    rule: { kind: "throttle" },
    every: 2,
  },
  {
    name: "drop-before",
    means: "the connection is cut before the call takes effect, once",
    rule: { kind: "drop-before" },
    every: 2,
  },
];

/** The fault of a name. */
export function faultOf(name: string): SweepFault {
  const found = FAULTS.find((fault) => fault.name === name);
  if (found === undefined) throw new Error(`no fault is called ${name}`);
  return found;
}
