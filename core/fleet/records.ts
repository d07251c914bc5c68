/** Records that two stacks want at one name: what one publishes or deletes, the other loses. */

import type { Problem } from "../problem.ts";
import { isOurs, publisherKindOf } from "../publishers/publishers.ts";
import {
  type PlannedRecord,
  referencesOf,
  refLabel,
  renderData,
  singletonOfRecord,
} from "../tenant/record.ts";
import { type Claim, Claims, claimText } from "./claims.ts";
import type { ReportedNames } from "./reported-names.ts";
import type { FleetTenant } from "./stack.ts";

/** Records in conflict, by the tenants' plans. */
export function recordConflicts(
  tenants: readonly FleetTenant[],
  reported: ReportedNames,
): Problem[] {
  const seen = { values: new Claims(), singles: new Claims(), aliases: new Claims() };
  const all = { ...seen, names: new Claims(), keys: new Claims() };
  const contested = contestedNames(tenants);
  return tenants.flatMap(({ name: stack, result }) => {
    if (result === undefined || !("plan" in result)) return [];
    const keys = new Set<string>();
    return result.plan.records.flatMap((record): Problem[] => {
      const { name, path } = record;
      // A name with an address in it is as unique as the address.
      if (typeof name !== "string") return [];
      const claim = { stack, path };
      const shared = sharedKey(record, claim, all.keys);
      if (shared !== undefined && !keys.has(path)) {
        keys.add(path);
        return [shared];
      }
      const conflict = contested.has(name) ? conflictOf(record, name, claim, all) : undefined;
      return conflict === undefined || reported.covers(stack, name) ? [] : [conflict];
    });
  });
}

/** Names that more than one stack publishes at: nearly none of a fleet's, and only these are compared. */
function contestedNames(tenants: readonly FleetTenant[]): ReadonlySet<string> {
  const owners = new Map<string, string>();
  const contested = new Set<string>();
  for (const { name: stack, result } of tenants) {
    if (result === undefined || !("plan" in result)) continue;
    for (const { name } of result.plan.records) {
      if (typeof name !== "string") continue;
      const owner = owners.get(name);
      if (owner === undefined) owners.set(name, stack);
      else if (owner !== stack) contested.add(name);
    }
  }
  return contested;
}

interface RecordClaims {
  /** By name, type and value. */
  values: Claims;
  /** By name and kind of text. */
  singles: Claims;
  /** CNAMEs by name. */
  aliases: Claims;
  /** Anything by name. */
  names: Claims;
}

function conflictOf(
  record: PlannedRecord,
  name: string,
  mine: Claim,
  seen: RecordClaims,
): Problem | undefined {
  const { data } = record;
  const alias = data.type === "CNAME";
  const beside = seen.names.claim(name, mine);
  const above = alias ? seen.aliases.claim(name, mine) : foreignClaim(mine, seen.aliases.of(name));
  const value =
    data.type === "TXT" || referencesOf(record).length === 0 ? renderData(record, refLabel) : "";
  const kind = singletonOfRecord(record);
  const single = kind && seen.singles.claim(`${name} ${kind.title}`, mine);
  const same = sameValue(record, name, value, mine, seen);
  const problem = (
    code: "record-taken" | "record-kind-taken" | "cname-beside-others",
    message: string,
    fix: string,
    rule: string,
  ): Problem => ({
    code,
    level: "error",
    ...mine,
    message,
    fix,
    rule,
  });
  const identical = publisherKindOf(record.publisher).identical;
  if (same !== undefined && identical !== undefined) {
    return problem(
      "record-taken",
      `${name} ${data.type} is also published by ${claimText(same)}, with the same value`,
      `one stack publishes it: ${identical.happens}, and who deletes it deletes it for both`,
      identical.rule,
    );
  }
  if (single !== undefined && kind !== undefined) {
    return problem(
      "record-kind-taken",
      `${name} already has the ${kind.title} of ${claimText(single)}`,
      "a name holds one: publish it from one stack, or use another name",
      kind.rule,
    );
  }
  const other = alias ? beside : above;
  if (other === undefined) return undefined;
  return problem(
    "cname-beside-others",
    `its ${data.type} record stands at ${name} beside ${alias ? "records" : "the CNAME"} of ${claimText(other)}`,
    "a CNAME stands alone at its name: move one of the two to another name",
    "RFC 1034 §3.6.2",
  );
}

function foreignClaim(mine: Claim, other: Claim | undefined): Claim | undefined {
  return other?.stack === mine.stack ? undefined : other;
}

/** A customer who is told twice publishes once; a value with an address or a key in it is a stack's own. */
function sameValue(
  record: PlannedRecord,
  name: string,
  value: string,
  mine: Claim,
  { values }: RecordClaims,
): Claim | undefined {
  const { data, publisher } = record;
  if (!isOurs(publisher) || referencesOf(record).length > 0) return undefined;
  if (data.type === "TXT" && data.text.some((part) => typeof part !== "string")) return undefined;
  return values.claim(`${publisher.zone} ${name} ${data.type} ${value}`, mine);
}

/** Whoever holds the private key of two tenants can sign as both. */
function sharedKey(
  { value, path }: PlannedRecord,
  mine: Claim,
  claims: Claims,
): Problem | undefined {
  const { publicKey = "" } = value?.dkim ?? {};
  const other = publicKey === "" ? undefined : claims.claim(publicKey, mine);
  if (other === undefined) return undefined;
  return {
    code: "dkim-key-shared",
    level: "error",
    stack: mine.stack,
    path,
    message: `its public key is also that of ${claimText(other)}`,
    fix: "each tenant its own key: a new one for one of the two, and let the old one retire",
    rule: "RFC 6376 §8.3",
  };
}
