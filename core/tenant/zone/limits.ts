/** Limits of an RRset: its TTL, and what Cloudflare takes. */
import type { Finding } from "../../problem.ts";
import type { PlannedRecord } from "../record.ts";
import { wireSize } from "./record-size.ts";

/** Cloudflare's limits in bytes of wire data (cloudflare-docs#29286). */
const RECORD_LIMIT = 4_096;
const RRSET_LIMIT = 8_192;
/** RDLENGTH has 16 bits. */
const RDATA_LIMIT = 65_535;
const CLOUDFLARE = "Cloudflare DNS record limits";

/** Faults of records grouped by name and type; a group's key names both. */
export function checkLimits(rrsets: ReadonlyMap<string, readonly PlannedRecord[]>): Finding[] {
  return [
    ...[...rrsets].flatMap(([title, records]) => [
      ...ttls(title, records),
      ...sizes(title, records),
    ]),
    ...automatic([...rrsets.values()].flat()),
  ];
}

/** Once a zone: the TTL is one value of the config. */
function automatic(records: readonly PlannedRecord[]): Finding[] {
  const zones = new Map<string, Finding>();
  for (const { ttl, publisher } of records) {
    if (publisher.by !== "external" || ttl !== 1 || zones.has(publisher.zone)) continue;
    zones.set(publisher.zone, {
      code: "ttl-automatic-elsewhere",
      level: "warning",
      path: "sendips:tenant.ttl",
      message: `a TTL of 1 is automatic at Cloudflare, but one second in ${publisher.zone}, which the customer publishes`,
      fix: "a TTL in seconds, such as 3600",
      rule: "RFC 1035 §3.2.1",
    });
  }
  return [...zones.values()];
}

function ttls(title: string, records: readonly PlannedRecord[]): Finding[] {
  const [first] = records;
  if (first === undefined || first.publisher.by === "aws") return [];
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
  if (publisher.by === "cloudflare" && ttl !== 1 && (ttl < 60 || ttl > 86_400)) {
    findings.push({
      code: "ttl-refused",
      level: "error",
      path,
      message: `${title} has a TTL of ${ttl} seconds, which Cloudflare refuses`,
      fix: "1 (automatic), or 60 to 86400 seconds",
      rule: CLOUDFLARE,
    });
  }
  return findings;
}

function sizes(title: string, records: readonly PlannedRecord[]): Finding[] {
  const [first] = records;
  if (first === undefined || first.publisher.by === "aws") return [];
  const cloudflare = first.publisher.by === "cloudflare";
  const [limit, rule] = cloudflare ? [RECORD_LIMIT, CLOUDFLARE] : [RDATA_LIMIT, "RFC 1035 §3.2.1"];
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
  if (cloudflare && total > RRSET_LIMIT && findings.length === 0) {
    findings.push({
      code: "record-set-size",
      level: "error",
      path: first.path,
      message: `${title}: ${records.length} records take up to ${total} bytes`,
      fix: `at most ${RRSET_LIMIT} in all records of one name and type: use another name for some`,
      rule,
    });
  }
  return findings;
}
