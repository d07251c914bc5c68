/** Whose domain is it: From domains and organisational domains, each of one tenant. */

import { dmarcName } from "../../mail/dmarc/record.ts";
import { organizationalDomainByList } from "../../mail/dmarc/tree-walk.ts";
import { sortedEntries } from "../maps.ts";
import type { Problem } from "../problem.ts";
import { type Claim, Claims, claimText } from "./claims.ts";
import type { ReportedNames } from "./reported-names.ts";
import type { FleetTenant } from "./stack.ts";

const OWN = "sendips:tenant.domain";

/** Domains that two tenants claim, or one takes from another. */
export function domainConflicts(
  tenants: readonly FleetTenant[],
  reported: ReportedNames,
): Problem[] {
  // All owners first: whether a From domain is someone's does not depend on the order of stacks.
  const owners = new Claims();
  const domains = tenants.flatMap(({ name, stack }): Problem[] => {
    const { domain } = stack.tenant;
    const other = owners.claim(domain, { stack: name, path: OWN });
    if (other === undefined) return [];
    reported.add(name, domain);
    return [
      {
        code: "domain-taken",
        level: "error",
        stack: name,
        path: OWN,
        message: `${domain} is already the domain of ${claimText(other)}`,
        fix: "a domain has one tenant, who publishes its SPF and DMARC: one stack with several streams, or a subdomain",
        rule: "RFC 9989 §4.10",
      },
    ];
  });
  const froms = new Claims();
  return [
    ...domains,
    ...tenants.flatMap((tenant) => [
      ...coveredByParent(tenant, owners),
      ...foreignFroms(tenant, owners, froms, reported),
    ]),
  ];
}

/** The tenant whose domain holds a name: the nearest, as a delegation would have it. */
function ownerOf(name: string, owners: Claims): (Claim & { domain: string }) | undefined {
  let domain = name;
  for (;;) {
    const claim = owners.of(domain);
    if (claim !== undefined) return { ...claim, domain };
    const dot = domain.indexOf(".");
    if (dot < 0) return undefined;
    domain = domain.slice(dot + 1);
  }
}

/** A brand below its mother's domain may well be a tenant of its own; its mail is judged by the mother's policy. */
function coveredByParent({ name, stack }: FleetTenant, owners: Claims): Problem[] {
  const { domain } = stack.tenant;
  const parent = domain.slice(domain.indexOf(".") + 1);
  const owner = ownerOf(parent, owners);
  if (owner === undefined || owner.stack === name) return [];
  return [
    {
      code: "domain-below-other",
      level: "warning",
      stack: name,
      path: OWN,
      message: `${domain} lies below ${owner.domain}, the domain of ${claimText(owner)}`,
      fix: "see that this is meant: the DMARC policy and alignment above reach down here, unless sendips:tenant.dmarc.organizational is yes",
      rule: "RFC 9989 §4.10.2",
    },
  ];
}

function foreignFroms(
  { name, stack }: FleetTenant,
  owners: Claims,
  froms: Claims,
  reported: ReportedNames,
): Problem[] {
  return sortedEntries(stack.tenant.streams).flatMap(([key, { from }]): Problem[] => {
    const path = `sendips:tenant.streams.${key}.from`;
    const claimed = froms.claim(from, { stack: name, path });
    const owner = ownerOf(from, owners);
    // Who shares its whole domain with another has heard so.
    if (reported.covers(name, from)) return [];
    const foreign = owner === undefined || owner.stack === name ? undefined : owner;
    const other = foreign ?? claimed;
    // The other stack is told by its own stream; the owner need not be.
    if (other === undefined || (foreign === undefined && owner !== undefined)) return [];
    reported.add(name, from);
    // The DMARC record that it brings in stands or falls with it.
    const policy = dmarcName(organizationalDomainByList(from));
    reported.add(name, policy);
    if (foreign !== undefined) reported.add(foreign.stack, policy);
    const whose =
      foreign === undefined
        ? `a From domain of ${claimText(other)}`
        : foreign.domain === from
          ? `the domain of ${claimText(other)}`
          : `below ${foreign.domain}, the domain of ${claimText(other)}`;
    return [
      {
        code: "stream-domain-taken",
        level: "error",
        stack: name,
        path,
        message: `${from} is ${whose}`,
        fix: "a tenant sends from domains of its own: put the stream into the other stack, or use another domain",
        rule: "RFC 9989 §4.10",
      },
    ];
  });
}
