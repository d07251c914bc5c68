/**
 * Records that stand in a zone of ours and that no state knows: refused, or taken over. A record of ours beside
 * a foreign one can be worse than none: of two SPF or DMARC records receivers heed neither.
 */

import { DKIM_TEXT } from "../../mail/dkim/record.ts";
import { DMARC_TEXT } from "../../mail/dmarc/record.ts";
import { SPF_TEXT } from "../../mail/spf/finding.ts";
import { saysTheSame, unquoteTxt } from "../../mail/txt.ts";
import type { Finding } from "../problem.ts";
import { fromCloudflare } from "../publishers/cloudflare.ts";
import { isOurs, publisherKindOf } from "../publishers/publishers.ts";
import type { StateRecord } from "../state/resources.ts";
import {
  type PlannedRecord,
  type Ref,
  renderData,
  renderOwner,
  singletonOfRecord,
} from "../tenant/record.ts";

/** A record as its publisher has it. */
export interface ZoneRecord {
  /** The publisher's own name for it. */
  id: string;
  zoneId: string;
  /** Lower case, without the last dot. */
  name: string;
  type: string;
  /** As the publisher writes it; a TXT in quotes or not. */
  content: string;
  preference?: number;
  /** Seconds; 1 where the publisher decides. */
  ttl: number;
  proxied: boolean;
}

/** A record to take over: its owner described it, or it is what we would publish. */
export interface Adoption {
  id: string;
  /** As it stands. */
  standing: ZoneRecord;
  /** True where it is what we would publish, so that nothing changes at the name. */
  equal: boolean;
}

/** What becomes of the records that stand where a plan's records are to be created. */
export interface AdoptionPlan {
  /** By the planned record's key. */
  adoptions: ReadonlyMap<string, Adoption>;
  findings: Finding[];
}

/** The value in zone file form: equal for two records that say the same. */
export function zoneRecordValue({ type, content, preference }: ZoneRecord): string {
  return fromCloudflare(type, content, preference);
}

/**
 * The records of a plan that are to come to their names in zones of ours: those that the state does not hold, and
 * those that it holds at another name.
 */
export function missingRecords(
  planned: readonly PlannedRecord[],
  state: readonly StateRecord[],
  logicalName: (key: string) => string,
): PlannedRecord[] {
  const held = new Map(state.map((record) => [record.logicalName, record]));
  return planned.filter(({ publisher, key, name }) => {
    if (!isOurs(publisher)) return false;
    const stateRecord = held.get(logicalName(key));
    if (stateRecord === undefined) return true;
    return (
      typeof name === "string" &&
      (stateRecord.name !== name || stateRecord.zoneId !== publisher.zoneId)
    );
  });
}

/**
 * What the records to be created meet at their names.
 *
 * @param missing see {@link missingRecords}.
 * @param standing everything at their names, and at those where the state has them, by their zones.
 * @param state the stack's own records, which are no strangers.
 * @param isHeld whether the state holds a record by its key: one that moves takes over nothing, because it is
 *   another record already.
 * @param resolve what is known of addresses; undefined for one that is not allocated: nothing can stand
 *   that holds it.
 */
export function planAdoptions(
  stack: string,
  missing: readonly PlannedRecord[],
  standing: readonly ZoneRecord[],
  state: readonly StateRecord[],
  isHeld: (key: string) => boolean,
  resolve: (address: string) => string | undefined,
): AdoptionPlan {
  const adoptions = new Map<string, Adoption>();
  const findings: Finding[] = [];
  const own = new Set(state.map(identityOf));
  const taken = new Set<string>();
  for (const record of missing) {
    const { publisher, path, key, data } = record;
    if (!isOurs(publisher)) continue;
    const known = knownParts(record, resolve);
    // A name that holds an address which is not allocated holds nothing yet.
    if (known.name === undefined) continue;
    const others = standing.filter(
      (other) =>
        other.zoneId === publisher.zoneId &&
        other.name === known.name &&
        !taken.has(other.id) &&
        !own.has(identityOf(other)),
    );
    const equal = others.find(
      (other) =>
        other.type === data.type &&
        known.value !== undefined &&
        saysTheSame(singletonOfRecord(record), zoneRecordValue(other), known.value),
    );
    if (equal?.proxied === true) {
      findings.push({
        code: "standing-proxied",
        level: "error",
        path,
        message: `its ${data.type} record stands at ${known.name} already, proxied by ${publisherKindOf(publisher).title}: taken over it would be DNS only, and whatever the proxy serves there would be gone`,
        fix: `set it to DNS only in ${publisherKindOf(publisher).title}, where nothing needs the proxy; else take it out of the config`,
        rule: `${publisherKindOf(publisher).title}: proxy status`,
      });
      continue;
    }
    if (equal !== undefined && !isHeld(key)) {
      taken.add(equal.id);
      adoptions.set(key, { id: equal.id, standing: equal, equal: true });
      continue;
    }
    if (equal !== undefined && hasMoved(equal, key, standing, state)) continue;
    const rivals = others.filter((other) => other === equal || isRival(record, other));
    const [rival, ...more] = rivals;
    if (rival === undefined) continue;
    const value = withSingleBlanks(zoneRecordValue(rival));
    const described = record.before?.some((text) => withSingleBlanks(text) === value) === true;
    if (described && more.length === 0 && rival.type === data.type && !isHeld(key)) {
      taken.add(rival.id);
      adoptions.set(key, { id: rival.id, standing: rival, equal: false });
      continue;
    }
    const shown = rivals.map((other) => `${other.type} ${zoneRecordValue(other)}`).join("; ");
    findings.push({
      code: "standing-in-the-way",
      level: "error",
      path,
      message: `at ${known.name} stands what is not ours, and its ${data.type} record cannot stand beside it: ${shown}`,
      fix: isHeld(key) ? MOVES : wayOutOf(stack, record, rivals),
      rule: ruleOf(record),
    });
  }
  return { adoptions, findings };
}

