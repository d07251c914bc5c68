/** The plan: everything that a tenant wants, as plain data, from its config alone. */

import type { Stack } from "../config/config.ts";
import { sortedEntries } from "../maps.ts";
import { type Finding, hasErrors, type Problem } from "../problem.ts";
import { REVERSE_PUBLISHER } from "../publishers/publishers.ts";
import type { WantedRetirement } from "../retirement.ts";
import { retirementOf } from "./address/retirement.ts";
import { contextOf, hostNameOf, type PlannedStream } from "./context.ts";
import { existingTextsOf } from "./existing/existing-records.ts";
import type { MtaStsPolicyFile } from "./mta-sts/policy-file.ts";
import { type PlannedRecord, singletonOfRecord } from "./record.ts";
import { checkConfig, checkRecords, wantedPolicyFiles, wantedRecords } from "./subjects.ts";
import { publisherOf } from "./zones.ts";

export type { PlannedStream } from "./context.ts";

/** An Elastic IP as wanted. */
export interface PlannedAddress {
  /** Its name for ever: `tx1`. */
  key: string;
  /** A, PTR and HELO: `tx1.mail.acme.example`. */
  hostName: string;
  privateIp: string;
  /** A BYOIP pool to take it from. */
  publicIpv4Pool?: string;
  /** An Elastic IP that exists and comes under management as it stands: allocation id or IPv4. */
  adopt?: string;
  /** The IPv4 of a released address that EC2 is asked for again. */
  recover?: string;
  /** Whether its release is asked for: the Elastic IP goes back to AWS. */
  release: boolean;
  /** Present where it is to leave, released or kept allocated: then it is in no pool, and no longer protected. */
  retirement?: WantedRetirement;
  /** The streams that send from it. */
  streams: string[];
}

/** Everything that a tenant wants. */
export interface Plan {
  stack: string;
  /** The tenant's organisational domain. */
  domain: string;
  addresses: PlannedAddress[];
  streams: PlannedStream[];
  records: PlannedRecord[];
  /** Files that a web server must serve: MTA-STS. */
  policyFiles: MtaStsPolicyFile[];
}

/** The plan and its warnings, or what is wrong: never a plan for a config with an error. */
export type PlanResult = { plan: Plan; problems: Problem[] } | { problems: Problem[] };

/** A tenant's stack. */
export type TenantStack = Extract<Stack, { kind: "tenant" }>;

/** What a record takes the place of: the one of its kind that stands at its name. */
function standsBefore(tenant: TenantStack["tenant"], record: PlannedRecord): string[] {
  const kind = singletonOfRecord(record);
  if (typeof record.name !== "string" || kind === undefined) return [];
  return existingTextsOf(tenant, record.name, kind).map(({ text }) => text);
}

/** Computes the plan of a tenant. Needs no network and no credentials; never throws. */
export function plan(stack: TenantStack): PlanResult {
  const { tenant, operator, name } = stack;
  const context = contextOf(name, tenant, operator);
  const problemsOf = (findings: readonly Finding[]): Problem[] =>
    findings.map((finding) => ({ ...finding, stack: name }));
  const wanted = wantedRecords(context);
  const ttl = tenant.ttl ?? operator.ttl;
  const records: PlannedRecord[] = wanted.flatMap((record) => {
    // Every name that holds an address is in a zone of the list, except a reverse name.
    const zoneName = typeof record.name === "string" ? record.name : record.name.below;
    const publisher =
      zoneName === undefined ? REVERSE_PUBLISHER : publisherOf(zoneName, operator.zones);
    if (publisher === undefined) return [];
    const { before: _, leaves: __, ...rest } = record;
    const planned: PlannedRecord = { ...rest, ttl, publisher };
    const before = record.before ?? standsBefore(tenant, planned);
    if (before.length > 0) planned.before = before;
    const leaves = record.leaves ?? before[0];
    if (leaves !== undefined && tenant.existing.whenGone === "restore") planned.leaves = leaves;
    return [planned];
  });
  const faults = checkConfig({ ...context, wanted });
  const read = { ...context, records };
  const problems = problemsOf([...faults, ...checkRecords(read, faults)]);
  if (hasErrors(problems)) return { problems };

  const streams = [...context.streams];
  const addresses = sortedEntries(tenant.addresses).map(([key, address]) => {
    const retirement = retirementOf(address, tenant);
    return {
      key,
      hostName: hostNameOf(key, tenant),
      privateIp: address.privateIp,
      ...(address.publicIpv4Pool === undefined ? {} : { publicIpv4Pool: address.publicIpv4Pool }),
      ...(address.adopt === undefined ? {} : { adopt: address.adopt }),
      ...(address.recover === undefined ? {} : { recover: address.recover }),
      release: retirement?.how === "release",
      ...(retirement === undefined ? {} : { retirement }),
      streams: streams.filter((stream) => stream.pool.includes(key)).map((stream) => stream.key),
    };
  });
  const policyFiles = wantedPolicyFiles(context);
  return {
    plan: { stack: name, domain: tenant.domain, addresses, streams, records, policyFiles },
    problems,
  };
}
