/** A record as a customer enters it: every form that a panel asks for, what to do, and how to check it. */

import { chunkTxt, quoteString } from "../../../mail/txt.ts";
import { isCustomers } from "../../publishers/publishers.ts";
import type { ForCustomer } from "../../tenant/purpose.ts";
import type { KnownAddresses } from "../../tenant/record.ts";
import { type PlannedRecord, referencesOf } from "../../tenant/record.ts";
import { ownerOf, plainValue, zoneFileValue } from "../sections.ts";

/** What to do with a record. */
export interface Action {
  /** `replace` where it is known what it takes the place of. */
  verb: "add" | "replace";
  /** Those values, each as it is rendered; empty with `add`. */
  before: readonly string[];
  /** What to do with other records at the name, said in brackets; absent where {@link stop} says it all. */
  others?: string;
  /** When to stop and ask, a sentence; absent: never. */
  stop?: string;
}

/** A command that asks DNS for the record, and what it must print: words of the command, then the data. */
export interface Check {
  command: string;
  /** `mail exchanger = `; empty where the data stands alone. */
  words: string;
  data: string;
}

/** One record in every form; names and values hold `{tx1}` where something is not known yet. */
export interface CustomerRecord {
  record: PlannedRecord;
  /** What its purpose has to say. */
  words: ForCustomer;
  /** The FQDN without its last dot. */
  name: string;
  /** Within the customer's zone; `@` for the zone itself. */
  relative: string;
  /** Of an MX. */
  priority?: number;
  /** Without quotes; of a CNAME or MX its target without the last dot. */
  value: string;
  /** Of a TXT: the whole value in one pair of quotes, and in strings of at most 255 octets, each in quotes. */
  quoted?: { whole: string; chunks: readonly string[] };
  /** Of a CNAME or MX: the target with its last dot. */
  dotted?: string;
  action: Action;
  /** Why a proxy breaks it, for whoever has one; absent where none can. */
  dnsOnly?: string;
  /** When it changes; undefined: never. */
  changes: string | undefined;
  /** What happens without it, one sentence. */
  leftOut: string;
  /** With `dig`, then with `nslookup`. */
  checks: readonly [Check, Check];
  /** True while something in it is not known: not to be published yet. */
  unknown: boolean;
}

/** What is said of a record that no subject has built. */
const OTHER: ForCustomer = {
  step: "senders",
  leftOut: "What the record is for does not work; “Why” says what that is.",
};

/** The record of a plan in every form. */
export function customerRecord(record: PlannedRecord, known: KnownAddresses): CustomerRecord {
  const { data, purpose } = record;
  const name = ownerOf(record, known);
  const words = purpose?.customer ?? OTHER;
  const target =
    data.type === "CNAME" ? data.target : data.type === "MX" ? data.exchange : undefined;
  const value = target ?? plainValue(record, known);
  const dnsOnly = dnsOnlyOf(record, words);
  return {
    record,
    words,
    name,
    relative: relativeName(record, name),
    // A null MX points to the root, which has no form without a dot.
    value: target === "" ? "." : value,
    ...(data.type === "MX" ? { priority: data.preference } : {}),
    ...(data.type === "TXT"
      ? { quoted: { whole: quoteString(value), chunks: chunkTxt(value).map(quoteString) } }
      : {}),
    ...(target === undefined ? {} : { dotted: `${target}.` }),
    action: actionOf(record, words),
    ...(dnsOnly === undefined ? {} : { dnsOnly }),
    changes: changeText(record, words),
    leftOut: words.leftOut,
    checks: checksOf(record, name, known),
    unknown: holdsUnknown(record, known),
  };
}

/** As a panel wants it that adds the zone by itself: `@` for the zone. */
function relativeName({ publisher }: PlannedRecord, name: string): string {
  if (!isCustomers(publisher) || name === publisher.zone) return "@";
  return name.slice(0, -publisher.zone.length - 1);
}

