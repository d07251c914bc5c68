/** Bounces: the MX records of return paths. */
import { sortedEntries } from "../../maps.ts";
import {
  hostNameOf,
  type PlannedStream,
  type TenantContext,
  type WantedRecord,
} from "../context.ts";
import { delegatedName, delegationOf } from "../delegation/names.ts";
import { isDelegated, spfKey } from "../spf/records.ts";
import { BOUNCES } from "./purpose.ts";

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
  const zone = delegationOf(context.tenant)?.zone ?? "";
  const aliases = new Map<string, WantedRecord>();
  for (const stream of context.streams) {
    const { returnPath } = stream;
    const delegated = isDelegated(context, returnPath);
    const name = delegated ? delegatedName(returnPath, zone) : returnPath;
    for (const { id, host, why } of hostsOf(context, stream)) {
      const key = `mx-${stream.returnPath}-${id}`;
      if (records.has(key)) continue;
      records.set(key, {
        key,
        name,
        data: { type: "MX", preference: 10, exchange: host },
        purpose: BOUNCES,
        path: `sendips:tenant.streams.${stream.key}`,
        why: `bounces of stream ${stream.key} come back to ${why}`,
      });
    }
    if (!delegated) continue;
    aliases.set(returnPath, {
      key: `bounce-cname-${returnPath}`,
      name: returnPath,
      data: { type: "CNAME", target: name },
      purpose: BOUNCES,
      path: "sendips:tenant.delegate",
      why: `the return path ${returnPath} is ours to keep: its SPF and MX stand in ${zone}`,
      after: [
        spfKey(returnPath),
        ...[...records.values()].filter((record) => record.name === name).map(({ key }) => key),
      ],
      permanent: true,
    });
  }
  return [...sortedEntries(records), ...sortedEntries(aliases)].map(([, record]) => record);
}
