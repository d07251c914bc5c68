/** Bounces: the MX records of return paths. */
import {
  hostNameOf,
  ordered,
  type PlannedStream,
  type TenantContext,
  type WantedRecord,
} from "../context.ts";

/** Who takes a stream's bounces: by default the hosts that sent (RFC 5321 §4.5.5). */
function hostsOf({ tenant }: TenantContext, { key, pool }: PlannedStream) {
  const own = tenant.streams[key]?.bounceMx;
  if (own !== undefined) {
    return [...new Set(own)].map((host) => ({ id: host, host, why: host }));
  }
  return pool.map((address) => ({
    id: address,
    host: hostNameOf(address, tenant),
    why: `address ${address}`,
  }));
}

/** The hosts that take mail to a domain, by this plan; none when it is no return path. */
export function bounceHosts(context: TenantContext, domain: string): string[] {
  const hosts = context.streams
    .filter(({ returnPath }) => returnPath === domain)
    .flatMap((stream) => hostsOf(context, stream).map(({ host }) => host));
  return [...new Set(hosts)].sort();
}

/** An MX for each host; equal preference spreads the load. One record where streams share a return path. */
export function bounceRecords(context: TenantContext): WantedRecord[] {
  const records = new Map<string, WantedRecord>();
  for (const stream of context.streams) {
    for (const { id, host, why } of hostsOf(context, stream)) {
      const key = `mx-${stream.returnPath}-${id}`;
      if (records.has(key)) continue;
      records.set(key, {
        key,
        name: stream.returnPath,
        data: { type: "MX", preference: 10, exchange: host },
        path: `sendips:tenant.streams.${stream.key}`,
        why: `bounces of stream ${stream.key} come back to ${why}`,
      });
    }
  }
  return ordered(records).map(([, record]) => record);
}
