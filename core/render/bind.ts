/** The plan as zone file text (RFC 1035 §5.1): absolute names, so that no $ORIGIN is needed. */
import type { MtaStsPolicyFile } from "../tenant/mta-sts/policy-file.ts";
import type { Plan } from "../tenant/plan.ts";
import type { KnownAddresses, PlannedRecord } from "../tenant/record.ts";
import { absoluteOwner, sectionsOf, ttlOf, zoneFileValue } from "./sections.ts";

/**
 * Records zone by zone, each under a comment that says why it is there. A name server loads it once
 * every address is known; until then `{tx1}` stands where one will be.
 */
export function bindText(plan: Plan, known: KnownAddresses): string {
  const sections = sectionsOf(plan.records).map(({ title, records }) =>
    [`; ${title}`, ...recordLines(records, known)].join("\n"),
  );
  const files = plan.policyFiles.map((file) => servedComment(file).join("\n"));
  return `${[...sections, ...files].join("\n\n")}\n`;
}

/** Lines of records; neighbours with one reason share its comment. */
export function recordLines(records: readonly PlannedRecord[], known: KnownAddresses): string[] {
  let last: string | undefined;
  return records.flatMap((record) => {
    const comment = record.why === last ? [] : [`; ${record.why}`];
    last = record.why;
    // What is not set stands there as a comment: a name server that loads it must not answer with it.
    const waits = record.waitsFor === undefined ? "" : "; not set yet: ";
    return [...comment, `${waits}${recordLine(record, known)}`];
  });
}

/** `tx1.mail.acme.example. 3600 IN A 192.0.2.1`; without a TTL where it is not ours. */
export function recordLine(record: PlannedRecord, known: KnownAddresses): string {
  const ttl = ttlOf(record);
  return [
    absoluteOwner(record, known),
    ...(ttl === undefined ? [] : [String(ttl)]),
    "IN",
    record.data.type,
    zoneFileValue(record, known),
  ].join(" ");
}

/** A policy file, which is no record, as comments. */
export function servedComment({ url, text, servedBy }: MtaStsPolicyFile): string[] {
  const by = servedBy === undefined ? "" : ` by ${servedBy}`;
  return [
    `; To be served${by} at ${url}, lines ending in CRLF:`,
    ...text
      .trimEnd()
      .split("\r\n")
      .map((line) => `;   ${line}`),
  ];
}
