/** Addresses that the config has leave. */

import type { TenantConfig } from "../../config/schema.ts";
import { sortedEntries } from "../../maps.ts";
import type { Finding } from "../../problem.ts";
import { type WantedRetirement, wayOutOf } from "../../retirement.ts";
import type { TenantContext } from "../context.ts";

/** How an address is to leave; undefined where it stays. */
export function retirementOf(
  address: TenantConfig["addresses"][string],
  { drainDays }: Pick<TenantConfig, "drainDays">,
): WantedRetirement | undefined {
  const how = wayOutOf(address);
  if (how === undefined) return undefined;
  return { how, drainDays: address.drainDays ?? drainDays, now: address.releaseNow };
}

/** Faults of what the config says of addresses that leave, and of the streams that they leave. */
export function checkRetirements(context: TenantContext): Finding[] {
  const { tenant } = context;
  const own = sortedEntries(tenant.addresses).flatMap(([key, address]): Finding[] => {
    const { release, retain, releaseNow } = address;
    const path = `sendips:tenant.addresses.${key}`;
    if (release && retain) {
      return [
        {
          code: "address-release-and-retain",
          level: "error",
          path: `${path}.retain`,
          message:
            "the address is to be released and to stay allocated: one of the two is a mistake",
          fix: "release: true gives it back to AWS for ever; retain: true alone keeps it allocated, for another tenant to adopt",
        },
      ];
    }
    if (releaseNow && !release && !retain) {
      return [
        {
          code: "address-release-now-alone",
          level: "error",
          path: `${path}.releaseNow`,
          message: "says that the address may go before it has drained, and nothing lets it go",
          fix: "release: true or retain: true beside it; or take it out",
        },
      ];
    }
    return checkDrained(context, key, address);
  });
  return [...own, ...checkEmptyPools(context)];
}

/** A stranger who gets an address that SPF in caches still names passes SPF as the tenant. */
function checkDrained(
  { tenant }: TenantContext,
  key: string,
  address: TenantConfig["addresses"][string],
): Finding[] {
  const retirement = retirementOf(address, tenant);
  if (retirement?.how !== "release" || (!retirement.now && retirement.drainDays !== 0)) return [];
  const users = sortedEntries(tenant.streams).flatMap(([stream, { addresses }]) =>
    addresses.includes(key) ? [stream] : [],
  );
  if (users.length === 0) return [];
  return [
    {
      code: "address-release-in-use",
      level: "warning",
      path: `sendips:tenant.addresses.${key}.${retirement.now ? "releaseNow" : "release"}`,
      message: `is to be released without a drain, and stream${users.length > 1 ? "s" : ""} ${users.join(", ")} still name${users.length > 1 ? "" : "s"} it: mail in queues may be sent from it, and SPF in caches lets in whoever gets it next`,
      fix: "drainDays of at least the TTL of SPF, and no releaseNow; or take it out of the stream's addresses, once that has been deployed for as long",
      rule: "EC2: a released Elastic IP may go to another account",
    },
  ];
}

/** A stream sends from what stays. */
function checkEmptyPools({ tenant, streams }: TenantContext): Finding[] {
  return streams.flatMap(({ key, pool }): Finding[] => {
    if (pool.length > 0) return [];
    const listed = [...new Set(tenant.streams[key]?.addresses ?? [])].sort();
    const all =
      listed.length === 1
        ? `its only address, ${listed[0]}, leaves`
        : `all its addresses leave: ${listed.join(", ")}`;
    return [
      {
        code: "stream-without-address",
        level: "error",
        path: `sendips:tenant.streams.${key}.addresses`,
        message: `${all} (release, retain): the stream would send from none`,
        fix: "give it an address that stays; or take the stream out, which goes with its addresses",
      },
    ];
  });
}
