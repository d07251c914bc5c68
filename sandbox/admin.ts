/** `/_sandbox/…`: the sandbox's own controls, which no real cloud has. JSON in and out. */
import * as z from "zod";
import { accessChange, changeAccess } from "./access/policy.ts";
import type { SandboxClock } from "./clock.ts";
import { blocklistChange } from "./dns/blocklists.ts";
import { type CallLog, type Faults, faultRule } from "./faults.ts";
import type { WireRequest, WireResponse, World } from "./world.ts";

export interface Controls {
  world: World;
  clock: SandboxClock;
  faults: Faults;
  calls: CallLog;
}

const clockChange = z.strictObject({
  /** Milliseconds to push the clock forward. */
  advanceMs: z.number().nonnegative().optional(),
  /** Sandbox milliseconds per real millisecond from now on. */
  rate: z.number().positive().optional(),
});

const delay = z.number().nonnegative().optional();

const settingsChange = z.strictObject({
  delays: z.strictObject({ dnsPropagation: delay, ptrPending: delay, ptrLinger: delay }).optional(),
  /** Elastic IPs a Region. */
  eipQuota: z.int().nonnegative().optional(),
  /** Why every PTR that is set from now on fails; null ends that. */
  ptrFailure: z.string().nullable().optional(),
});

export function handleAdmin(request: WireRequest, controls: Controls): WireResponse {
  const route = routes[`${request.method} ${request.path.slice("/_sandbox/".length)}`];
  if (route === undefined) return json(404, { error: `no ${request.method} ${request.path}` });
  try {
    return json(200, route(controls, request.body === "" ? {} : JSON.parse(request.body)));
  } catch (error) {
    if (error instanceof z.ZodError) return json(400, { error: z.prettifyError(error) });
    if (error instanceof SyntaxError) return json(400, { error: error.message });
    throw error;
  }
}

type Route = (controls: Controls, body: unknown) => unknown;

const routes: Readonly<Record<string, Route>> = {
  "GET health": () => ({ ok: true }),
  "GET faults": ({ faults }) => faults.list(),
  "POST faults": ({ faults }, body) => {
    for (const rule of z.array(faultRule).parse(Array.isArray(body) ? body : [body])) {
      faults.add(rule);
    }
    return faults.list();
  },
  "DELETE faults": ({ faults }) => {
    faults.clear();
    return [];
  },
  "GET calls": ({ calls }) => calls.list(),
  "DELETE calls": ({ calls }) => {
    calls.clear();
    return [];
  },
  "GET clock": ({ clock }) => clockView(clock),
  "POST clock": ({ clock, world }, body) => {
    const change = clockChange.parse(body);
    if (change.rate !== undefined) clock.setRate(change.rate);
    if (change.advanceMs !== undefined) clock.advance(change.advanceMs);
    world.changed();
    return clockView(clock);
  },
  "GET settings": ({ world }) => settingsView(world),
  "POST settings": ({ world }, body) => {
    const change = settingsChange.parse(body);
    for (const [name, ms] of Object.entries(change.delays ?? {})) {
      if (ms !== undefined) Object.assign(world.delays, { [name]: ms });
    }
    if (change.eipQuota !== undefined) world.state.aws.eipQuota = change.eipQuota;
    if (change.ptrFailure === null) delete world.state.aws.ptrFailure;
    else if (change.ptrFailure !== undefined) world.state.aws.ptrFailure = change.ptrFailure;
    world.changed();
    return settingsView(world);
  },
  "GET access": ({ world }) => accessView(world),
  "POST access": ({ world }, body) => {
    world.state.access = changeAccess(world.state.access, accessChange.parse(body));
    world.changed();
    return accessView(world);
  },
  "POST blocklists": ({ world }, body) => {
    world.state.blocklists = { ...world.state.blocklists, ...blocklistChange.parse(body) };
    world.changed();
    return world.state.blocklists;
  },
  "GET state": ({ world }) => world.state,
};

function clockView(clock: SandboxClock) {
  return { now: clock.now(), rate: clock.rate };
}

function settingsView(world: World) {
  return { delays: world.delays, eipQuota: world.state.aws.eipQuota };
}

function accessView({ state }: World) {
  return state.access ?? { aws: {}, cloudflare: {} };
}

function json(status: number, body: unknown): WireResponse {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}
