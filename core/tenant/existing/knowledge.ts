/** What is known of the names that a customer publishes: a plan for a live domain stands on it. */

import { dmarcName } from "../../../mail/dmarc/record.ts";
import { organizationalDomainByList } from "../../../mail/dmarc/tree-walk.ts";
import { isAtOrBelow } from "../../../mail/names.ts";
import { sortedEntries } from "../../maps.ts";
import type { Finding } from "../../problem.ts";
import { isCustomers } from "../../publishers/publishers.ts";
import type { TenantContext } from "../context.ts";
import { organisationsOf } from "../organisations.ts";
import { isSpfKnown } from "../spf/existing-spf.ts";
import { spfNames } from "../spf/records.ts";
import { publisherOf } from "../zones.ts";

/** Days after which what was seen is old: senders come and go, and nobody tells us. */
const OLD = 90;

/**
 * Warnings where nothing, or nothing of late, is known of a name that the customer publishes and that others
 * may send by. What stands in our own zones a deployment sees for itself.
 *
 * @param today the UTC day, `2026-11-24`.
 */
export function checkKnowledge(context: TenantContext, today: string): Finding[] {
  const shared = sharedNames(context).filter(({ name }) =>
    isCustomers(publisherOf(name, context.operator.zones)),
  );
  if (shared.length === 0) return [];
  const { seen } = context.tenant.existing;
  const unknown = new Map<string, string[]>();
  for (const { name, of } of shared.filter((one) => !isSpfKnown(context.tenant, one.name))) {
    const domain = organizationalDomainByList(of);
    unknown.set(domain, [...(unknown.get(domain) ?? []), name]);
  }
  const missing = [...unknown].map(([domain, names]): Finding => {
    const whole = names.length === shared.filter(({ name }) => isAtOrBelow(name, domain)).length;
    return {
      code: "existing-unknown",
      level: "warning",
      path: "sendips:tenant.existing",
      message: `nothing is known of what ${whole ? domain : names.join(", ")} publishes today${whole ? ` (${names.join(", ")})` : ""}: whoever publishes this plan over it may take the domain's other senders, and its DMARC policy, off the air`,
      fix: `npx sendips zone ${context.stack} --write looks, and records it; or write it into existing.names, {} for a name that publishes nothing`,
      rule: "RFC 7208 §3.2, RFC 9989 §4.10",
    };
  });
  const age = seen === undefined ? undefined : daysBetween(seen, today);
  if (age === undefined || age <= OLD) return missing;
  return [
    ...missing,
    {
      code: "existing-old",
      level: "warning",
      path: "sendips:tenant.existing.seen",
      message: `what ${context.tenant.domain} publishes was looked at ${age} days ago, on ${seen}: senders may have come since, and the plan knows nothing of them`,
      fix: `npx sendips zone ${context.stack} --write looks again`,
    },
  ];
}

/** Names at which others may have records that a plan merges with or takes the place of, and the domain of each. */
function sharedNames(context: TenantContext): { name: string; of: string }[] {
  const { tenant } = context;
  const spf = spfNames(context).filter(
    ({ isReturnPath, recordName: at, name, isOrganisation, isOurs }) => {
      // A return path of its own is nobody else's, nor is what stands behind a CNAME or an include of ours.
      return at === name && (!isReturnPath || isOrganisation) && !isOurs;
    },
  );
  const policies = organisationsOf(context)
    .filter(({ dmarc }) => !dmarc.keep && !dmarc.replace && dmarc.existing === undefined)
    .map(({ domain }) => domain);
  const names = new Map<string, string>();
  for (const { name } of spf) names.set(name, name);
  for (const domain of policies) names.set(dmarcName(domain), domain);
  for (const domain of tenant.neverMails) {
    names.set(domain, domain);
    names.set(dmarcName(domain), domain);
  }
  return sortedEntries(names).map(([name, of]) => ({ name, of }));
}

function daysBetween(from: string, to: string): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
