/** Names of the customer's that point into a zone of ours, so that what stands behind them changes without them. */
import type { TenantConfig } from "../../config/schema.ts";

/** Where delegated names point, and which do. */
export interface Delegation {
  /** What is appended to a delegated name. */
  zone: string;
  dmarc: boolean;
  mtaSts: boolean;
}

/** What `sendips:tenant.delegate` asks for; undefined where everything stands at its own name. */
export function delegationOf({ delegate, hostNames }: TenantConfig): Delegation | undefined {
  if (delegate === undefined) return undefined;
  const zone = delegate.zone ?? hostNames;
  // Without host names there is no address, and nothing that would change behind a name's back.
  return zone === undefined ? undefined : { zone, dmarc: delegate.dmarc, mtaSts: delegate.mtaSts };
}

/** Where a delegated name's records stand: the whole name moves, so that those of several tenants never meet. */
export function delegatedName(name: string, zone: string): string {
  return `${name}.${zone}`;
}

/** Below this stand the DKIM keys, where not in the From domain itself. */
export function dkimZoneOf(tenant: TenantConfig): string | undefined {
  return tenant.dkimZone ?? delegationOf(tenant)?.zone;
}
