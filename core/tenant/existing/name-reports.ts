/**
 * What a tenant's names publish beside what the plan wants there, and the config that keeps it. Pure: who reads
 * the names hands over what was found.
 */

import { dmarcName, isDmarc, parseDmarc } from "../../../mail/dmarc/record.ts";
import { mtaStsName } from "../../../mail/mta-sts/record.ts";
import { singletonOf } from "../../../mail/singletons.ts";
import { isSpf } from "../../../mail/spf/finding.ts";
import { parseSpf } from "../../../mail/spf/parse.ts";
import { renderSpf } from "../../../mail/spf/render.ts";
import { pastedTxt } from "../../../mail/txt.ts";
import { type Publisher, REVERSE_PUBLISHER, zoneNameOf } from "../../publishers/publishers.ts";
import { contextOf, type TenantContext, type WantedRecord } from "../context.ts";
import { delegatedName, delegationOf } from "../delegation/names.ts";
import { organisationsOf } from "../organisations.ts";
import type { TenantStack } from "../plan.ts";
import { type KnownAddresses, type PlannedRecord, refLabel, renderData } from "../record.ts";
import { spfMacroZone } from "../spf/records.ts";
import { wantedRecords } from "../subjects.ts";
import { publisherOf } from "../zones.ts";
import { type ExistingRecords, existingRecordsAt, LISTED_TYPES } from "./existing-records.ts";

/** A name, what stands at it apart from us, and what is wanted there. */
export interface NameReport {
  name: string;
  zone: string;
  by: Publisher["by"];
  /** What stands there apart from what sendips publishes; undefined where it could not be read. */
  standing?: ExistingRecords;
  /** Why it could not be read. */
  failed?: string;
  /** What the plan wants there, `TXT v=spf1 …`; of what is not known yet, references. */
  wanted: string[];
}

/**
 * The names to read, in order: those that the plan touches, the domains that its streams and its policy are
 * about, and the wildcards that answer beside them.
 */
