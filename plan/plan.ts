/** The plan: everything that a tenant wants, as plain data, from its config alone. */
import { checkTenant } from "./checks.ts";
import type { Stack } from "./config.ts";
import { hasErrors, type Problem } from "./problem.ts";
import type { PlannedRecord } from "./record.ts";
import { hostNameOf, ordered, returnPathOf, wantedRecords } from "./records.ts";
import { publisherOf } from "./zones.ts";

/** An Elastic IP as wanted. */
export interface PlannedAddress {
  /** Its name for ever: `tx1`. */
  key: string;
  /** A, PTR and HELO: `tx1.mail.acme.example`. */
  hostName: string;
  privateIp: string;
  /** A BYOIP pool to take it from. */
  publicIpv4Pool?: string;
  /** True once its release has been asked for: then it is no longer protected. */
  release: boolean;
  /** The streams that send from it. */
  streams: string[];
}

/** A stream as wanted. */
export interface PlannedStream {
  key: string;
  from: string;
  returnPath: string;
  /** Its pool: keys of addresses, in a fixed order. */
  pool: string[];
}

/** Everything that a tenant wants. */
export interface Plan {
  stack: string;
  /** The tenant's organisational domain. */
  domain: string;
  addresses: PlannedAddress[];
  streams: PlannedStream[];
  records: PlannedRecord[];
}

/** The plan and its warnings, or what is wrong: never a plan for a config with an error. */
export type PlanResult = { plan: Plan; problems: Problem[] } | { problems: Problem[] };

type TenantStack = Extract<Stack, { kind: "tenant" }>;

/** Computes the plan of a tenant. Needs no network and no credentials; never throws. */
export function plan(stack: TenantStack): PlanResult {
  const { tenant, operator, name } = stack;
  const problems: Problem[] = checkTenant(stack).map((finding) => ({ ...finding, stack: name }));
  if (hasErrors(problems)) return { problems };

  const ttl = tenant.ttl ?? operator.ttl;
  const records: PlannedRecord[] = wantedRecords(tenant, operator).flatMap((wanted) => {
    const publisher =
      typeof wanted.name === "string"
        ? publisherOf(wanted.name, operator.zones)
        : ({ by: "aws" } as const);
    return publisher === undefined ? [] : [{ ...wanted, ttl, publisher }];
  });
  const streams = ordered(tenant.streams).map(([key, stream]) => ({
    key,
    from: stream.from,
    returnPath: returnPathOf(stream),
    pool: [...new Set(stream.addresses)].sort(),
  }));
  const addresses = ordered(tenant.addresses).map(([key, address]) => ({
    key,
    hostName: hostNameOf(key, tenant),
    privateIp: address.privateIp,
    ...(address.publicIpv4Pool === undefined ? {} : { publicIpv4Pool: address.publicIpv4Pool }),
    release: address.release,
    streams: streams.filter((stream) => stream.pool.includes(key)).map((stream) => stream.key),
  }));
  return { plan: { stack: name, domain: tenant.domain, addresses, streams, records }, problems };
}
