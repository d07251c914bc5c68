/** Cloudflare's API v4 for zones and DNS records. */
import type { Service, WireRequest, WireResponse, World } from "../world.ts";
import { type Need, permits } from "./permissions.ts";
import { createRecord, deleteRecord, editRecord, listRecords, showRecord } from "./records.ts";
import { CloudflareError, failure, pageReply, success } from "./reply.ts";
import type { Zone } from "./state.ts";

const ROOT = "/client/v4";
const WINDOW = 5 * 60_000;

export const cloudflareService: Service = {
  name: "cloudflare",

  /** `GET zones`, `POST dns_records`, `PATCH dns_records`: the method and the collection. */
  action({ method, path }) {
    const parts = path.slice(ROOT.length + 1).split("/");
    const collection = parts.includes("dns_records") ? "dns_records" : (parts[0] ?? "");
    return `${method} ${collection}`;
  },

  handle(request, world, notes) {
    try {
      const token = authenticate(request, world);
      return route(request, world, (zoneId, need) => permits(world, token, zoneId, need, notes));
    } catch (error) {
      if (error instanceof CloudflareError) return failure(error);
      throw error;
    }
  },

  error({ status, code, message }) {
    // An injected limit is over at once; the real one says how long it holds, see `limit`.
    const headers = status === 429 ? { "retry-after": "1" } : {};
    return failure(new CloudflareError(status, Number(code) || 1000, message, headers));
  },
};

/** Requests by credential; not worth keeping over a restart. */
const usage = new WeakMap<World, Map<string, { times: number[]; blockedUntil: number }>>();

/** Counts the request against its credential. */
function authenticate({ headers }: WireRequest, world: World): string {
  const given = headers["authorization"];
  const key = headers["x-auth-key"];
  if (given === undefined && (key === undefined || headers["x-auth-email"] === undefined)) {
    throw new CloudflareError(
      400,
      9106,
      "Missing X-Auth-Key, X-Auth-Email or Authorization headers",
    );
  }
  const token = /^Bearer ([A-Za-z0-9_-]+)$/.exec(given ?? "")?.[1] ?? key;
  if (token === undefined) throw new CloudflareError(400, 6003, "Invalid request headers");
  if (token === "invalid") throw new CloudflareError(403, 9109, "Invalid access token");
  limit(token, world);
  return token;
}

/** Whether the token is good for this in a zone. */
type Permits = (zoneId: string, need: Need) => boolean;

/**
 * "If you exceed this limit, all API calls for the next five minutes will be blocked" (Cloudflare's
 * API documentation, rate limits).
 */
function limit(token: string, world: World): void {
  const now = world.clock.now();
  const tokens = usage.get(world) ?? new Map<string, { times: number[]; blockedUntil: number }>();
  usage.set(world, tokens);
  const used = tokens.get(token) ?? { times: [], blockedUntil: 0 };
  tokens.set(token, used);
  used.times = used.times.filter((time) => time > now - WINDOW);
  if (used.blockedUntil <= now && used.times.length >= world.state.cloudflare.rateLimit) {
    used.blockedUntil = now + WINDOW;
  }
  if (used.blockedUntil > now) {
    const wait = Math.ceil((used.blockedUntil - now) / 1_000);
    const message = "Please wait and consider throttling your request speed";
    throw new CloudflareError(429, 971, message, { "retry-after": String(wait) });
  }
  used.times.push(now);
}

function route(request: WireRequest, world: World, permitted: Permits): WireResponse {
  const [collection, zoneId, sub, recordId, ...rest] = request.path
    .slice(ROOT.length + 1)
    .split("/")
    .filter(Boolean);
  const { method } = request;
  if (collection === "user" && zoneId === "tokens" && sub === "verify") {
    return success({ id: "0".repeat(32), status: "active" });
  }
  if (collection !== "zones" || rest.length > 0) throw unrouted(request);
  if (zoneId === undefined) {
    if (method !== "GET") throw new CloudflareError(405, 10405, "Method not allowed");
    return listZones(request, world, permitted);
  }
  const zone = needZone(request, world, zoneId);
  if (sub === undefined && !permitted(zone.id, "zone read")) throw foreignZone();
  // Who may read the zone and not its records is told so (community.cloudflare.com, 697972).
  if (sub === "dns_records" && !permitted(zone.id, method === "GET" ? "dns read" : "dns write")) {
    throw new CloudflareError(403, 10000, "Authentication error");
  }
  if (sub === undefined) {
    if (method === "GET") return success(shownZone(zone));
    throw new CloudflareError(405, 10405, "Method not allowed");
  }
  if (sub !== "dns_records") throw unrouted(request);
  if (recordId === undefined) {
    if (method === "GET") return listRecords(request, world, zone);
    if (method === "POST") return createRecord(request, world, zone);
  } else {
    if (method === "GET") return showRecord(world, zone, recordId);
    if (method === "PUT" || method === "PATCH") return editRecord(request, world, zone, recordId);
    if (method === "DELETE") return deleteRecord(world, zone, recordId);
  }
  throw new CloudflareError(405, 10405, "Method not allowed");
}

function unrouted({ path }: WireRequest): CloudflareError {
  const place = path.slice(ROOT.length);
  return new CloudflareError(
    404,
    7003,
    `Could not route to ${place}, perhaps your object identifier is invalid?`,
  );
}

function needZone(request: WireRequest, world: World, id: string): Zone {
  if (!/^[0-9a-f]{32}$/.test(id)) throw unrouted(request);
  const zone = world.state.cloudflare.zones[id];
  if (zone === undefined) throw foreignZone();
  return zone;
}

function foreignZone(): CloudflareError {
  return new CloudflareError(403, 9109, "Unauthorized to access requested resource");
}

/** Those that the token may read; the others are not there for it. */
function listZones({ query }: WireRequest, world: World, permitted: Permits): WireResponse {
  const name = query.get("name");
  const zones = Object.values(world.state.cloudflare.zones)
    .filter((zone) => name === null || zone.name === name)
    .filter((zone) => permitted(zone.id, "zone read"))
    .map(shownZone);
  return success(...pageReply(zones, query, { usual: 20, most: 50 }));
}

function shownZone({ id, name, nameServers }: Zone): Record<string, unknown> {
  return {
    id,
    name,
    status: "active",
    paused: false,
    type: "full",
    development_mode: 0,
    name_servers: nameServers,
    original_name_servers: [],
    original_registrar: "registrar.example",
    original_dnshost: "dns.example",
    created_on: "2026-01-01T00:00:00.000000Z",
    modified_on: "2026-01-01T00:00:00.000000Z",
    activated_on: "2026-01-01T00:00:00.000000Z",
    account: { id: "1".repeat(32), name: "sandbox" },
    owner: { id: null, type: "user" },
    meta: { step: 2, custom_certificate_quota: 0, page_rule_quota: 3, phishing_detected: false },
    permissions: ["#dns_records:edit", "#dns_records:read", "#zone:read"],
    plan: { id: "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", name: "Free Website" },
    vanity_name_servers: [],
  };
}