export function namesToRead(stack: TenantStack): string[] {
  const context = contextOf(stack.name, stack.tenant, stack.operator);
  const { tenant, streams } = context;
  const domains = new Set([
    ...organisationsOf(context).map(({ domain }) => domain),
    ...streams.flatMap(({ from, returnPath }) => [from, returnPath]),
    ...tenant.neverMails,
  ]);
  const names = new Set<string>([...domains, ...Object.keys(tenant.existing.names)]);
  for (const { domain } of organisationsOf(context)) {
    names.add(dmarcName(domain));
    names.add(mtaStsName(domain));
    names.add(`*.${domain}`);
  }
  for (const { from } of streams) names.add(`*.${from}`);
  for (const record of wantedRecords(context)) {
    if (typeof record.name === "string") names.add(record.name);
  }
  // What stands in our own zone behind a delegation is nobody's but ours.
  const delegated = delegationOf(tenant)?.zone;
  return [...names]
    .filter((name) => delegated === undefined || !name.endsWith(`.${delegated}`))
    .filter((name) => publisherOf(name.replace(/^\*\./, ""), stack.operator.zones) !== undefined)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** Names by their labels from the right, so that a domain stands before what is below it. */
function keyOf(name: string): string {
  return name.split(".").reverse().join(" ");
}

/**
 * Each name with what stands there apart from us.
 *
 * @param deployed whether the stack has been deployed: until then nothing that stands is ours.
 */
export function reportNames(
  stack: TenantStack,
  read: ReadonlyMap<string, ExistingRecords | { failed: string }>,
  known: KnownAddresses,
  deployed: boolean,
): NameReport[] {
  const context = contextOf(stack.name, stack.tenant, stack.operator);
  const wanted = new Map<string, WantedRecord[]>();
  for (const record of wantedRecords(context)) {
    const { name } = record;
    if (typeof name === "string") wanted.set(name, [...(wanted.get(name) ?? []), record]);
  }
  return [...read].map(([name, found]): NameReport => {
    const publisher = publisherOf(name.replace(/^\*\./, ""), stack.operator.zones);
    const records = wanted.get(name) ?? [];
    const base = {
      name,
      zone: publisher === undefined ? "" : (zoneNameOf(publisher) ?? ""),
      by: publisher?.by ?? "external",
      wanted: records.map((record) => `${record.data.type} ${rendered(record, known)}`),
    };
    if ("failed" in found) return { ...base, failed: found.failed };
    return { ...base, standing: withoutOurs(context, name, found, records, known, deployed) };
  });
}

function rendered(record: WantedRecord, known: KnownAddresses): string {
  const planned: PlannedRecord = { ...record, ttl: 0, publisher: REVERSE_PUBLISHER };
  return renderData(planned, (ref) =>
    "address" in ref ? (known[ref.address] ?? refLabel(ref)) : refLabel(ref),
  );
}

/**
 * What stands at a name without what is ours. A value that is just what we want there is ours, and what stood
 * before it is what the config remembers; of an SPF record that holds our addresses, the rest is theirs.
 */
function withoutOurs(
  context: TenantContext,
  name: string,
  found: ExistingRecords,
  wanted: readonly WantedRecord[],
  known: KnownAddresses,
  deployed: boolean,
): ExistingRecords {
  const before = existingRecordsAt(context.tenant, name);
  const isOurs = (type: string, value: string) =>
    deployed &&
    wanted.some((record) => record.data.type === type && rendered(record, known) === value);
  const kept = (type: "TXT" | "MX" | "CAA" | "A", values: readonly string[]): string[] => {
    const theirs = values.filter((value) => !isOurs(type, normalizedValue(type, value)));
    const remembered = before?.[type] ?? [];
    // Where ours took the place of theirs, theirs is what is remembered of it.
    const replaced = values.length > theirs.length ? remembered : [];
    return [
      ...new Set([
        ...theirs,
        ...replaced.map((value) => (type === "TXT" ? pastedTxt(value) : value)),
      ]),
    ];
  };
  const own = new Set(Object.values(known));
  const texts = kept("TXT", found.TXT).flatMap((text) => {
    if (!isSpf(text)) return [text];
    const rest = withoutOwnTerms(context, name, text, own);
    if (rest === text) return [text];
    const remembered = (before?.TXT ?? []).map(pastedTxt).filter(isSpf);
    if (remembered.length > 0) return remembered;
    return /^v=spf1 [-~?]all$/.test(rest) ? [] : [rest];
  });
  const alias = found.CNAME;
  const ours = alias !== undefined && isOurs("CNAME", normalizedValue("CNAME", alias));
  return {
    TXT: uniqueTexts(texts),
    MX: kept("MX", found.MX),
    CAA: kept("CAA", found.CAA),
    A: kept(
      "A",
      found.A.filter((ip) => !own.has(ip)),
    ),
    AAAA: found.AAAA,
    ...(alias === undefined || (ours && before?.CNAME === undefined) ? {} : { CNAME: alias }),
  };
}

/** A remembered value and the same read anew are one. */
function uniqueTexts(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function normalizedValue(type: string, value: string): string {
  const dotted = (name: string) => `${name.toLowerCase().replace(/\.$/, "")}.`;
  if (type === "CNAME") return dotted(value);
  if (type !== "MX") return value;
  const [preference = "", exchange = ""] = value.split(" ");
  return exchange === "." ? `${preference} .` : `${preference} ${dotted(exchange)}`;
}

/** An SPF record without the terms that can only be ours: our addresses, and names that we made for them. */
function withoutOwnTerms(
  { tenant }: TenantContext,
  name: string,
  text: string,
  own: ReadonlySet<string>,
): string {
  const { value } = parseSpf(text);
  if (value === undefined) return text;
  const zone = delegationOf(tenant)?.zone;
  const names = new Set([
    `%{i}.${spfMacroZone(name)}`,
    ...(zone === undefined ? [] : [delegatedName(spfMacroZone(name), zone)]),
  ]);
  const terms = value.terms.filter((term) => {
    if (term.type === "ip4") return !own.has(term.address);
    return !((term.type === "exists" || term.type === "include") && names.has(term.domain));
  });
  return terms.length === value.terms.length ? text : renderSpf({ terms });
}

/** The config of `sendips:tenant.existing.names` that keeps what was read; what could not be read stays as it was. */
export function existingNames(
  reports: readonly NameReport[],
  before: TenantStack["tenant"]["existing"],
): Record<string, Partial<ExistingRecords>> {
  const names: Record<string, Partial<ExistingRecords>> = {};
  for (const [name, standing] of Object.entries(before.names))
    names[name] = withoutEmptyTypes(standing);
  for (const { name, standing } of reports) {
    if (standing === undefined) continue;
    const records = withoutEmptyTypes(standing);
    // A wildcard that is not there needs no saying.
    if (name.startsWith("*.") && Object.keys(records).length === 0) delete names[name];
    else names[name] = records;
  }
  return names;
}

/** The records without the types that have no value. */
function withoutEmptyTypes(standing: ExistingRecords): Partial<ExistingRecords> {
  return Object.fromEntries(
    Object.entries(standing).filter(([, values]) => values !== undefined && values.length > 0),
  );
}

/** Organisational domains whose DMARC can only be left to its owner: an alias, or a record that nobody can merge. */
export function mustKeepDmarc(stack: TenantStack, reports: readonly NameReport[]): string[] {
  const context = contextOf(stack.name, stack.tenant, stack.operator);
  return organisationsOf(context)
    .filter(({ dmarc }) => !dmarc.keep && !dmarc.replace)
    .map(({ domain }) => domain)
    .filter((domain) => {
      const standing = reports.find(({ name }) => name === dmarcName(domain))?.standing;
      if (standing === undefined) return false;
      const records = standing.TXT.filter(isDmarc);
      const [first] = records;
      if (standing.CNAME !== undefined) {
        return standing.CNAME !== `${dmarcName(domain)}.${delegationOf(stack.tenant)?.zone}`;
      }
      return records.length > 1 || (first !== undefined && parseDmarc(first).value === undefined);
    });
}

/** Values that differ from what the config says of a name; none where it says the same. */
export function changedValues(
  { name, standing }: NameReport,
  before: TenantStack["tenant"]["existing"],
): string[] {
  if (standing === undefined) return [];
  const known = Object.hasOwn(before.names, name) ? before.names[name] : undefined;
  const list = (of: ExistingRecords | undefined) =>
    LISTED_TYPES.flatMap((type) =>
      (of?.[type] ?? []).map((value) => typedValue(type, value)),
    ).concat(of?.CNAME === undefined ? [] : [typedValue("CNAME", of.CNAME)]);
  const [now, then] = [new Set(list(standing)), new Set(list(known))];
  return [
    ...[...now].filter((value) => !then.has(value) && concernsMail(value)),
    ...[...then]
      .filter((value) => !now.has(value) && concernsMail(value))
      .map((value) => `no more ${value}`),
  ];
}

function typedValue(type: string, value: string): string {
  return `${type} ${type === "TXT" ? pastedTxt(value) : normalizedValue(type, value)}`;
}

/** A verification text of some service is none of mail's business. */
function concernsMail(value: string): boolean {
  return !value.startsWith("TXT ") || singletonOf(value.slice("TXT ".length)) !== undefined;
}
