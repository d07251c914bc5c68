/** Records by hand, and what the zone check says of them. */

import { readConfig } from "../../../core/config/config.ts";
import { contextOf, type RecordContext } from "../../../core/tenant/context.ts";
import type { PlannedRecord, RecordData, Text } from "../../../core/tenant/record.ts";
import { checkZone } from "../../../core/tenant/zone/check.ts";
import { byHand } from "../by-hand.ts";

export const ZONE_ID = "0c1d2e3f405162738495a6b7c8d9eaf0";

export function contextWith(records: PlannedRecord[]): RecordContext {
  const tenant = {
    domain: "acme.example",
    hostNames: "mail.acme.example",
    mailHost: { stack: "mx-1" },
    addresses: {},
  };
  const zones = { "acme.example": { cloudflare: ZONE_ID } };
  const read = readConfig({ stack: "acme", values: { zones, tenant } });
  if (!("stack" in read) || read.stack.kind !== "tenant") throw new Error("no tenant");
  return { ...contextOf("acme", read.stack.tenant, read.stack.operator), records };
}

let count = 0;

/** A record at Cloudflare whose path is its key, so that findings say which record they mean. */
export function record(
  name: PlannedRecord["name"],
  data: RecordData,
  more: Partial<PlannedRecord> = {},
): PlannedRecord {
  count += 1;
  const key = `r${count}`;
  return byHand({
    key,
    name,
    data,
    ttl: 3600,
    publisher: { by: "cloudflare", zone: "acme.example", zoneId: ZONE_ID },
    why: "a test",
    path: typeof name === "string" ? `${data.type}@${name}` : data.type,
    ...more,
  });
}

export const txt = (...text: Text): RecordData => ({ type: "TXT", text });
export const a = (address: string): RecordData => ({ type: "A", address: { address } });
export const mx = (exchange: string, preference = 10): RecordData => ({
  type: "MX",
  preference,
  exchange,
});
export const cname = (target: string): RecordData => ({ type: "CNAME", target });

/** Level, path, message and rule of each finding. */
export function zoneFindingLines(...records: PlannedRecord[]): string[] {
  return checkZone(contextWith(records)).map(
    ({ level, path, message, rule }) => `${level} ${path}: ${message} [${rule}]`,
  );
}
