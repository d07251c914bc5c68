/**
 * A zone of ours that becomes the customer's: its records stand until the customer's name servers answer with them.
 * Removed at once they would be gone, whether the customer publishes them yet or not.
 */
import type { Finding } from "../problem.ts";
import { isCustomers } from "../publishers/publishers.ts";
import { mayGo } from "../retirement.ts";
import type { DeployedStack } from "../state/deployed-stack.ts";
import type { StateRecord } from "../state/resources.ts";
import type { Plan } from "../tenant/plan.ts";
import { isAnswered, type PlannedRecord, referencesOf } from "../tenant/record.ts";
import { knownParts } from "./adoption.ts";

/** A record of ours that stands in a zone that the config says the customer publishes. */
export interface LeavingRecord {
  /** As the plan wants it of the customer. */
  planned: PlannedRecord;
  /** As our zone has it. */
  held: StateRecord;
  /** The customer's zone. */
  zone: string;
  /** In zone file form; undefined where it holds what is not known. */
  value: string | undefined;
}

/**
 * The records of ours that a plan leaves to the customer. Those of addresses that may go are not among them; one that
 * still drains keeps its names.
 */
export function leavingRecords(
  { records }: Pick<Plan, "records">,
  deployed: DeployedStack,
  logicalName: (key: string) => string,
  today: string,
): LeavingRecord[] {
  const held = new Map(deployed.records.map((record) => [record.logicalName, record]));
  const released = new Set(
    deployed.addresses.flatMap(({ key, retirement }) =>
      key !== undefined && mayGo(retirement, today) ? [key] : [],
    ),
  );
  const ips = new Map(deployed.addresses.map(({ key, publicIp }) => [key, publicIp]));
  return records.flatMap((planned): LeavingRecord[] => {
    const stands = held.get(logicalName(planned.key));
    const { publisher } = planned;
    if (stands === undefined || !isCustomers(publisher)) return [];
    const keys = referencesOf(planned);
    if (keys.length > 0 && keys.every((key) => released.has(key))) return [];
    const { value } = knownParts(planned, (key) => ips.get(key));
    return [{ planned, held: stands, zone: publisher.zone, value }];
  });
}

/** What DNS says of a zone that is handed over. */
export interface HandOver {
  /** The name servers that our zone has at the publisher, or why that is not known. */
  ours: { found: readonly string[] } | { failed: string };
  /** The name servers that the zone is delegated to, or why that is not known. */
  delegated: { found: readonly string[] } | { failed: string };
  /** What is answered at a name, by type, in zone file form without last dots; or why not. */
  answers: (name: string, type: string) => { found: readonly string[] } | { failed: string };
}

/** What keeps the records of a zone that is handed over where they are. */
export function checkHandOver(
  stack: string,
  leaving: readonly LeavingRecord[],
  handOvers: ReadonlyMap<string, HandOver>,
): Finding[] {
  const zones = [...new Set(leaving.map(({ zone }) => zone))];
  return zones.flatMap((zone): Finding[] => {
    const its = leaving.filter((one) => one.zone === zone);
    const handOver = handOvers.get(zone);
    const reason = handOver === undefined ? undefined : reasonToStay(its, handOver);
    if (handOver !== undefined && reason === undefined) return [];
    return [
      {
        code: "zone-became-external",
        level: "error",
        path: `sendips:zones["${zone}"]`,
        message: `is external, but ${its.length === 1 ? "a record" : `${its.length} records`} of ours stand in our zone and would be removed at once: ${reason ?? "nobody was asked whether the customer publishes them"}`,
        fix: `leave it as it was until the customer has published all of them (npx sendips plan ${stack} --customer prints them while it says external) and has the zone delegated to name servers of their own; then external, and deploy: ours go once theirs answer`,
        rule: "RFC 8601 §2.7.3 iprev",
      },
    ];
  });
}

function reasonToStay(
  leaving: readonly LeavingRecord[],
  { ours, delegated, answers }: HandOver,
): string | undefined {
  if ("failed" in delegated) return `its name servers cannot be asked (${delegated.failed})`;
  // Not knowing ours, nobody can tell whether an answer is the customer's or our own.
  if ("failed" in ours) return `which name servers are ours cannot be asked (${ours.failed})`;
  const still = delegated.found.filter((server) => ours.found.includes(server));
  if (still.length > 0) return `the zone is still delegated to ${still.join(", ")}, which is ours`;
  const missing = leaving.filter(({ planned, held, value }) => {
    const asked = answers(held.name, held.type);
    if ("failed" in asked || value === undefined) return true;
    return !isAnswered(planned, value, asked.found);
  });
  if (missing.length === 0) return undefined;
  const names = missing.slice(0, 4).map(({ held }) => `${held.type} ${held.name}`);
  const more = missing.length > 4 ? ` and ${missing.length - 4} more` : "";
  return `the customer's name servers do not answer with ${names.join(", ")}${more}`;
}