function holdsUnknown(record: PlannedRecord, known: KnownAddresses): boolean {
  if (referencesOf(record).some((address) => !Object.hasOwn(known, address))) return true;
  const { data } = record;
  return (
    data.type === "TXT" && data.text.some((part) => typeof part !== "string" && "dkimKey" in part)
  );
}

/**
 * On one line and in one direction: what stands in somebody's DNS now is not ours to trust, and must not
 * begin a line of a page or turn one around.
 */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, " ");
}

const OTHER_TXT = "leave other TXT records at the name alone";

function actionOf({ data, before: stands = [] }: PlannedRecord, words: ForCustomer): Action {
  const before = stands.map(oneLine);
  if (before.length === 0) return { verb: "add", before, ...noteOf(data.type, words) };
  const stop = "If something else than that stands there now: stop, tell us.";
  if (data.type === "TXT") return { verb: "replace", before, others: OTHER_TXT, stop };
  return { verb: "replace", before, stop };
}

/** With nothing known, a record of the customer's must not be lost: they ask, and we merge. */
function noteOf(
  type: PlannedRecord["data"]["type"],
  { single }: ForCustomer,
): Pick<Action, "others" | "stop"> {
  switch (type) {
    case "CNAME":
      return {
        others: "nothing else may stand at the name",
        stop: "If anything stands at this name already, do not overwrite it: send it to us.",
      };
    case "MX":
      return {
        stop: "If the name has MX records already, other than those on this page: stop, tell us.",
      };
    case "A":
      return {
        stop: "If the name has an address (A or AAAA) or a CNAME already: stop, tell us.",
      };
    case "TXT":
      if (single === undefined) return { others: OTHER_TXT };
      return {
        others: OTHER_TXT,
        stop: `If ${single} stands at this name already, do not publish a second and do not overwrite it: send it to us.`,
      };
    default:
      return { others: `leave other ${type} records at the name alone` };
  }
}

function dnsOnlyOf(
  { data, publisher }: PlannedRecord,
  { dnsOnly }: ForCustomer,
): string | undefined {
  if (data.type === "A") {
    return dnsOnly ?? "a proxy answers with its own addresses instead of this one";
  }
  if (data.type === "CNAME") {
    return (
      dnsOnly ??
      "a proxy answers with addresses of its own, and what the name points to is not found"
    );
  }
  if (data.type !== "MX" || data.exchange === "" || !isCustomers(publisher)) return undefined;
  const { zone } = publisher;
  // Another zone's addresses are not the customer's to proxy.
  if (data.exchange !== zone && !data.exchange.endsWith(`.${zone}`)) return undefined;
  return `this goes for the A record of ${data.exchange}: a proxy carries no mail`;
}

function changeText(record: PlannedRecord, { changes }: ForCustomer): string | undefined {
  if (record.permanent === true) return undefined;
  if (referencesOf(record).length > 0) return "when a sending address is added or goes";
  // A CNAME leads to what is ours to keep.
  if (record.data.type === "CNAME") return "only when what it points to moves";
  return changes ?? "only if we tell you";
}

/**
 * `dig +short` prints a record as a zone file has it, so that one form serves both. The last dot keeps a
 * resolver's search list out; nslookup's words are those of Unix.
 */
function checksOf(record: PlannedRecord, name: string, known: KnownAddresses): [Check, Check] {
  const { type } = record.data;
  const data = zoneFileValue(record, known);
  return [
    { command: `dig +short ${type} ${name}.`, words: "", data },
    { command: `nslookup -type=${type} ${name}.`, words: NSLOOKUP[type] ?? "", data },
  ];
}

/** What stands before the data in the answer of BIND's nslookup, which has no name for a CAA. */
const NSLOOKUP: Readonly<Record<string, string>> = {
  A: "Address: ",
  CNAME: "canonical name = ",
  MX: "mail exchanger = ",
  TXT: "text = ",
  CAA: "rdata_257 = ",
};
