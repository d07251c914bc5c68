/**
 * Faults to inject and the log of calls. A rule hits the calls that it names: the first `skip` go
 * through, the next `times` fail, then the rule is spent.
 */
import * as z from "zod";
import { member } from "../core/maps.ts";
import type { FaultAnswer, LoggedDecision } from "./world.ts";

const kinds = [
  ...["error", "delay", "throttle"],
  ...["drop-before", "drop-after", "kill-before", "kill-after"],
] as const;

/** In place of an action's name: whatever changes something. */
const MUTATING = "*mutating";

const ruleFields = z.strictObject({
  /** `ec2`, `ssm`, `sts`, `cloudflare`, or `*`. */
  service: z.string(),
  /** The call's name in the log, `*`, or `*mutating`: any call that changes something. */
  action: z.string(),
  /**
   * `error` answers instead of the service; `delay` answers late; `throttle` answers as the
   * service does when its rate limit is hit; `drop-before` cuts the connection without doing the
   * call; `drop-after` does the call, then cuts the connection; `kill-before` and `kill-after` do
   * the same, and first end the processes of `pid` with SIGKILL.
   */
  kind: z.enum(kinds),
  code: z.string().optional(),
  status: z.int().min(400).max(599).optional(),
  message: z.string().optional(),
  /** Real milliseconds, not the sandbox clock's: it is there to meet the client's time-out. */
  delayMs: z.number().nonnegative().optional(),
  /** For the kinds that kill: the process at the root of the tree to end, all of it. */
  pid: z.int().positive().optional(),
  /** @default 0 */
  skip: z.int().nonnegative().optional(),
  /** `for-ever`: until the faults are cleared, as when the network is cut. @default 1 */
  times: z.union([z.int().positive(), z.literal("for-ever")]).optional(),
});

/** One rule, as `POST /_sandbox/faults` takes it. */
export const faultRule = ruleFields.refine(({ kind, pid }) => !/^kill/.test(kind) || pid, {
  path: ["pid"],
  error: "a kind that kills needs the process",
});

export type FaultRule = z.infer<typeof faultRule>;

/** What each service answers when its rate limit is hit. */
const throttles: Readonly<Record<string, FaultAnswer>> = {
  ec2: { status: 503, code: "RequestLimitExceeded", message: "Request limit exceeded." },
  ssm: { status: 400, code: "ThrottlingException", message: "Rate exceeded" },
  sts: { status: 400, code: "Throttling", message: "Rate exceeded" },
  cloudflare: {
    status: 429,
    code: "971",
    message: "Please wait and consider throttling your request speed",
  },
};

const internalError: FaultAnswer = {
  status: 500,
  code: "InternalError",
  message: "An internal error has occurred",
};

/** The fault that one call met. */
export interface Fault {
  rule: FaultRule;
  /** What to answer in place of the service, for `error` and `throttle`. */
  answer?: FaultAnswer;
}

/** Whether a call changes something when it is done; a dry run does not. */
export function isMutating(action: string, params: unknown): boolean {
  if (/^(Describe|Get|List|GET |HEAD |OPTIONS |\()/.test(action)) return false;
  return String(member(params, "DryRun")).toLowerCase() !== "true";
}

export class Faults {
  #rules: { rule: FaultRule; skip: number; left: number }[] = [];

  add(rule: FaultRule): void {
    const times = rule.times ?? 1;
    const left = times === "for-ever" ? Number.POSITIVE_INFINITY : times;
    this.#rules.push({ rule, skip: rule.skip ?? 0, left });
  }

  clear(): void {
    this.#rules = [];
  }

  list(): (FaultRule & { left: number | "for-ever" })[] {
    return this.#rules.map(({ rule, left }) => ({
      ...rule,
      left: Number.isFinite(left) ? left : "for-ever",
    }));
  }

  /** The fault for this call, if any. Every matching rule counts the call; the first due one hits. */
  next({ service, action, mutates }: LoggedCall): Fault | undefined {
    let hit: FaultRule | undefined;
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (rule.service !== "*" && rule.service !== service) continue;
      const named = rule.action === "*" || rule.action === action;
      if (!named && !(rule.action === MUTATING && mutates)) continue;
      if (entry.skip > 0) entry.skip -= 1;
      else if (hit === undefined && entry.left > 0) {
        entry.left -= 1;
        hit = rule;
      }
    }
    this.#rules = this.#rules.filter((entry) => entry.left > 0);
    if (hit === undefined) return undefined;
    if (hit.kind !== "error" && hit.kind !== "throttle") return { rule: hit };
    const base = (hit.kind === "throttle" ? throttles[service] : undefined) ?? internalError;
    return {
      rule: hit,
      answer: {
        status: hit.status ?? (hit.code === undefined ? base.status : 400),
        code: hit.code ?? base.code,
        message: hit.message ?? base.message,
      },
    };
  }
}

/** One call as `GET /_sandbox/calls` shows it. */
export interface LoggedCall {
  service: string;
  action: string;
  /** Without secret values. */
  params: unknown;
  /** Whether it changes something when it is done. */
  mutates: boolean;
  /** HTTP status; 0 when the connection was cut instead. */
  status: number;
  /** The kind of the fault that it met. */
  fault?: FaultRule["kind"];
  /** Milliseconds since the epoch on the sandbox clock. */
  at: number;
  /** What was asked of the caller's policies; absent where it has none, and may do everything. */
  decisions?: LoggedDecision[];
}

/** Enough for any test; an endless run must not fill the memory. */
const maxCalls = 20_000;

export class CallLog {
  #calls: LoggedCall[] = [];

  add(call: LoggedCall): void {
    this.#calls.push(call);
    if (this.#calls.length > maxCalls) this.#calls.splice(0, maxCalls / 10);
  }

  clear(): void {
    this.#calls = [];
  }

  list(): readonly LoggedCall[] {
    return this.#calls;
  }
}
