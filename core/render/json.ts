/** The plan as JSON, for programs: a shape that later versions add to and do not change. */

import type { Problem } from "../problem.ts";
import { zoneNameOf } from "../publishers/publishers.ts";
import type { MtaStsPolicyFile } from "../tenant/mta-sts/policy-file.ts";
import type { Plan, PlannedAddress, PlannedStream } from "../tenant/plan.ts";
import type { ProviderVerdict } from "../tenant/receivers/provider-rules.ts";
import type { KnownAddresses, NameRef, PlannedRecord, Text } from "../tenant/record.ts";
import { type DeployedRetirements, departuresOf } from "./departures.ts";
import { ownerOf, plainValue, ttlOf } from "./sections.ts";

/** One stack's plan. */
export interface PlanJson {
  stack: string | null;
  /** The tenant's organisational domain; null when errors leave no plan, and then all lists are empty. */
  domain: string | null;
  addresses: AddressJson[];
  streams: PlannedStream[];
  records: RecordJson[];
  /** Files that a web server must serve: `{domain, url, text, servedBy?}`. */
  policyFiles: MtaStsPolicyFile[];
  /** Mailbox providers' rules: `{provider, rule, senders, stream?, verdict, why}`. */
  policies: ProviderVerdict[];
  /**
   * Errors first: `{code, level, stack, path, message, fix, rule?}`. A warning that is accepted has `accepted:
   * {reason, until?}`, one whose day has passed `acceptedBefore`.
   */
  problems: Problem[];
}

/**
 * An address: `{key, hostName, privateIp, publicIpv4Pool?, release, retirement?, streams, ipv4, leaves?}`; with
 * `retirement`, `{how, drainDays, now}`, it is to leave.
 */
export interface AddressJson extends PlannedAddress {
  /** Null until it is allocated. */
  ipv4: string | null;
  /** When it may go, in words; absent where it stays. */
  leaves?: string;
}

/** A record. */
export interface RecordJson {
  /** Its identity within the plan; no edit of its value changes it. */
  key: string;
  /** A name without its last dot. While an address in it is unknown: `{address, below?}`, without `below` its reverse name. */
  name: string | NameRef;
  type: string;
  /** Seconds; null where AWS decides. */
  ttl: number | null;
  /**
   * In zone file form, a TXT as one unquoted string. While something in it is unknown, a list of
   * texts and references: `{address}`, `{dkimKey}`, `{ranges}`.
   */
  value: string | Text;
  publisher: PlannedRecord["publisher"]["by"];
  /** The zone that holds it; null for reverse names. */
  zone: string | null;
  why: string;
  /** The config that asks for it. */
  path: string;
  /** Absent where it is set; else what must happen before it is. */
  waitsFor?: string;
  /** What stands at the name now and it takes the place of; absent where nothing does that is known. */
  before?: readonly string[];
  /** What stays at the name when it goes; absent where nothing does. */
  leaves?: string;
  /** Present where nothing of ours ever changes it. */
  permanent?: true;
}

/** The shape above, of a plan or of the problems that prevent one. */
export function planJson(
  plan: Plan | undefined,
  problems: readonly Problem[],
  options: {
    known: KnownAddresses;
    retirements?: DeployedRetirements;
    verdicts?: readonly ProviderVerdict[];
    stack?: string | undefined;
  },
): PlanJson {
  const { known, retirements = {}, verdicts = [], stack } = options;
  const departures = new Map(
    departuresOf({ addresses: plan?.addresses ?? [] }, retirements).map(({ key, when }) => [
      key,
      { leaves: when },
    ]),
  );
  return {
    stack: plan?.stack ?? stack ?? problems[0]?.stack ?? null,
    domain: plan?.domain ?? null,
    addresses: (plan?.addresses ?? []).map((address) => ({
      ...address,
      ipv4: (Object.hasOwn(known, address.key) ? known[address.key] : undefined) ?? null,
      ...departures.get(address.key),
    })),
    streams: plan?.streams ?? [],
    records: (plan?.records ?? []).map((record) => recordJson(record, known)),
    policyFiles: plan?.policyFiles ?? [],
    policies: plan === undefined ? [] : [...verdicts],
    problems: [...problems],
  };
}

function recordJson(record: PlannedRecord, known: KnownAddresses): RecordJson {
  const { key, name, data, publisher, why, path, waitsFor, before, leaves, permanent } = record;
  return {
    key,
    name:
      typeof name === "string" || Object.hasOwn(known, name.address)
        ? ownerOf(record, known)
        : name,
    type: data.type,
    ttl: ttlOf(record) ?? null,
    value: unknownValue(record, known) ?? plainValue(record, known),
    publisher: publisher.by,
    zone: zoneNameOf(publisher) ?? null,
    why,
    path,
    ...(waitsFor === undefined ? {} : { waitsFor }),
    ...(before === undefined ? {} : { before }),
    ...(leaves === undefined ? {} : { leaves }),
    ...(permanent === true ? { permanent } : {}),
  };
}

/** The value with its references, when one of them is unknown. */
function unknownValue({ data }: PlannedRecord, known: KnownAddresses): Text | undefined {
  if (data.type === "A") {
    const { address } = data;
    return typeof address === "string" || Object.hasOwn(known, address.address)
      ? undefined
      : [address];
  }
  if (data.type !== "TXT") return undefined;
  const isKnown = (part: Text[number]): boolean => {
    if (typeof part === "string") return true;
    if ("ranges" in part) return part.ranges.every((address) => Object.hasOwn(known, address));
    return "address" in part && Object.hasOwn(known, part.address);
  };
  return data.text.every(isKnown) ? undefined : data.text;
}
