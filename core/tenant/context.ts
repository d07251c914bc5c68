/** What the builders of records and the checks share: one tenant, read and put in order. */

import type { OperatorConfig, TenantConfig } from "../config/schema.ts";
import { sortedEntries } from "../maps.ts";
import { wayOutOf } from "../retirement.ts";
import type { Purpose } from "./purpose.ts";
import type { PlannedRecord } from "./record.ts";

/** A stream as wanted. */
export interface PlannedStream {
  key: string;
  from: string;
  returnPath: string;
  /** Its pool: keys of addresses, in a fixed order. */
  pool: string[];
}

/** A tenant under planning. */
export interface TenantContext {
  /** The stack's name. */
  stack: string;
  tenant: TenantConfig;
  operator: OperatorConfig;
  streams: readonly PlannedStream[];
}

/** The same with its records, for the checks that read them. */
export interface RecordContext extends TenantContext {
  records: readonly PlannedRecord[];
}

/** A record before it is known who publishes it, with what it is for. */
export type WantedRecord = Omit<PlannedRecord, "publisher" | "ttl" | "purpose"> & {
  purpose: Purpose;
};

/** The name of an address in DNS, PTR and HELO. A tenant with addresses has host names, or each has its own. */
export function hostNameOf(key: string, { hostNames = "", addresses }: TenantConfig): string {
  return addresses[key]?.hostName ?? `${key}.${hostNames}`;
}

/** A tenant with its streams in order, their defaults filled in. */
export function contextOf(
  stack: string,
  tenant: TenantConfig,
  operator: OperatorConfig,
): TenantContext {
  const streams = sortedEntries(tenant.streams).map(([key, stream]) => ({
    key,
    from: stream.from,
    // Its own subdomain, so that SPF aligns with From (RFC 9989 §4.4).
    returnPath: stream.returnPath ?? `bounce.${stream.from}`,
    // One that leaves sends no more, and no SPF record names it.
    pool: [...new Set(stream.addresses)].filter((key) => !leaves(tenant, key)).sort(),
  }));
  return { stack, tenant, operator, streams };
}

function leaves({ addresses }: TenantConfig, key: string): boolean {
  const address = Object.hasOwn(addresses, key) ? addresses[key] : undefined;
  return address !== undefined && wayOutOf(address) !== undefined;
}

/** The From domains of the streams, each once, in order. */
export function fromDomains({ streams }: TenantContext): string[] {
  return [...new Set(streams.map(({ from }) => from))].sort();
}

/** Where a name is used: what a tenant's config asks of it. */
export function usesOf({ streams }: TenantContext, name: string): ("from" | "bounce")[] {
  const uses = new Set<"from" | "bounce">();
  for (const stream of streams) {
    if (stream.from === name) uses.add("from");
    if (stream.returnPath === name) uses.add("bounce");
  }
  return [...uses];
}
