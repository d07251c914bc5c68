/** Limits of an RRset: its TTL and its size, by what its publisher takes. */

import type { Finding } from "../../problem.ts";
import { takesTtl, ttlText } from "../../publishers/publisher.ts";
import { automaticTtlKind, publisherKindOf, zoneNameOf } from "../../publishers/publishers.ts";
import type { PlannedRecord } from "../record.ts";
import { wireSize } from "./record-size.ts";

/** Faults of records grouped by name and type; a group's key names both. */
export function checkPublisherLimits(
  rrsets: ReadonlyMap<string, readonly PlannedRecord[]>,
): Finding[] {
  return [
    ...[...rrsets].flatMap(([title, records]) => [
      ...checkTtls(title, records),
      ...checkSizes(title, records),
    ]),
    ...automatic([...rrsets.values()].flat()),
  ];
}

/** Once a zone: the TTL is one value of the config. */
function automatic(records: readonly PlannedRecord[]): Finding[] {
  const zones = new Map<string, Finding>();
  for (const { ttl, publisher } of records) {
    const zone = zoneNameOf(publisher);
    const elsewhere = automaticTtlKind(ttl);
    if (zone === undefined || elsewhere === undefined || zones.has(zone)) continue;
    if (publisherKindOf(publisher).ttl?.automatic === ttl) continue;
    zones.set(zone, {
      code: "ttl-automatic-elsewhere",
      level: "warning",
      path: "sendips:tenant.ttl",
      message: `a TTL of ${ttl} is automatic at ${elsewhere.title}, but one second in ${zone}, which ${publisherKindOf(publisher).title} publishes`,
      fix: "a TTL in seconds, such as 3600",
      rule: "RFC 1035 §3.2.1",
    });
  }
  return [...zones.values()];
}

function checkTtls(title: string, records: readonly PlannedRecord[]): Finding[] {
  const [first] = records;
  if (first === undefined || publisherKindOf(first.publisher).ownTtl === true) return [];
  const findings: Finding[] = [];
  const other = records.find(({ ttl }) => ttl !== first.ttl);
  if (other !== undefined) {
    findings.push({
      code: "ttl-differs",
      level: "error",
      path: other.path,
      message: `${title} has a TTL of ${other.ttl}, and of ${first.ttl} by ${first.path}`,
      fix: "one TTL for all records of a name and type",
      rule: "RFC 2181 §5.2",
    });
  }
  const { ttl, publisher, path } = first;
  const kind = publisherKindOf(publisher);
  if (kind.ttl !== undefined && !takesTtl(kind.ttl, ttl)) {
    findings.push({
      code: "ttl-refused",
      level: "error",
      path,
      message: `${title} has a TTL of ${ttl} seconds, which ${kind.title} refuses`,
      fix: ttlText(kind.ttl),
      rule: `${kind.title} DNS record limits`,
    });
  }
  return findings;
}

function checkSizes(title: string, records: readonly PlannedRecord[]): Finding[] {
  const [first] = records;
  const limits = first === undefined ? undefined : publisherKindOf(first.publisher).sizes;
  if (first === undefined || limits === undefined) return [];
  const { record: limit, set = Number.POSITIVE_INFINITY, rule } = limits;
  const findings: Finding[] = [];
  let total = 0;
  for (const record of records) {
    const size = wireSize(record);
    total += size;
    if (size <= limit) continue;
    findings.push({
      code: "record-size",
      level: "error",
      path: record.path,
      message: `${title} takes up to ${size} bytes`,
      fix: `at most ${limit} in one record: fewer entries, or spread over several names`,
      rule,
    });
  }
  if (total > set && findings.length === 0) {
    findings.push({
      code: "record-set-size",
      level: "error",
      path: first.path,
      message: `${title}: ${records.length} records take up to ${total} bytes`,
      fix: `at most ${set} in all records of one name and type: use another name for some`,
      rule,
    });
  }
  return findings;
}
