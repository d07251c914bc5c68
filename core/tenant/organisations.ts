/** The organisational domains of a tenant: its own, those that its config names, those that its streams send from. */

import { dmarcName } from "../../mail/dmarc/record.ts";
import { organizationalDomainByList } from "../../mail/dmarc/tree-walk.ts";
import { isAtOrBelow } from "../../mail/names.ts";
import { configPath } from "../config/config.ts";
import type { DmarcConfig } from "../config/schema.ts";
import type { TenantContext } from "./context.ts";
import { publisherOf } from "./zones.ts";

/** A domain with a DMARC record of its own. */
export interface Organisation {
  domain: string;
  dmarc: DmarcConfig;
  /** The config that says what its DMARC is. */
  path: string;
}

/**
 * The tenant's own domain first, then the others by name. A From domain of another organisation brings
 * that in by itself, where a zone of the operator's list holds its name: mail as one brand is judged by
 * that brand's record, not by the first one's.
 */
export function organisationsOf({ tenant, operator, streams }: TenantContext): Organisation[] {
  const own = { domain: tenant.domain, dmarc: tenant.dmarc, path: "sendips:tenant.dmarc" };
  // What stands at the first domain says nothing of another.
  const { existing: _existing, ...shared } = tenant.dmarc;
  const others = new Map<string, Organisation>();
  for (const [domain, { dmarc }] of Object.entries(tenant.domains)) {
    const path = configPath(["tenant", "domains", domain, "dmarc"]);
    others.set(
      domain,
      dmarc === undefined ? { domain, dmarc: shared, path: own.path } : { domain, dmarc, path },
    );
  }
  for (const { from } of streams) {
    const domain = organizationalDomainByList(from);
    const known = [tenant.domain, ...others.keys()].some((parent) => isAtOrBelow(from, parent));
    if (known || publisherOf(dmarcName(domain), operator.zones) === undefined) continue;
    others.set(domain, { domain, dmarc: shared, path: own.path });
  }
  return [own, ...[...others.values()].sort((a, b) => (a.domain < b.domain ? -1 : 1))];
}

/** The organisation of a domain: the nearest at or above it. */
export function organisationOf(
  organisations: readonly Organisation[],
  domain: string,
): Organisation | undefined {
  return organisations
    .filter((organisation) => isAtOrBelow(domain, organisation.domain))
    .toSorted((a, b) => b.domain.length - a.domain.length)[0];
}
