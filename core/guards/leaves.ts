/** What stays at names whose records go: what stood before us, or what others send by. */

import type { LeftName, StackOutputs } from "../state/outputs.ts";
import type { StateRecord } from "../state/resources.ts";
import { type PlannedRecord, referencesOf } from "../tenant/record.ts";
import { REPORT_CONSENT } from "../tenant/report-consent/purpose.ts";
import { type Adoption, zoneRecordValue } from "./adoption.ts";

/**
 * By the record's key, empty where nothing stays. What the plan says; else what the last deployment said, which
 * is how a record is remembered that was taken over as it stood; else the record that is taken over now.
 *
 * @param restore whether anything stays at all, see `sendips:tenant.existing.whenGone`.
 */
export function leavesOf(
  planned: readonly PlannedRecord[],
  adoptions: ReadonlyMap<string, Adoption>,
  before: StackOutputs["leaves"],
  restore: boolean,
): Map<string, string> {
  const leaves = new Map<string, string>();
  if (!restore) return leaves;
  const remembered = new Map(before.map((left) => [left.key, left.leaves]));
  const hosts = new Set(
    planned.flatMap(({ name, data }) =>
      data.type === "A" && typeof data.address !== "string" ? [String(name)] : [],
    ),
  );
  for (const record of planned) {
    const { key, leaves: said, data, permanent } = record;
    const adoption = adoptions.get(key);
    const isTheirs = adoption?.equal === true && !isOurs(record, hosts);
    const equal = isTheirs ? zoneRecordValue(adoption.standing) : undefined;
    // An alias of ours goes by the hook before its deletion, so that it can go before what takes its place.
    const alias = data.type === "CNAME" && permanent === true ? "" : undefined;
    const text = said ?? remembered.get(key) ?? alias ?? equal;
    if (text !== undefined) leaves.set(key, text);
  }
  return leaves;
}

/**
 * Whether a record that stands can only be ours, from a deployment whose state is lost: it names an address of
 * ours, or one's host. It goes with the address; left behind it would let the next owner of the address in.
 */
function isOurs(record: PlannedRecord, hosts: ReadonlySet<string>): boolean {
  const { name, data, purpose } = record;
  // A consent is about one tenant of ours, in the zone of whoever gets the reports.
  if (purpose === REPORT_CONSENT) return true;
  if (referencesOf(record).length > 0 || hosts.has(String(name))) return true;
  return data.type === "MX" && hosts.has(data.exchange);
}

/**
 * What an earlier deployment said of records that this plan lets go of, as long as the state holds them: a
 * run that fails before they go must leave the next one what it needs.
 */
export function remainingLeaves(
  planned: readonly PlannedRecord[],
  before: StackOutputs["leaves"],
  state: readonly StateRecord[],
  logicalName: (key: string) => string,
): LeftName[] {
  const wanted = new Set(planned.map(({ key }) => key));
  const held = new Set(state.map((record) => record.logicalName));
  return before.filter(({ key }) => !wanted.has(key) && held.has(logicalName(key)));
}
