/** Reads the names of a tenant where they are published: our zones by the publisher's API, others by DNS. */

import { type ZoneRecord, zoneRecordValue } from "../../core/guards/adoption.ts";
import {
  type ExistingRecords,
  LISTED_TYPES,
  noRecords,
} from "../../core/tenant/existing/existing-records.ts";
import {
  type NameReport,
  namesToRead,
  reportNames,
} from "../../core/tenant/existing/name-reports.ts";
import type { TenantStack } from "../../core/tenant/plan.ts";
import type { KnownAddresses } from "../../core/tenant/record.ts";
import { publisherOf } from "../../core/tenant/zones.ts";
import { cloudflareApi, hasAccess } from "../../dns/cloudflare.ts";
import { type NameReader, nameReader } from "../../dns/name-reader.ts";
import { messageOf } from "../engine/surroundings.ts";
import type { Project } from "../project/project.ts";
import { cloudflareAccessOf } from "./cloud-view.ts";

/** What was read, and how. */
export interface NamesRead {
  reports: NameReport[];
  /** Why names of our zones were asked of DNS instead, or not read; one line a reason. */
  notes: string[];
}

/** Asked of DNS at once. */
const PARALLEL = 12;

/** Reads every name that a tenant's plan touches. */
export async function readNames(
  project: Project,
  stack: TenantStack,
  { known, deployed }: { known: KnownAddresses; deployed: boolean },
): Promise<NamesRead> {
  const names = namesToRead(stack);
  const notes: string[] = [];
  const found = new Map<string, ExistingRecords | { failed: string }>();
  const ours = new Map<string, string[]>();
  const access = cloudflareAccessOf(project, stack.name);
  const asks = hasAccess(access);
  for (const name of names) {
    const publisher = publisherOf(name.replace(/^\*\./, ""), stack.operator.zones);
    if (publisher?.by === "cloudflare" && asks) {
      ours.set(publisher.zoneId, [...(ours.get(publisher.zoneId) ?? []), name]);
    }
  }
  if (ours.size > 0) {
    const cloudflare = await cloudflareApi(access);
    for (const [zoneId, some] of ours) {
      try {
        const records = await cloudflare.recordsAt(zoneId, some);
        for (const name of some) found.set(name, existingRecordsOf(records, name));
      } catch (error) {
        notes.push(`Cloudflare could not be asked for the zone ${zoneId}: ${messageOf(error)}`);
        for (const name of some) found.set(name, { failed: "Cloudflare did not answer" });
      }
    }
  }
  const rest = names.filter((name) => !found.has(name));
  if (rest.some((name) => publisherOf(name, stack.operator.zones)?.by === "cloudflare")) {
    notes.push(
      "there are no credentials for Cloudflare (CLOUDFLARE_API_TOKEN): names of our zones are asked of DNS",
    );
  }
  await readDns(nameReader(stack.operator.dns?.servers), rest, found);
  const sortedReadings = new Map(
    names.flatMap((name) => {
      const reading = found.get(name);
      return reading === undefined ? [] : [[name, reading] as const];
    }),
  );
  return { reports: reportNames(stack, sortedReadings, known, deployed), notes };
}

async function readDns(
  reader: NameReader,
  names: readonly string[],
  found: Map<string, ExistingRecords | { failed: string }>,
): Promise<void> {
  const queue = [...names];
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const reading = await reader.read(name);
      found.set(
        name,
        "standing" in reading ? await withoutWildcard(reader, name, reading.standing) : reading,
      );
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

/**
 * Without what a wildcard says at the name: it is not there, and no record of ours would stand beside it. A
 * name's own values that equal the wildcard's cannot be told from them, and then nothing is lost by either.
 */
async function withoutWildcard(
  reader: NameReader,
  name: string,
  standing: ExistingRecords,
): Promise<ExistingRecords> {
  const parent = name.slice(name.indexOf(".") + 1);
  if (name.startsWith("*.") || !parent.includes(".")) return standing;
  const wildcard = await reader.read(`*.${parent}`);
  if (!("standing" in wildcard)) return standing;
  const made = wildcard.standing;
  if (made.CNAME !== undefined) return made.CNAME === standing.CNAME ? noRecords() : standing;
  const own = { ...standing };
  for (const type of LISTED_TYPES) {
    if (made[type].join() === standing[type].join()) own[type] = [];
  }
  return own;
}

function existingRecordsOf(records: readonly ZoneRecord[], name: string): ExistingRecords {
  const standing = noRecords();
  for (const record of records) {
    if (record.name !== name) continue;
    const type = LISTED_TYPES.find((one) => one === record.type);
    if (record.type === "CNAME") standing.CNAME = record.content;
    else if (type !== undefined) standing[type].push(listedValue(record));
  }
  for (const type of LISTED_TYPES) standing[type].sort();
  return standing;
}

function listedValue(record: ZoneRecord): string {
  const value = zoneRecordValue(record);
  return record.type === "MX" && !/ \.$/.test(value) ? value.replace(/\.$/, "") : value;
}
