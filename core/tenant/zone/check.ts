/** Zone hygiene: what the records of a plan are to each other, and to whoever serves them. */

import { isNullMx, lintMx, type Mx } from "../../../mail/mx/record.ts";
import { lintName } from "../../../mail/names.ts";
import { lintTxt } from "../../../mail/txt.ts";
import { type Finding, findingsAt, shortList } from "../../problem.ts";
import { publisherKindOf, ZONE_FORMS, zoneNameOf } from "../../publishers/publishers.ts";
import type { RecordContext } from "../context.ts";
import {
  type PlannedRecord,
  refLabel,
  renderData,
  renderOwner,
  renderText,
  singletonOfRecord,
} from "../record.ts";
import type { WantedContext } from "../subject.ts";
import { publisherOf } from "../zones.ts";
import { checkPublisherLimits } from "./limits.ts";
import { longestName } from "./record-size.ts";
import { checkZoneQuota } from "./zone-quota.ts";

/** Names that nobody publishes, so far as sendips knows. */
export function checkPublishers({ operator, wanted }: WantedContext): Finding[] {
  // The list is made only when it is needed: there are as many zones as tenants.
  const known = () => shortList(Object.keys(operator.zones).sort());
  const seen = new Set<string>();
  return wanted.flatMap(({ name, path }): Finding[] => {
    const inZone = typeof name === "string" ? name : name.below;
    if (inZone === undefined || seen.has(inZone)) return [];
    seen.add(inZone);
    if (publisherOf(inZone, operator.zones) !== undefined) return [];
    return [
      {
        code: "zone-unknown",
        level: "error",
        path,
        message: `${inZone} is in no zone that sendips knows`,
        fix: `known zones: ${known()}; add its zone to sendips:zones in Pulumi.yaml, as ${ZONE_FORMS.join(" or ")}`,
      },
    ];
  });
}

/** Records of one name, or of one name and type. */
type Groups = ReadonlyMap<string, readonly PlannedRecord[]>;

/** Every fault that the records show side by side. What each says by itself is its own check's. */
export function checkZone(context: RecordContext): Finding[] {
  const { records } = context;
  const byName = groupBy(records, nameOf);
  return [
    ...keys(records),
    ...names(context, byName),
    ...duplicateRecords(records),
    ...texts(records),
    ...crowdedAliases(byName),
    ...singletons(records),
    ...aliasedTargets(records, byName),
    ...mailExchanges(byName),
    ...defeatedWildcards(byName),
    ...checkZoneQuota(records, context.operator.zones),
    ...checkPublisherLimits(groupBy(records, (record) => `${nameOf(record)} ${record.data.type}`)),
  ];
}

/** The owner as a person reads it; equal exactly when the names are equal. */
function nameOf(record: PlannedRecord): string {
  return renderOwner(record, refLabel);
}

