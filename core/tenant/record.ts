/** DNS records as plain data, with typed references for what is unknown before deployment. */
import ipaddr from "ipaddr.js";
import { renderCaa } from "../../mail/caa/record.ts";
import type { DmarcRecord } from "../../mail/dmarc/record.ts";
import { renderMx } from "../../mail/mx/record.ts";
import { coverIp4 } from "../../mail/spf/cidr.ts";
import { type Singleton, saysTheSame } from "../../mail/txt.ts";
import type { Publisher } from "../publishers/publishers.ts";
import type { Purpose } from "./purpose.ts";

/** Stands for the IPv4 of an address until it is allocated. */
export interface AddressRef {
  /** The address's key in the config. */
  address: string;
}

/**
 * Stands for the public key of a DKIM selector while only its encrypted private key is known:
 * offline, without the passphrase. A deployment has decrypted it and never meets one.
 */
export interface KeyRef {
  /** The selector. */
  dkimKey: string;
}

/** What may be unknown in a value. */
export type Ref = AddressRef | KeyRef;

/**
 * Stands for the `ip4:` terms of these addresses, contiguous ones as one network: the cover is exact,
 * so that it never lets in an address that is not among them.
 */
export interface RangesRef {
  ranges: readonly string[];
}

/** Text with references in it: `["v=spf1 ip4:", { address: "tx1" }, " -all"]`. */
export type Text = readonly (string | Ref | RangesRef)[];

/** An owner name that holds an address: `{ address: "tx1", below: "_spf.acme.example" }` is `192.0.2.1._spf.acme.example`. */
export interface NameRef extends AddressRef {
  /** What follows the address, after a dot. Absent: the name is the address's reverse name. */
  below?: string;
}

/** What a record holds, by type. Names in A-labels, lower case, without the last dot. */
export type RecordData =
  | { type: "A"; address: AddressRef | string }
  | { type: "PTR"; host: string }
  | { type: "CNAME"; target: string }
  /** An empty exchange is the root: a null MX (RFC 7505). */
  | { type: "MX"; preference: number; exchange: string }
  | { type: "CAA"; flags: number; tag: string; value: string }
  | { type: "TXT"; text: Text };

/** What a text of ours says, as it was before it became text: so that nothing reads it back. */
export interface TextValue {
  /** A DMARC policy. */
  dmarc?: DmarcRecord;
  /** A DKIM key, or the CNAME to one. The public key is absent while it is not known, empty once it is revoked. */
  dkim?: { selector: string; publicKey?: string };
}

/** A record that we want. */
export interface PlannedRecord {
  /**
   * Its identity: from config keys and its purpose, never from a value, so that no edit replaces it.
   * Unique within the plan; becomes the last part of the resource's name.
   */
  key: string;
  /** Lower-case FQDN without a trailing dot, or one that holds an address. */
  name: string | NameRef;
  data: RecordData;
  /** Seconds. */
  ttl: number;
  publisher: Publisher;
  /** What it is for. Absent only where no subject has built it, such as one that is written by hand. */
  purpose?: Purpose;
  /** The domain that it is about, where that is not its name: the name may be one behind a CNAME. */
  domain?: string;
  /** What its text says, where somebody asks for that. */
  value?: TextValue;
  /** Why it is there, for the zone file's comment. */
  why: string;
  /** The config that asks for it. */
  path: string;
  /**
   * The keys of records that must be changed first, where order matters in one edit: a CNAME can only
   * be published once what stood at its name has moved away. They stand earlier in the plan.
   */
  after?: readonly string[];
  /**
   * What stands at the name now and this record takes the place of, each as its value is rendered; empty or
   * absent: nothing that is known.
   */
  before?: readonly string[];
  /**
   * What stays at the name, as its value is rendered, when the tenant goes or lets go of it: what stood
   * before, or what others send by. Absent: the record goes.
   */
  leaves?: string;
  /** True for a record that stays as it is for ever: no address, key or policy of ours changes it. */
  permanent?: boolean;
  /**
   * What must happen before it is set, where that is not ours to do: until then it is not. Absent where it is
   * set with the rest.
   */
  waitsFor?: string;
}

/** The kind of a TXT of which a name may hold one alone; undefined for every other record. */
export function singletonOfRecord({
  data,
  purpose,
}: Pick<PlannedRecord, "data" | "purpose">): Singleton | undefined {
  return data.type === "TXT" ? purpose?.single : undefined;
}

