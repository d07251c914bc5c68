/**
 * Cloudflare's API, where the engine's providers do not reach: what stands in a zone beside our records, and
 * the one record that must change in place.
 */
import type { ZoneRecord } from "../core/guards/adoption.ts";

/** Who asks, and where; what is left out comes from the client's own environment variables. */
export interface CloudflareAccess {
  apiToken?: string;
  apiKey?: string;
  email?: string;
  /** @default Cloudflare's */
  baseUrl?: string;
}

/** The keys of the provider's config that say so. */
export const CLOUDFLARE_KEYS = ["apiToken", "apiKey", "email", "baseUrl"] as const;

/** Reads the provider's config, by key. */
export function cloudflareAccess(value: (key: string) => unknown): CloudflareAccess {
  const access: CloudflareAccess = {};
  for (const key of CLOUDFLARE_KEYS) {
    const given = value(key);
    if (typeof given === "string") access[key] = given;
  }
  return access;
}

/** What is asked of Cloudflare. */
export interface CloudflareApi {
  /** Everything that stands at names of a zone. */
  recordsAt(zoneId: string, names: readonly string[]): Promise<ZoneRecord[]>;
  /** Everything whose name ends in this part of a name. */
  recordsBelow(zoneId: string, ending: string): Promise<ZoneRecord[]>;
  /** One record; undefined when it is gone. */
  record(zoneId: string, id: string): Promise<ZoneRecord | undefined>;
  /** Changes parts of a record in place. */
  change(
    zoneId: string,
    id: string,
    parts: { type: string; content?: string; ttl?: number; proxied?: boolean; priority?: number },
  ): Promise<void>;
  /** Removes a record. */
  remove(zoneId: string, id: string): Promise<void>;
}

/** Asked at once: a zone of many names must not use up the API's limit in one go. */
const PARALLEL = 6;

/** Whether the environment or the config holds credentials. */
export function hasAccess({ apiToken, apiKey }: CloudflareAccess): boolean {
  const { CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_KEY } = process.env;
  return [apiToken, apiKey, CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_KEY].some(
    (value) => value !== undefined && value !== "",
  );
}

/** A client, loaded only when there is something to ask. */
export async function cloudflareApi(access: CloudflareAccess = {}): Promise<CloudflareApi> {
  const [{ createClient }, { BaseRecords }] = await Promise.all([
    import("cloudflare/tree-shakable"),
    import("cloudflare/resources/dns/records"),
  ]);
  const { apiToken, apiKey, email, baseUrl } = access;
  const { dns } = createClient({
    resources: [BaseRecords],
    ...(apiToken === undefined ? {} : { apiToken }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(email === undefined ? {} : { apiEmail: email }),
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
    // It would write requests, and so values, to standard error.
    logLevel: "off",
  });
  const { records } = dns;
  const recordsAtName = async (zoneId: string, name: string): Promise<ZoneRecord[]> => {
    const found: ZoneRecord[] = [];
    for await (const record of records.list({ zone_id: zoneId, name: { exact: name } })) {
      found.push(asZoneRecord(zoneId, record));
    }
    return found;
  };
  return {
    async recordsAt(zoneId, names) {
      const found: ZoneRecord[] = [];
      for (let next = 0; next < names.length; next += PARALLEL) {
        const some = names.slice(next, next + PARALLEL);
        const lists = await Promise.all(some.map((name) => recordsAtName(zoneId, name)));
        found.push(...lists.flat());
      }
      return found;
    },
    async recordsBelow(zoneId, ending) {
      const found: ZoneRecord[] = [];
      const query = { zone_id: zoneId, name: { endswith: ending } };
      for await (const record of records.list(query)) found.push(asZoneRecord(zoneId, record));
      return found;
    },
    async record(zoneId, id) {
      try {
        return asZoneRecord(zoneId, await records.get(id, { zone_id: zoneId }));
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    },
    async change(zoneId, id, parts) {
      // The client's types tell the record types apart, and each has its own.
      await records.edit(id, { zone_id: zoneId, ...parts } as Parameters<typeof records.edit>[1]);
    },
    async remove(zoneId, id) {
      try {
        await records.delete(id, { zone_id: zoneId });
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}

function isGone(error: unknown): boolean {
  return typeof error === "object" && error !== null && Reflect.get(error, "status") === 404;
}

/** What the API says of a record, as far as we read it; nothing is taken for granted. */
function asZoneRecord(zoneId: string, record: object): ZoneRecord {
  const text = (key: string) => {
    const value: unknown = Reflect.get(record, key);
    return typeof value === "string" ? value : "";
  };
  const [ttl, priority, proxied]: unknown[] = [
    Reflect.get(record, "ttl"),
    Reflect.get(record, "priority"),
    Reflect.get(record, "proxied"),
  ];
  return {
    ...{ id: text("id"), zoneId, name: text("name").toLowerCase().replace(/\.$/, "") },
    ...{ type: text("type"), content: text("content") },
    ...(typeof priority === "number" ? { preference: priority } : {}),
    ttl: typeof ttl === "number" ? ttl : 1,
    proxied: proxied === true,
  };
}
