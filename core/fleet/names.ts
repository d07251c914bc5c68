/** What belongs to one tenant each, by name: host names, return paths, DKIM selectors, addresses that are taken over. */

import { dkimName } from "../../mail/dkim/record.ts";
import { dkimPath } from "../config/config.ts";
import { sortedEntries } from "../maps.ts";
import type { Problem } from "../problem.ts";
import { contextOf, hostNameOf, type TenantContext } from "../tenant/context.ts";
import { dkimDomains, dkimKeyName } from "../tenant/dkim/records.ts";
import { Claims, claimText } from "./claims.ts";
import type { ReportedNames } from "./reported-names.ts";
import type { FleetTenant } from "./stack.ts";

/** Names that two tenants claim. */
export function nameConflicts(tenants: readonly FleetTenant[], reported: ReportedNames): Problem[] {
  const hosts = new Claims();
  const returnPaths = new Claims();
  const selectors = new Claims();
  const taken = new Claims();
  return tenants.flatMap(({ name, stack }) => {
    const context = contextOf(name, stack.tenant, stack.operator);
    return [
      ...hostNames(context, hosts, reported),
      ...bouncePaths(context, returnPaths, reported),
      ...dkimSelectors(context, selectors, reported),
      ...takenAddresses(context, taken),
    ];
  });
}

/** Whoever deploys first would have it, and the other be refused; an id and an IPv4 of one address are not compared. */
function takenAddresses({ stack, tenant }: TenantContext, claims: Claims): Problem[] {
  return sortedEntries(tenant.addresses).flatMap(([key, address]) =>
    (["adopt", "recover"] as const).flatMap((how): Problem[] => {
      const wanted = address[how];
      const path = `sendips:tenant.addresses.${key}.${how}`;
      const other = wanted === undefined ? undefined : claims.claim(wanted, { stack, path });
      if (other === undefined) return [];
      return [
        {
          code: "address-taken-over-twice",
          level: "error",
          stack,
          path,
          message: `is ${wanted}, which ${claimText(other)} takes over already`,
          fix: "an Elastic IP for each tenant: two on one address share its reputation",
          rule: "EC2: an Elastic IP is bound once",
        },
      ];
    }),
  );
}

function hostNames({ stack, tenant }: TenantContext, claims: Claims, reported: ReportedNames) {
  return sortedEntries(tenant.addresses).flatMap(([key]): Problem[] => {
    const host = hostNameOf(key, tenant);
    const path = `sendips:tenant.addresses.${key}`;
    const other = claims.claim(host, { stack, path });
    if (other === undefined) return [];
    reported.add(stack, host);
    return [
      {
        code: "host-name-taken",
        level: "error",
        stack,
        path,
        message: `its host name ${host} is already that of ${claimText(other)}`,
        fix: "a host name names one address: another key, or other hostNames",
        rule: "RFC 8601 §2.7.3",
      },
    ];
  });
}

function bouncePaths(
  { stack, streams, tenant }: TenantContext,
  claims: Claims,
  reported: ReportedNames,
) {
  return streams.flatMap(({ key, returnPath }): Problem[] => {
    const written = tenant.streams[key]?.returnPath !== undefined;
    const path = `sendips:tenant.streams.${key}${written ? ".returnPath" : ""}`;
    const other = claims.claim(returnPath, { stack, path });
    if (other === undefined) return [];
    reported.add(stack, returnPath);
    return [
      {
        code: "return-path-taken",
        level: "error",
        stack,
        path,
        message: `its return path ${returnPath} is already that of ${claimText(other)}`,
        fix: "bounces of two tenants must not meet, nor either's SPF pass the other: a returnPath of its own",
        rule: "RFC 7208 §3.2",
      },
    ];
  });
}

function dkimSelectors(context: TenantContext, claims: Claims, reported: ReportedNames): Problem[] {
  const { stack, tenant } = context;
  return sortedEntries(tenant.dkim).flatMap(([selector, key]) => {
    const path = dkimPath(selector);
    return dkimDomains(context, key).flatMap((domain): Problem[] => {
      const name = dkimName(selector, domain);
      const other = claims.claim(name, { stack, path });
      if (other === undefined) return [];
      reported.add(stack, name);
      reported.add(stack, dkimKeyName(context, selector, domain));
      return [
        {
          code: "dkim-selector-taken",
          level: "error",
          stack,
          path,
          message: `selector ${selector} of ${domain} is already published by ${claimText(other)}`,
          fix: "a selector has one key: another selector, or other domains",
          rule: "RFC 6376 §3.6.2.2",
        },
      ];
    });
  });
}
