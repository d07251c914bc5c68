/** What stands at the names of a plan, by its config: what a record of ours would break there. */

import { parseNullMx } from "../../../mail/mx/null-mx.ts";
import { isNullMx, parseMx } from "../../../mail/mx/record.ts";
import { saysTheSame } from "../../../mail/txt.ts";
import type { Finding } from "../../problem.ts";
import type { RecordContext } from "../context.ts";
import { DKIM_KEY } from "../dkim/purpose.ts";
import { DMARC_POLICY } from "../dmarc/purpose.ts";
import { type PlannedRecord, refLabel, renderData, singletonOfRecord } from "../record.ts";
import { FROM_SPF, REFUSING_SPF } from "../spf/purpose.ts";
import {
  type ExistingRecords,
  existingPath,
  existingRecordsAt,
  existingTextsOf,
  LISTED_TYPES,
} from "./existing-records.ts";

/** Every fault of a plan beside what `sendips:tenant.existing` says. */
export function checkExisting(context: RecordContext): Finding[] {
  const byName = new Map<string, PlannedRecord[]>();
  for (const record of context.records) {
    if (typeof record.name !== "string") continue;
    byName.set(record.name, [...(byName.get(record.name) ?? []), record]);
  }
  const found = [...byName].flatMap(([name, records]) => {
    const standing = existingRecordsAt(context.tenant, name);
    if (standing === undefined) return [];
    return [
      ...aliasConflicts(name, records, standing),
      ...exchanges(context, name, records, standing),
      ...hostConflicts(name, records, standing),
      ...texts(context, name, records),
    ];
  });
  return [...found, ...wildcardConflicts(context, byName)];
}

/**
 * A wildcard that stands answers only for names that do not exist: a record of ours at a name takes it, and
 * every name between it and the wildcard, out of it (RFC 4592 §2.2.1, §3.3.1).
 */
function wildcardConflicts(
  { tenant }: RecordContext,
  byName: ReadonlyMap<string, readonly PlannedRecord[]>,
): Finding[] {
  return Object.entries(tenant.existing.names).flatMap(([name, standing]): Finding[] => {
    const types = [...LISTED_TYPES.filter((type) => standing[type].length > 0)];
    if (!name.startsWith("*.") || (types.length === 0 && standing.CNAME === undefined)) return [];
    const parent = name.slice(2);
    // Names of services, such as _dmarc, are asked for by nobody but mail.
    const taken = new Set(
      [...byName.keys()]
        .filter((one) => one.endsWith(`.${parent}`) && !one.startsWith("*."))
        .map(
          (one) =>
            one
              .slice(0, -parent.length - 1)
              .split(".")
              .at(-1) ?? "",
        )
        .filter((label) => label !== "" && !label.startsWith("_")),
    );
    const free = [...taken]
      .map((label) => `${label}.${parent}`)
      .filter(
        (one) =>
          existingRecordsAt(tenant, one) === undefined || isEmpty(existingRecordsAt(tenant, one)),
      );
    const [first] = free;
    if (first === undefined) return [];
    const more = free.length === 1 ? "" : ` and ${free.length - 1} more`;
    const what = standing.CNAME === undefined ? types.join(", ") : "CNAME";
    return [
      {
        code: "existing-wildcard-ends",
        level: "warning",
        path: byName.get(first)?.[0]?.path ?? "sendips:tenant.existing",
        message: `${name} (${what}) answers for ${first}${more} today, and no more once a record of ours stands there or below`,
        fix: `publish what is needed of it at ${first} too, or use other names`,
        rule: "RFC 4592 §2.2.1",
      },
    ];
  });
}

function isEmpty(standing: ExistingRecords | undefined): boolean {
  return (
    standing?.CNAME === undefined &&
    LISTED_TYPES.every((type) => (standing?.[type] ?? []).length === 0)
  );
}

/** A CNAME stands alone: theirs beside ours, or ours beside theirs. */
function aliasConflicts(
  name: string,
  records: readonly PlannedRecord[],
  standing: ExistingRecords,
): Finding[] {
  const ours = records.find(({ data }) => data.type === "CNAME");
  if (standing.CNAME !== undefined) {
    const same = ours !== undefined && renderData(ours, refLabel) === absolute(standing.CNAME);
    if (same) return [];
    return records.slice(0, 1).map(({ path }) => ({
      code: "existing-cname",
      level: "error",
      path,
      message: `a CNAME to ${standing.CNAME} stands at ${name}, and nothing can stand beside it or in its place without taking it away from whoever serves it`,
      fix: records.some(({ purpose }) => purpose === DMARC_POLICY)
        ? "dmarc: keep leaves it as it is; or have it removed, and take it out of sendips:tenant.existing"
        : "another name; or have it removed, and take it out of sendips:tenant.existing",
      rule: "RFC 1034 §3.6.2",
    }));
  }
  if (ours === undefined) return [];
  const others = LISTED_TYPES.filter((type) => standing[type].length > 0);
  if (others.length === 0) return [];
  return [
    {
      code: "existing-beside-cname",
      level: "error",
      path: ours.path,
      message: `${others.join(" and ")} records stand at ${name}, and a CNAME stands alone: it would take them off the air`,
      fix: "another name, such as a return path that nothing else uses; or have them removed, and take them out of sendips:tenant.existing",
      rule: "RFC 1034 §3.6.2",
    },
  ];
}