/** Whether a run that was cut short has moved a record already, and the state does not know yet. */
function hasMoved(
  { zoneId }: ZoneRecord,
  key: string,
  standing: readonly ZoneRecord[],
  state: readonly StateRecord[],
): boolean {
  const before = state.find((record) => record.key === key);
  return (
    before?.zoneId === zoneId && !standing.some((other) => identityOf(other) === identityOf(before))
  );
}

const MOVES =
  "leave the record at the name where it is deployed, or remove what stands at the new one, once nobody uses it";

/** What is equal for a record in the state and the same one in its zone: neither knows the other's id. */
function identityOf({
  zoneId,
  name,
  type,
  content = "",
}: Pick<StateRecord, "zoneId" | "name" | "type" | "content">): string {
  return [zoneId, name, type, type === "TXT" ? unquoteTxt(content) : content].join(" ");
}

/** The text with single blanks: their number means nothing in the records that are merged. */
function withSingleBlanks(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

/**
 * Name and value of a record in zone file form, as far as they are known: not where they hold an address that is not
 * allocated, or a key that is encrypted.
 */
export function knownParts(
  record: PlannedRecord,
  resolve: (address: string) => string | undefined,
): { name?: string; value?: string } {
  let unknown = false;
  const known = (ref: Ref): string => {
    const ip = "address" in ref ? resolve(ref.address) : undefined;
    unknown ||= ip === undefined;
    return ip ?? "";
  };
  const name = renderOwner(record, known);
  if (unknown) return {};
  const value = renderData(record, known);
  return unknown ? { name } : { name, value };
}

/** Whether two records cannot both stand at one name and mean what they mean. */
function isRival(record: PlannedRecord, other: ZoneRecord): boolean {
  const { data } = record;
  if (data.type === "CNAME" || other.type === "CNAME") return true;
  if (data.type === "A") return other.type === "A" || other.type === "AAAA";
  if (data.type === "MX") return other.type === "MX";
  return (
    other.type === "TXT" && singletonOfRecord(record)?.begins.test(zoneRecordValue(other)) === true
  );
}

function wayOutOf(stack: string, record: PlannedRecord, rivals: readonly ZoneRecord[]): string {
  const { data } = record;
  // Beside a CNAME nothing is merged.
  const kind = rivals.every(({ type }) => type === "TXT") ? singletonOfRecord(record) : undefined;
  if (kind === SPF_TEXT || kind === DMARC_TEXT) {
    return rivals.length > 1
      ? `leave one ${kind.title} at the name; then npx sendips zone ${stack} --write records it, and the plan merges with it`
      : `npx sendips zone ${stack} --write records it in sendips:tenant.existing, and the plan merges with it${kind === DMARC_TEXT ? "; or dmarc: keep leaves it to its owner" : ""}`;
  }
  if (kind === DKIM_TEXT) return "another selector: mail is signed with the key that stands";
  if (data.type === "MX") {
    return "another return path; or bounceMx as the MX that stands, where bounces are to go there";
  }
  return `another name; or remove what stands, once nobody uses it; npx sendips zone ${stack} shows it`;
}

function ruleOf(record: PlannedRecord): string {
  const { type } = record.data;
  if (type === "MX") return "RFC 5321 §5.1";
  if (type === "A") return "RFC 8601 §2.7.3";
  return singletonOfRecord(record)?.rule ?? "RFC 1034 §3.6.2";
}
