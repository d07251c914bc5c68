/**
 * The sandbox: AWS, Cloudflare and DNS on loopback. One HTTP server carries all three kinds of
 * API; what the path and the headers say decides which service answers.
 */
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type AccessChange, changeAccess } from "./access/policy.ts";
import { handleAdmin } from "./admin.ts";
import { loggedParams } from "./aws/log.ts";
import { awsServices, pickAwsService } from "./aws/service.ts";
import { SandboxClock } from "./clock.ts";
import { cloudflareService } from "./cloudflare/service.ts";
import { emptyCloudflare } from "./cloudflare/state.ts";
import { startDns } from "./dns/server.ts";
import { CallLog, Faults, isMutating, type LoggedCall } from "./faults.ts";
import { killTree } from "./process-tree.ts";
import {
  defaultDelays,
  defaultSubnets,
  defaultZones,
  emptyAws,
  type SubnetSeed,
  seedSubnets,
  type ZoneSeed,
} from "./seed.ts";
import { loadState, openVault, saveState } from "./store.ts";
import type {
  CallNotes,
  Delays,
  Service,
  State,
  WireRequest,
  WireResponse,
  World,
} from "./world.ts";

const host = "127.0.0.1";

export interface SandboxOptions {
  /** Where the state outlives the process. @default memory only */
  stateFile?: string;
  /** @default a free port */
  httpPort?: number;
  /** UDP and TCP. @default a free port */
  dnsPort?: number;
  /** Cloudflare zones to add where they are missing. */
  zones?: readonly ZoneSeed[];
  /** Subnets to add where they are missing. */
  subnets?: readonly SubnetSeed[];
  delays?: Partial<Delays>;
  /** Elastic IPs a Region. @default 5, as on a new AWS account */
  eipQuota?: number;
  /** Sandbox milliseconds per real millisecond. @default 1 */
  clockRate?: number;
  /** What credentials may do. @default everything */
  access?: AccessChange;
  /** Told of every reply as it goes out, for tests that hold it against the cloud's own schema. */
  onReply?: (reply: ServerReply) => void;
}

/** One reply on the wire. */
export interface ServerReply {
  service: string;
  action: string;
  path: string;
  status: number;
  body: string;
}

export interface Sandbox {
  /** AWS endpoint of every service, and the root of `/_sandbox/…`. */
  url: string;
  cloudflareUrl: string;
  dns: { host: string; port: number };
  world: World;
  close(): Promise<void>;
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { stateFile } = options;
  const state = initialState(options);
  const clock = new SandboxClock(state.clockOffsetMs ?? 0, options.clockRate ?? 1);
  const delays: Delays = { ...defaultDelays, ...state.delays, ...options.delays };
  let dirty = true;
  const world: World = {
    clock,
    state,
    delays,
    changed() {
      dirty = true;
    },
  };
  const save = () => {
    if (!dirty || stateFile === undefined) return;
    state.clockOffsetMs = clock.offsetMs;
    state.delays = delays;
    saveState(stateFile, state);
    dirty = false;
  };
  const services = awsServices(openVault(stateFile));
  const faults = new Faults();
  const calls = new CallLog();

  const answer = async (request: WireRequest): Promise<WireResponse | "cut"> => {
    if (request.path.startsWith("/_sandbox/")) {
      return handleAdmin(request, { world, clock, faults, calls });
    }
    const service = request.path.startsWith("/client/v4/")
      ? cloudflareService
      : pickAwsService(services, request);
    const action = service.action(request);
    const params = loggedParams(request);
    const call: LoggedCall = {
      ...{ service: service.name, action, params },
      ...{ mutates: isMutating(action, params), status: 0, at: clock.now() },
    };
    const fault = faults.next(call);
    if (fault !== undefined) call.fault = fault.rule.kind;
    calls.add(call);
    const notes: CallNotes = {
      decided: (decision) => {
        call.decisions = [...(call.decisions ?? []), decision];
      },
    };
    // Unreferenced: a closed sandbox does not wait for it.
    if (fault?.rule.kind === "delay")
      await sleep(fault.rule.delayMs ?? 0, undefined, { ref: false });
    if (fault?.rule.kind === "kill-before") killTree(fault.rule.pid);
    if (fault?.rule.kind === "drop-before" || fault?.rule.kind === "kill-before") return "cut";
    const reply =
      fault?.answer === undefined
        ? handle(service, request, world, notes)
        : service.error(fault.answer);
    if (fault?.rule.kind === "kill-after") killTree(fault.rule.pid);
    if (fault?.rule.kind === "drop-after" || fault?.rule.kind === "kill-after") return "cut";
    call.status = reply.status;
    const { status, body } = reply;
    options.onReply?.({ service: service.name, action, path: request.path, status, body });
    return reply;
  };

  const http = createServer((incoming, outgoing) => {
    readRequest(incoming)
      .then(answer)
      .then((reply) => {
        save();
        if (reply === "cut") incoming.socket.destroy();
        else send(outgoing, reply);
      })
      .catch((error: unknown) => {
        process.stderr.write(`sandbox: ${String(error)}\n`);
        incoming.socket.destroy();
      });
  });
  save();
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(options.httpPort ?? 0, host, resolve);
  });
  const dns = await startDns(world, { host, port: options.dnsPort ?? 0 }).catch(
    (error: unknown) => {
      http.close();
      throw error;
    },
  );
  const url = `http://${host}:${(http.address() as AddressInfo).port}`;
  let closing: Promise<void> | undefined;
  const close = async () => {
    http.closeAllConnections();
    await Promise.all([new Promise((resolve) => http.close(resolve)), dns.close()]);
    dirty = true;
    save();
  };
  return {
    url,
    cloudflareUrl: `${url}/client/v4`,
    dns: { host, port: dns.port },
    world,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function initialState(options: SandboxOptions): State {
  const { stateFile } = options;
  const zones = [...(options.zones ?? defaultZones)];
  const loaded =
    stateFile !== undefined && existsSync(stateFile) ? loadState(stateFile) : undefined;
  const state = loaded ?? { version: 1, aws: emptyAws(), cloudflare: emptyCloudflare(zones) };
  // A zone that is new to the project must not need a new sandbox.
  state.cloudflare.zones = { ...emptyCloudflare(zones).zones, ...state.cloudflare.zones };
  seedSubnets(state.aws, options.subnets ?? defaultSubnets);
  if (options.eipQuota !== undefined) state.aws.eipQuota = options.eipQuota;
  if (options.access !== undefined) state.access = changeAccess(state.access, options.access);
  return state;
}

/** A bug in the sandbox must look like a fault of the cloud, and leave a trace for us. */
function handle(
  service: Service,
  request: WireRequest,
  world: World,
  notes: CallNotes,
): WireResponse {
  try {
    return service.handle(request, world, notes);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`sandbox: ${service.name} ${service.action(request)}: ${text}\n`);
    return service.error({ status: 500, code: "InternalError", message: "sandbox bug" });
  }
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? "/", `http://${host}`);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

function send(outgoing: ServerResponse, reply: WireResponse): void {
  outgoing.writeHead(reply.status, reply.headers ?? {});
  outgoing.end(reply.body);
}
