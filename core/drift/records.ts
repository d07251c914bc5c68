/** Records: published as planned, in their zone as deployed, and answered by DNS? */
import { saysTheSame } from "../../mail/txt.ts";
import { knownParts, type ZoneRecord, zoneRecordValue } from "../guards/adoption.ts";
import { fromCloudflare } from "../publishers/cloudflare.ts";
import { isOurs } from "../publishers/publishers.ts";
import type { StateRecord } from "../state/resources.ts";
import { isAnswered, type PlannedRecord, singletonOfRecord } from "../tenant/record.ts";
import type { Drift, DriftContext } from "./difference.ts";

/** The differences of records that we publish. */
export function recordDrift(context: DriftContext): Drift[] {
  const { plan, deployed } = context;
  const byKey = new Map(
    deployed.records.flatMap((held) => (held.key === undefined ? [] : [[held.key, held] as const])),
  );
  const wanted = plan.records.filter(({ publisher }) => isOurs(publisher));
  const keys = new Set(wanted.map(({ key }) => key));
  const left = deployed.records.filter(({ key }) => key === undefined || !keys.has(key));
  return [
    ...wanted.flatMap((record) => plannedDrift(context, record, byKey.get(record.key))),
    ...left.map((held) => ({
      code: "drift-not-applied" as const,
      level: "warning" as const,
      path: "sendips:tenant",
      message: `the ${held.type} record of ${held.name} is deployed, and the config wants it no more`,
      fix: "deploy",
      repair: {},
    })),
  ];
}

function plannedDrift(
  context: DriftContext,
  record: PlannedRecord,
  held: StateRecord | undefined,
): Drift[] {
  const { path, data } = record;
  const wanted = wantedOf(context, record);
  const what = `the ${data.type} record of ${wanted.name ?? "a name that holds an address"}`;
  if (held === undefined) {
    return [
      {
        ...{ code: "drift-not-applied", level: "warning", path },
        message: `${what} was never deployed`,
        fix: "deploy",
        repair: {},
      },
    ];
  }
  const deployedValue = context.deployed.outputs.records.find(
    ({ key }) => key === record.key,
  )?.value;
  const says = (value: string) =>
    saysTheSame(singletonOfRecord(record), value, wanted.value ?? value);
  if (
    held.name !== (wanted.name ?? held.name) ||
    (deployedValue !== undefined && !says(deployedValue))
  ) {
    return [
      {
        ...{ code: "drift-not-applied", level: "warning", path },
        message: `${what} is deployed as ${held.name} ${deployedValue ?? ""}, and the config wants ${wanted.value ?? "another value"}`,
        fix: "deploy",
        repair: {},
      },
    ];
  }
  return standingDrift(context, record, held, deployedValue ?? stateValue(held));
}

/** Whether it stands in its zone as deployed, and DNS answers so. */
function standingDrift(
  { view, deployed }: DriftContext,
  record: PlannedRecord,
  held: StateRecord,
  value: string,
): Drift[] {
  const { path } = record;
  const what = `the ${held.type} record of ${held.name}`;
  const zone = view.zones.get(held.zoneId);
  if (zone === undefined) return [];
  if ("failed" in zone) {
    return [
      {
        ...{ code: "drift-unknown", level: "warning", path },
        message: `Cloudflare cannot be asked for ${what}: ${zone.failed}`,
        fix: "CLOUDFLARE_API_TOKEN with Zone: Read and DNS: Read on the zone",
      },
    ];
  }
  const there = zone.found.filter(({ name, type }) => name === held.name && type === held.type);
  const kind = singletonOfRecord(record);
  const its = there.find((one) => saysTheSame(kind, zoneRecordValue(one), value));
  if (its === undefined) {
    const ours = new Set(
      deployed.records
        .filter(({ name, type }) => name === held.name && type === held.type)
        .map(stateValue),
    );
    const others = there.filter(
      (one) =>
        !ours.has(zoneRecordValue(one)) &&
        (kind === undefined ? held.type !== "TXT" : kind.begins.test(zoneRecordValue(one))),
    );
    return [
      others.length === 0
        ? {
            ...{ code: "drift-gone", level: "error", path },
            message: `${what} is gone from its zone; deployed was ${value}`,
            fix: "deploy with --refresh, which publishes it again",
            repair: { refresh: true },
          }
        : {
            ...{ code: "drift-changed", level: "error", path },
            message: `${what} was ${value}, and is ${others.map(zoneRecordValue).join("; ")}`,
            fix: "deploy with --refresh, which publishes what the config says; or have the config say what was meant",
            repair: { refresh: true },
          },
    ];
  }
  return [
    ...formDrift(path, what, record, its),
    ...dnsDrift(view.dns, path, what, held, value, record),
  ];
}

function formDrift(path: string, what: string, { ttl }: PlannedRecord, its: ZoneRecord): Drift[] {
  // Cloudflare decides the TTL of what it proxies.
  const changes = its.proxied
    ? ["is proxied, and so answers with Cloudflare's own addresses"]
    : its.ttl === ttl
      ? []
      : [`has a TTL of ${its.ttl}, and the config wants ${ttl}`];
  return changes.map((change) => ({
    ...{ code: "drift-changed", level: "error", path },
    message: `${what} ${change}`,
    fix: "deploy with --refresh, which sets it back",
    repair: { refresh: true },
  }));
}

function dnsDrift(
  dns: DriftContext["view"]["dns"],
  path: string,
  what: string,
  { name, type }: StateRecord,
  value: string,
  record: PlannedRecord,
): Drift[] {
  const asked = dns(name, type);
  if (asked === undefined) return [];
  if ("failed" in asked) {
    return [
      {
        ...{ code: "drift-unknown", level: "warning", path },
        message: `DNS cannot be asked for ${what}: ${asked.failed}`,
        fix: "ask again later",
      },
    ];
  }
  if (isAnswered(record, value, asked.found)) return [];
  return [
    {
      ...{ code: "drift-not-visible", level: "warning", path },
      message: `${what} stands in its zone, and DNS answers ${asked.found.join("; ") || "that there is none"}`,
      fix: "wait a minute; if it stays so, the zone is not delegated to Cloudflare's name servers",
    },
  ];
}

/** What the plan says of a record, as far as it is known. */
function wantedOf(
  { deployed }: DriftContext,
  record: PlannedRecord,
): { name?: string; value?: string } {
  return knownParts(
    record,
    (key) => deployed.addresses.find((address) => address.key === key)?.publicIp,
  );
}

function stateValue({ type, content = "" }: StateRecord): string {
  return fromCloudflare(type, content);
}