function groupBy(records: readonly PlannedRecord[], keyOf: (record: PlannedRecord) => string) {
  const groups = new Map<string, PlannedRecord[]>();
  for (const record of records) {
    const key = keyOf(record);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return groups;
}

/** Keys become resource names: two records with one key would be one resource. */
function keys(records: readonly PlannedRecord[]): Finding[] {
  if (new Set(records.map(({ key }) => key)).size === records.length) return [];
  return [...groupBy(records, ({ key }) => key)].flatMap(([key, [first, ...others]]) =>
    others.map(({ path }) => ({
      code: "record-key-twice",
      level: "error",
      path,
      message: `its record and one of ${first?.path} are both called ${key}`,
      fix: "rename one of the config keys that the two are made from",
    })),
  );
}

/** Names made from config values, such as `<selector>._domainkey.<domain>`, can outgrow what each value allows. */
function names({ tenant }: RecordContext, byName: Groups): Finding[] {
  return [...byName.values()].flatMap(([record]) => {
    if (record === undefined) return [];
    // A delegated key's name is longer than the one that the check of the selectors has read.
    const delegated = record.data.type === "TXT" && tenant.dkimZone !== undefined;
    if (record.purpose?.nameIsChecked === true && !delegated) return [];
    const findings = lintName(longestName(record), { underscores: true, wildcard: true });
    return findingsAt(record.path, findings);
  });
}

function duplicateRecords(records: readonly PlannedRecord[]): Finding[] {
  const identityOf = (record: PlannedRecord) =>
    `${nameOf(record)} ${record.data.type} ${renderData(record, refLabel)}`;
  if (new Set(records.map(identityOf)).size === records.length) return [];
  return [...groupBy(records, identityOf).values()].flatMap(([first, ...others]) =>
    others.map((record) => ({
      code: "record-twice",
      level: "error",
      path: record.path,
      message: `${nameOf(record)} ${record.data.type} stands twice with one value; the other is of ${first?.path}`,
      fix: `ask for it in one place: ${publisherKindOf(record.publisher).identical?.happens ?? "a name server keeps one of the two"}`,
      rule: "RFC 2181 §5",
    })),
  );
}

/** A text that was pasted into the config with what no record should hold. */
function texts(records: readonly PlannedRecord[]): Finding[] {
  return records.flatMap(({ data, path }) =>
    data.type === "TXT" ? findingsAt(path, lintTxt(renderText(data.text, refLabel))) : [],
  );
}

/** A resolver that meets a CNAME looks no further at that name, so whatever else stands there is lost. */
function crowdedAliases(byName: Groups): Finding[] {
  return [...byName].flatMap(([name, records]): Finding[] => {
    const alias = records.find(({ data }) => data.type === "CNAME");
    if (alias === undefined) return [];
    const apex =
      zoneNameOf(alias.publisher) === name &&
      publisherKindOf(alias.publisher).flattensApex !== true;
    const others = records.filter((record) => record !== alias);
    return [
      ...(apex ? [apexAlias(alias, name)] : []),
      ...others.map(({ path, data }) => ({
        code: "cname-beside-records" as const,
        level: "error" as const,
        path,
        message: `its ${data.type} record stands at ${name} beside the CNAME of ${alias.path}`,
        fix: "a CNAME stands alone at its name: move one of the two to another name",
        rule: "RFC 1034 §3.6.2",
      })),
    ];
  });
}

/** Some answer for a CNAME at the apex with what it points to; others refuse the zone. */
function apexAlias({ path }: PlannedRecord, zone: string): Finding {
  return {
    code: "cname-at-apex",
    level: "error",
    path,
    message: `a CNAME at ${zone}, where the zone's own SOA and NS records stand`,
    fix: "publish the A records of its target there instead, or use a name below the zone",
    rule: "RFC 1034 §3.6.2",
  };
}

function singletons(records: readonly PlannedRecord[]): Finding[] {
  const firsts = new Map<string, { record: PlannedRecord; value: string }>();
  const findings: Finding[] = [];
  for (const record of records) {
    const kind = singletonOfRecord(record);
    if (kind === undefined) continue;
    const value = renderData(record, refLabel);
    const id = `${nameOf(record)} ${kind.title}`;
    const first = firsts.get(id);
    if (first === undefined) firsts.set(id, { record, value });
    // Two with one value are a duplicate, and said so.
    else if (first.value !== value) {
      findings.push({
        code: "record-kind-twice",
        level: "error",
        path: record.path,
        message: `a second ${kind.title} at ${nameOf(record)}; the other is of ${first.record.path}`,
        fix: "a name holds one: use another name for one of the two, or leave one out",
        rule: kind.rule,
      });
    }
  }
  return findings;
}

/** Where an MX or a PTR points: mail servers need not follow an alias, and some refuse one. */
function aliasedTargets(records: readonly PlannedRecord[], byName: Groups): Finding[] {
  return records.flatMap((record): Finding[] => {
    const { data, path } = record;
    if (data.type !== "MX" && data.type !== "PTR") return [];
    const target = data.type === "MX" ? data.exchange : data.host;
    const findings: Finding[] = [];
    for (const other of byName.get(target) ?? []) {
      if (other.data.type === "CNAME") {
        findings.push({
          code: "record-to-alias",
          level: "error",
          path,
          message: `its ${data.type} record points to ${target}, which is a CNAME (${other.path})`,
          fix: "point it to a host with an A record of its own",
          rule: data.type === "MX" ? "RFC 2181 §10.3" : "RFC 2181 §10.2",
        });
      }
      if (data.type === "MX" && other.data.type === "MX" && isNullMx(other.data)) {
        findings.push({
          code: "mx-to-null-mx",
          level: "warning",
          path,
          message: `mail to ${nameOf(record)} goes to ${target}, which has a null MX (${other.path})`,
          fix: "a name that never mails is hardly a mail host: use another host, or take the null MX away",
          rule: "RFC 7505 §3",
        });
      }
    }
    return findings;
  });
}

function mailExchanges(byName: Groups): Finding[] {
  return [...byName].flatMap(([name, records]) => {
    const mx: Mx[] = [];
    let path: string | undefined;
    for (const record of records) {
      if (record.data.type !== "MX") continue;
      mx.push(record.data);
      path ??= record.path;
    }
    if (path === undefined) return [];
    return findingsAt(path, lintMx(mx)).map((finding) => ({
      ...finding,
      message: `MX of ${name}: ${finding.message}`,
    }));
  });
}

/**
 * A wildcard answers only for names that do not exist: one record at `a.b` of `*.b`'s zone, and
 * `a.b` and everything below it have none of the wildcard's records (RFC 4592 §2.2.1, §3.3.1).
 */
function defeatedWildcards(byName: Groups): Finding[] {
  const parents = [...byName.keys()].flatMap((name) =>
    name.startsWith("*.") ? [name.slice(2)] : [],
  );
  return parents.flatMap((parent) => {
    const covered = [...byName.keys()].filter(
      (name) => name.endsWith(`.${parent}`) && !name.startsWith("*."),
    );
    const [first] = covered;
    const path = byName.get(`*.${parent}`)?.[0]?.path;
    if (first === undefined || path === undefined) return [];
    const more = covered.length === 1 ? "" : ` and ${covered.length - 1} more`;
    return [
      {
        code: "wildcard-gaps",
        level: "warning" as const,
        path,
        message: `*.${parent} does not answer for ${first}${more}, nor below: names that exist are not covered`,
        fix: "publish its records at those names too, where they are wanted",
        rule: "RFC 4592 §2.2.1",
      },
    ];
  });
}