function absolute(name: string): string {
  return `${name.toLowerCase().replace(/\.$/, "")}.`;
}

/** A name that takes mail keeps its MX: bounces go to a name of their own. */
function exchanges(
  { tenant }: RecordContext,
  name: string,
  records: readonly PlannedRecord[],
  standing: ExistingRecords,
): Finding[] {
  const ours = records.filter(({ data }) => data.type === "MX");
  const [first] = ours;
  if (first === undefined || standing.MX.length === 0) return [];
  const wanted = new Set(ours.map((record) => renderData(record, refLabel)));
  const existingMx = standing.MX.map(normalizedMx);
  if (existingMx.length === wanted.size && existingMx.every((mx) => wanted.has(mx))) return [];
  const parked = tenant.neverMails.includes(name);
  return [
    {
      code: "existing-mx",
      level: "error",
      path: first.path,
      message: `${name} takes mail today, at ${standing.MX.join(" and ")}: MX records of ours beside them would lead its mail astray`,
      fix: parked
        ? "remove it from neverMails; or have the MX removed, and take it out of sendips:tenant.existing"
        : `a return path of its own, such as bounce.${name}; or bounceMx as the MX that stands, where bounces are to go there`,
      rule: "RFC 5321 §5.1",
    },
  ];
}

function normalizedMx(value: string): string {
  const null_ = parseNullMx(value).value;
  const mx = null_ ?? parseMx(value).value;
  if (mx === undefined) return value;
  return isNullMx(mx) ? "0 ." : `${mx.preference} ${absolute(mx.exchange)}`;
}

/** A host name names one address. */
function hostConflicts(
  name: string,
  records: readonly PlannedRecord[],
  standing: ExistingRecords,
): Finding[] {
  const ours = records.find(({ data }) => data.type === "A");
  const existingIps = [...standing.A, ...standing.AAAA];
  if (ours === undefined || existingIps.length === 0) return [];
  return [
    {
      code: "existing-host",
      level: "error",
      path: ours.path,
      message: `${name} is a host already, at ${existingIps.join(" and ")}: an address of ours beside it makes of both a host that answers half the time`,
      fix: "another key or other hostNames; or have the record removed, and take it out of sendips:tenant.existing",
      rule: "RFC 8601 §2.7.3",
    },
  ];
}

/** Keys of others, and names that are said to mail never and do. SPF and DMARC are merged elsewhere. */
function texts(
  { tenant, streams }: RecordContext,
  name: string,
  records: readonly PlannedRecord[],
): Finding[] {
  return records.flatMap((record): Finding[] => {
    const { path, purpose } = record;
    const kind = singletonOfRecord(record);
    if (kind === undefined) return [];
    const ours = renderData(record, refLabel);
    const standing = existingTextsOf(tenant, name, kind);
    const other = standing.find(({ text }) => !saysTheSame(kind, text, ours));
    if (other === undefined) return [];
    const at = existingPath(name, "TXT");
    if (purpose === DKIM_KEY) {
      return [
        {
          code: "existing-dkim-key",
          level: "error",
          path,
          message: `another DKIM key stands at ${name}: mail that is signed with it would fail`,
          fix: "another selector; or have the key removed once nothing signs with it, and take it out of sendips:tenant.existing",
          rule: kind.rule,
        },
      ];
    }
    if (
      (purpose === REFUSING_SPF || purpose === FROM_SPF) &&
      tenant.neverMails.includes(name) &&
      !streams.some(({ returnPath }) => returnPath === name)
    ) {
      if (/^v=spf1\s+[-~]all$/i.test(other.text)) return [];
      return [
        {
          code: "existing-spf-sends",
          level: "error",
          path,
          message: `${name} publishes ${other.text}, by which somebody sends: v=spf1 -all in its place refuses that mail`,
          fix: "remove it from neverMails; or take the record out of sendips:tenant.existing once nobody sends",
          rule: "RFC 7208 §3.2",
        },
      ];
    }
    if (purpose?.merges === true) return [];
    return [
      {
        code: "existing-replaced",
        level: "warning",
        path,
        message: `the ${kind.title} of ${name} takes the place of the one that stands`,
        fix: `stands now: ${other.text} (${at}); see that nothing of it is missed`,
        rule: kind.rule,
      },
    ];
  });
}