/** Whether a value is among what DNS answers, all in zone file form: of names neither case nor a last dot matters. */
export function isAnswered(
  record: Pick<PlannedRecord, "data" | "purpose">,
  value: string,
  answers: readonly string[],
): boolean {
  const kind = singletonOfRecord(record);
  const plain = (text: string) =>
    record.data.type === "TXT" ? text : text.replace(/\.$/, "").toLowerCase();
  return answers.some((answer) => saysTheSame(kind, plain(answer), plain(value)));
}

/** The record's key of an address's host name: the A record that its PTR waits for. */
export function hostRecordKey(address: string): string {
  return `${address}-a`;
}

/** Builds a {@link Text}: text`v=spf1 ip4:${ref} -all`. */
export function text(
  strings: TemplateStringsArray,
  ...parts: (string | Ref | RangesRef | Text)[]
): Text {
  const out: (string | Ref | RangesRef)[] = [];
  const push = (part: string | Ref | RangesRef) => {
    const last = out.at(-1);
    if (typeof part === "string" && typeof last === "string") out[out.length - 1] = last + part;
    else if (part !== "") out.push(part);
  };
  strings.forEach((string, index) => {
    push(string);
    const part = parts[index];
    if (typeof part === "string" || (part !== undefined && !isText(part))) push(part);
    else if (part !== undefined) for (const piece of part) push(piece);
  });
  // A copy is as long as it must be; an array that grew has room for as much again, and texts are many.
  return [...out];
}

function isText(part: Ref | RangesRef | Text): part is Text {
  return Array.isArray(part);
}

/** What to put in place of a reference. */
export type Resolve = (ref: Ref) => string;

/** What is known of the addresses: their IPv4 by key, once the stack has been deployed. */
export type KnownAddresses = Readonly<Record<string, string>>;

/** Replaces the references of a text; `resolve` is asked once for each. */
export function renderText(value: Text, resolve: Resolve): string {
  return value
    .map((part) => {
      if (typeof part === "string") return part;
      if (!("ranges" in part)) return resolve(part);
      const ips = part.ranges.map((address) => resolve({ address }));
      // While one is not known yet, all are shown: which of them are neighbours is not known either.
      const terms = ips.every((ip) => ipaddr.IPv4.isValidFourPartDecimal(ip)) ? coverIp4(ips) : ips;
      return terms.map((term) => `ip4:${term}`).join(" ");
    })
    .join("");
}

/** `{tx1}`, `{DKIM key of s202611}`: how a person reads what is not known yet. */
export function refLabel(ref: Ref): string {
  return "address" in ref ? `{${ref.address}}` : `{DKIM key of ${ref.dkimKey}}`;
}

/** The keys of the addresses that a record's name and value need, without repeats. */
export function referencesOf(record: PlannedRecord): string[] {
  const { data, name } = record;
  const refs: (string | Ref | RangesRef | NameRef)[] = [name];
  if (data.type === "A") refs.push(data.address);
  if (data.type === "TXT") refs.push(...data.text);
  const keys = refs.flatMap((ref) => {
    if (typeof ref === "string") return [];
    if ("ranges" in ref) return ref.ranges;
    return "address" in ref ? [ref.address] : [];
  });
  return [...new Set(keys)];
}

/** The owner name; of a PTR, the IPv4 whose reverse name it is. */
export function renderOwner(record: PlannedRecord, resolve: Resolve): string {
  const { name } = record;
  if (typeof name === "string") return name;
  return name.below === undefined ? resolve(name) : `${resolve(name)}.${name.below}`;
}

/**
 * The value of a record in zone file form, without name, TTL and type.
 * TXT is left as one string; chunking is the publisher's matter.
 */
export function renderData(record: PlannedRecord, resolve: Resolve): string {
  const { data } = record;
  switch (data.type) {
    case "A":
      return typeof data.address === "string" ? data.address : resolve(data.address);
    case "PTR":
      return `${data.host}.`;
    case "CNAME":
      return `${data.target}.`;
    case "MX":
      return renderMx(data);
    case "CAA":
      return renderCaa(data);
    case "TXT":
      return renderText(data.text, resolve);
  }
}
