/** Faults of the DKIM keys: the keys themselves, their names, their rotation. */
import { ordered, type TenantContext } from "../context.ts";
import { dkimKeyText } from "../dkim-key.ts";
import { checkRotation } from "../dkim-rotation.ts";
import { lintSelector } from "../mail/dkim.ts";
import { isAtOrBelow } from "../mail/names.ts";
import { at, type Finding } from "../problem.ts";
import { dkimDomains } from "../records/dkim.ts";
import { publisherOf } from "../zones.ts";

/** Every fault of `sendips:tenant.dkim`. */
export function checkDkim(context: TenantContext): Finding[] {
  const { tenant } = context;
  const keys = ordered(tenant.dkim).flatMap(([selector, key]): Finding[] => {
    const path = `sendips:tenant.dkim.${selector}`;
    const domains = dkimDomains(context, key);
    return [
      ...dkimKeyText(selector, key).findings.flatMap((finding) =>
        at(`${path}${finding.path}`, [finding]),
      ),
      ...domains.flatMap((domain) => at(path, lintSelector(selector, domain))),
      ...foreignDomains(context, domains, `${path}.domains`),
      ...(domains.length === 0 ? [unused(path)] : []),
    ];
  });
  return [...keys, ...checkRotation(tenant.dkim), ...delegation(context)];
}

function unused(path: string): Finding {
  return {
    level: "warning",
    path,
    message: "no stream sends yet, so the key is published nowhere",
    fix: "add a stream, or name the domains",
  };
}

/** A key for someone else's domain would be published where nobody looks, or where it does harm. */
function foreignDomains(
  { tenant, streams }: TenantContext,
  domains: readonly string[],
  path: string,
): Finding[] {
  return domains
    .filter(
      (domain) =>
        !isAtOrBelow(domain, tenant.domain) && !streams.some(({ from }) => from === domain),
    )
    .map((domain) => ({
      level: "error",
      path,
      message: `${domain} is neither the tenant's domain nor a From domain of a stream`,
      fix: `allowed: ${tenant.domain}, names below it, and the streams' From domains`,
    }));
}

/** The point of a delegation is that we publish the target: a zone of the customer's defeats it. */
function delegation({ tenant, operator }: TenantContext): Finding[] {
  const { dkimZone } = tenant;
  if (dkimZone === undefined) return [];
  const publisher = publisherOf(dkimZone, operator.zones);
  if (publisher?.by !== "external") return [];
  return [
    {
      level: "error",
      path: "sendips:tenant.dkimZone",
      message: `${dkimZone} lies in ${publisher.zone}, which the customer publishes`,
      fix: "a name in a zone of yours; or leave dkimZone out, and the customer publishes the keys",
    },
  ];
}
