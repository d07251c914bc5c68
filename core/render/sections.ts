/** Records as they are shown: grouped by who publishes them, with what is known put in. */

import { reverseName } from "../../mail/ptr/record.ts";
import { quoteTxt } from "../../mail/txt.ts";
import {
  PUBLISHERS,
  type Publisher,
  publisherKindOf,
  zoneNameOf,
} from "../publishers/publishers.ts";
import {
  type KnownAddresses,
  type PlannedRecord,
  type Ref,
  type Resolve,
  refLabel,
  renderData,
  renderOwner,
} from "../tenant/record.ts";

/** Records of one zone, or the reverse names. */
export interface Section {
  /** `Zone acme.example, published by us at Cloudflare`. */
  title: string;
  by: Publisher["by"];
  /** Absent for reverse names. */
  zone?: string;
  /** Whether its records are not set yet, see `PlannedRecord.waitsFor`. */
  waits: boolean;
  records: PlannedRecord[];
}

/**
 * Ours first, then the customer's, then AWS's, those that wait last; zones by name, records in the plan's
 * order.
 */
export function sectionsOf(records: readonly PlannedRecord[]): Section[] {
  const sections = new Map<string, Section>();
  for (const record of records) {
    const { publisher, waitsFor } = record;
    const waits = waitsFor !== undefined;
    const zone = zoneNameOf(publisher);
    const id = `${PUBLISHERS.indexOf(publisherKindOf(publisher))}${waits ? "w" : ""} ${zone ?? ""}`;
    const section = sections.get(id) ?? {
      title: waits
        ? "Reverse names, not set yet: each waits for the customer"
        : publisherKindOf(publisher).heading(zone ?? ""),
      by: publisher.by,
      ...(zone === undefined ? {} : { zone }),
      waits,
      records: [],
    };
    sections.set(id, section);
    section.records.push(record);
  }
  return [...sections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, section]) => section);
}

/** The IPv4 where it is known, else a reference that a person can read: `{tx1}`. */
export function resolver(known: KnownAddresses): Resolve {
  return (ref: Ref) => {
    const ip =
      "address" in ref && Object.hasOwn(known, ref.address) ? known[ref.address] : undefined;
    return ip ?? refLabel(ref);
  };
}

/** The owner as a name without its last dot; of an address not known yet, `{reverse name of tx1}`. */
export function ownerOf(record: PlannedRecord, known: KnownAddresses): string {
  const { name } = record;
  const owner = renderOwner(record, resolver(known));
  if (typeof name === "string" || name.below !== undefined) return owner;
  return reverseName(owner) ?? `{reverse name of ${name.address}}`;
}

/** The owner in a zone file: absolute, except where it is a reference. */
export function absoluteOwner(record: PlannedRecord, known: KnownAddresses): string {
  const owner = ownerOf(record, known);
  return owner.startsWith("{reverse name of ") ? owner : `${owner}.`;
}

/** The value in zone file form; a TXT in quoted strings of at most 255 octets. */
export function zoneFileValue(record: PlannedRecord, known: KnownAddresses): string {
  const value = renderData(record, resolver(known));
  return record.data.type === "TXT" ? quoteTxt(value) : value;
}

/** The value as a person reads it: a TXT as one string without quotes. */
export function plainValue(record: PlannedRecord, known: KnownAddresses): string {
  return renderData(record, resolver(known));
}

/** The TTL that we decide; undefined where the publisher keeps its own. */
export function ttlOf({ publisher, ttl }: PlannedRecord): number | undefined {
  return publisherKindOf(publisher).ownTtl === true ? undefined : ttl;
}
