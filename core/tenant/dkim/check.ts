/** Faults of the DKIM keys: the keys themselves, their names, their rotation. */

import { lintSelector } from "../../../mail/dkim/record.ts";
import { organizationalDomainByList } from "../../../mail/dmarc/tree-walk.ts";
import { quotedExcerpt } from "../../../mail/finding.ts";
import { isAtOrBelow } from "../../../mail/names.ts";
import { dkimPath } from "../../config/config.ts";
import type { DkimKeyConfig } from "../../config/schema.ts";
import { sortedEntries } from "../../maps.ts";
import { type Finding, findingsAt } from "../../problem.ts";
import { fromDomains, type TenantContext } from "../context.ts";
import { dkimDomains, signsStream } from "./records.ts";
import { checkRotation } from "./rotation.ts";

/** Every fault of `sendips:tenant.dkim`. */
export function checkDkim(context: TenantContext): Finding[] {
  const { tenant } = context;
  const keys = sortedEntries(tenant.dkim).flatMap(([selector, key]): Finding[] => {
    const path = dkimPath(selector);
    const domains = dkimDomains(context, key);
    return [
      ...key.key.findings.flatMap((finding) => findingsAt(`${path}${finding.path}`, [finding])),
      ...domains.flatMap((domain) => findingsAt(path, lintSelector(selector, domain))),
      ...foreignDomains(context, domains, `${path}.domains`),
      ...unknownStreams(context, key, `${path}.streams`),
      ...(domains.length === 0 && key.streams === undefined ? [unusedKey(path)] : []),
    ];
  });
  return [...keys, ...checkRotation(tenant.dkim), ...ed25519Alone(context)];
}

function unusedKey(path: string): Finding {
  return {
    code: "dkim-unused",
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
        ![tenant.domain, ...Object.keys(tenant.domains)].some((own) => isAtOrBelow(domain, own)) &&
        !streams.some(
          ({ from }) =>
            isAtOrBelow(from, domain) && isAtOrBelow(domain, organizationalDomainByList(from)),
        ),
    )
    .map((domain) => ({
      code: "dkim-foreign-domain",
      level: "error",
      path,
      message: `${domain} is neither a domain of the tenant's nor one that a stream's From aligns with`,
      fix: `allowed: ${tenant.domain}, sendips:tenant.domains, names below them, and the streams' From domains up to their organisational ones`,
    }));
}

/** A typo would leave the stream that was meant without this key, and nobody would notice. */
function unknownStreams({ tenant }: TenantContext, key: DkimKeyConfig, path: string): Finding[] {
  const known = Object.keys(tenant.streams).sort();
  return (key.streams ?? []).flatMap((stream, index): Finding[] => {
    if (Object.hasOwn(tenant.streams, stream)) return [];
    return [
      {
        code: "dkim-unknown-stream",
        level: "error",
        path: `${path}[${index}]`,
        message: `${quotedExcerpt(stream)} is not a stream of the tenant`,
        fix:
          known.length > 0
            ? `allowed: ${known.join(", ")}`
            : "add the stream, or leave streams out",
      },
    ];
  });
}

/** Few receivers verify Ed25519: to all others such mail is unsigned. */
function ed25519Alone(context: TenantContext): Finding[] {
  const signing = sortedEntries(context.tenant.dkim).filter(([, { state }]) => state === "signing");
  const streams = context.streams.filter(({ key: stream, from }) => {
    const types = signing
      .filter(([, key]) => signsStream(key, stream) && dkimDomains(context, key).includes(from))
      .map(([, key]) => key.key.type);
    return types.length > 0 && types.every((type) => type === "ed25519");
  });
  const alone = fromDomains({ ...context, streams });
  if (alone.length === 0) return [];
  return [
    {
      code: "dkim-ed25519-alone",
      level: "warning",
      path: "sendips:tenant.dkim",
      message: `only Ed25519 signs for ${alone.join(", ")}: receivers that do not verify it take the mail for unsigned`,
      fix: "an RSA key of 2048 bits beside it, in state signing",
      rule: "RFC 8463 §6",
    },
  ];
}
