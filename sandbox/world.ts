/**
 * What every simulated service shares: the clock, the state that outlives the process, the call
 * log and the faults to inject. Services keep their own slice of the state and nothing else.
 */

import type { AccessState } from "./access/policy.ts";
import type { AwsState } from "./aws/state.ts";
import type { CloudflareState } from "./cloudflare/state.ts";
import type { SandboxBlocklist } from "./dns/blocklists.ts";

/** A clock that tests may run fast or push forward; all sandbox delays are measured on it. */
export interface Clock {
  /** Milliseconds since the epoch, as the simulated world sees them. */
  now(): number;
}

/** Everything that the sandbox remembers; JSON only, written to the state file after each change. */
export interface State {
  version: 1;
  aws: AwsState;
  cloudflare: CloudflareState;
  /** Blocklists in DNS, by their zones; absent where there are none. */
  blocklists?: Record<string, SandboxBlocklist>;
  /** What credentials may do; absent where all may do everything. */
  access?: AccessState;
  /** How far the sandbox clock was ahead of real time at the last save, in milliseconds. */
  clockOffsetMs?: number;
  /** The delays at the last save; what a restart is told anew wins over them. */
  delays?: Delays;
}

/** Delays of the simulated clouds, in milliseconds of the sandbox clock. */
export interface Delays {
  /** From Cloudflare's acceptance of a record until DNS answers with it. */
  dnsPropagation: number;
  /** How long `PtrRecordUpdate.Status` stays `PENDING`. */
  ptrPending: number;
  /** How long after a reset `ReleaseAddress` still fails with `InvalidAddress.PtrSet`. */
  ptrLinger: number;
}

export interface World {
  readonly clock: Clock;
  readonly state: State;
  readonly delays: Delays;
  /** To be called after each change of `state`: the state file is written before the reply goes out. */
  changed(): void;
}

/** A request as it came over the wire, body read whole. */
export interface WireRequest {
  method: string;
  /** Path without the query, e.g. `/client/v4/zones`. */
  path: string;
  query: URLSearchParams;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface WireResponse {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/** What was asked of the caller's policies, and what came of it. */
export interface LoggedDecision {
  action: string;
  /** An ARN, or a Cloudflare zone. */
  resource: string;
  context: Readonly<Record<string, string | readonly string[]>>;
  allowed: boolean;
  /** The statements that met it. */
  matched: string[];
}

/** What a service tells of a call besides its reply. */
export interface CallNotes {
  /** Told of each thing that was asked of the caller's policies. */
  decided(decision: LoggedDecision): void;
}

/** What a fault answers in place of the real reply. */
export interface FaultAnswer {
  status: number;
  code: string;
  message: string;
}

/**
 * One simulated API. `sandbox/server.ts` names the call, logs it, applies the faults that match
 * and only then asks `handle`.
 */
export interface Service {
  /** `ec2`, `ssm`, `sts` or `cloudflare`. */
  readonly name: string;
  /** The call's name in the log and in fault rules: `AllocateAddress`, `POST dns_records`. */
  action(request: WireRequest): string;
  handle(request: WireRequest, world: World, notes?: CallNotes): WireResponse;
  /** An error in this service's own wire format. */
  error(answer: FaultAnswer): WireResponse;
}
