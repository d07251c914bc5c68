/** DNS records: create, show, list, edit, delete. */
import { createHash } from "node:crypto";
import { isMap } from "../../core/maps.ts";
import type { WireRequest, WireResponse, World } from "../world.ts";
import { matchingRecords } from "./filters.ts";
import { CloudflareError, pageReply, success } from "./reply.ts";
import type { CloudflareRecord, Zone } from "./state.ts";
import { checkConflicts, type RecordRequest, validate } from "./validate.ts";

export function createRecord(request: WireRequest, world: World, zone: Zone): WireResponse {
  const checked = validate(recordRequest(request), zone);
  const state = world.state.cloudflare;
  checkConflicts(state, zone.id, checked);
  state.seq += 1;
  const now = world.clock.now();
  const id = createHash("md5").update(`${zone.id}/${state.seq}`).digest("hex");
  const record = { ...checked, id, zoneId: zone.id, createdOn: now, modifiedOn: now };
  state.records[id] = record;
  serve(world, record);
  return success(recordView(record));
}

export function showRecord(world: World, zone: Zone, id: string): WireResponse {
  return success(recordView(need(world, zone, id)));
}

export function listRecords({ query }: WireRequest, world: World, zone: Zone): WireResponse {
  const all = Object.values(world.state.cloudflare.records);
  const found = matchingRecords(
    all.filter(({ zoneId }) => zoneId === zone.id),
    query,
  );
  return success(...pageReply(found.map(recordView), query, { usual: 100, most: 5_000_000 }));
}

/** PUT writes the record anew, PATCH changes the named fields. */
export function editRecord(
  request: WireRequest,
  world: World,
  zone: Zone,
  id: string,
): WireResponse {
  const old = need(world, zone, id);
  const wanted =
    request.method === "PATCH" ? { ...old, ...recordRequest(request) } : recordRequest(request);
  const checked = validate(wanted, zone);
  checkConflicts(world.state.cloudflare, zone.id, checked, id);
  const { createdOn, zoneId } = old;
  const record = { ...checked, id, zoneId, createdOn, modifiedOn: world.clock.now() };
  world.state.cloudflare.records[id] = record;
  serve(world, record);
  return success(recordView(record));
}

export function deleteRecord(world: World, zone: Zone, id: string): WireResponse {
  need(world, zone, id);
  delete world.state.cloudflare.records[id];
  withdraw(world, id);
  world.changed();
  return success({ id });
}

function recordRequest({ body }: WireRequest): RecordRequest {
  try {
    const value: unknown = JSON.parse(body);
    if (isMap(value)) return value;
  } catch {
    // Answered below.
  }
  throw new CloudflareError(400, 9207, "Request body is invalid.");
}

function need(world: World, zone: Zone, id: string): CloudflareRecord {
  const record = world.state.cloudflare.records[id];
  if (record?.zoneId !== zone.id) throw new CloudflareError(404, 81044, "Record does not exist.");
  return record;
}

/** Acceptance is not the same as resolving: the name servers change `dnsPropagation` later. */
function serve(world: World, record: CloudflareRecord): void {
  const now = world.clock.now();
  withdraw(world, record.id);
  const state = world.state.cloudflare;
  state.served = state.served.filter(({ until }) => until === undefined || until > now);
  const { name, type, content, ttl, priority, data } = record;
  state.served.push({
    recordId: record.id,
    zoneId: record.zoneId,
    from: now + world.delays.dnsPropagation,
    name,
    type,
    content,
    ttl: ttl === 1 ? 300 : ttl,
    ...(priority === undefined ? {} : { priority }),
    ...(data === undefined ? {} : { data }),
  });
  world.changed();
}

function withdraw(world: World, recordId: string): void {
  const until = world.clock.now() + world.delays.dnsPropagation;
  for (const served of world.state.cloudflare.served) {
    if (served.recordId === recordId && served.until === undefined) served.until = until;
  }
}

function recordView(record: CloudflareRecord): Record<string, unknown> {
  const { id, name, type, content, ttl, proxied, comment, tags, priority, data } = record;
  return {
    id,
    name,
    type,
    content,
    ttl,
    proxied,
    proxiable: ["A", "AAAA", "CNAME"].includes(type),
    comment,
    tags,
    settings: {},
    meta: {},
    created_on: new Date(record.createdOn).toISOString(),
    modified_on: new Date(record.modifiedOn).toISOString(),
    ...(priority === undefined ? {} : { priority }),
    ...(data === undefined ? {} : { data }),
  };
}
