/**
 * What a deployment leaves for the next one, for other stacks and for other programs, in the form of
 * `core/state/outputs.ts`; and its lines for a person, which the engine prints after every run.
 */
import * as pulumi from "@pulumi/pulumi";
import { programHooks } from "../components/hooks/program-hooks.ts";
import type { MailHost } from "../components/mail-host.ts";
import type { Tenant } from "../components/tenant.ts";
import type { MailHostConfig } from "../core/config/schema.ts";
import { zoneNameOf } from "../core/publishers/publishers.ts";
import type { StackPlace } from "../core/state/deployed-stack.ts";
import {
  type LeftName,
  type MailHostDetails,
  type MailHostMemory,
  OUTPUTS_VERSION,
  type RecordOutput,
  type TenantDetails,
  type TenantMemory,
} from "../core/state/outputs.ts";
import { TYPES } from "../core/state/resources.ts";
import { addressLine, nextLine, recordLines } from "../core/state/summary-lines.ts";
import type { Plan, TenantStack } from "../core/tenant/plan.ts";
import {
  type PlannedRecord,
  type Ref,
  referencesOf,
  renderData,
  renderOwner,
} from "../core/tenant/record.ts";
import { mailHostStack } from "./mail-host-reference.ts";
import type { Preflight } from "./preflight.ts";
import { zoneIds } from "./zone-ids.ts";

/** A value of the contract while parts of it are still outputs. */
type WithInputs<T> =
  | pulumi.Input<T>
  | (T extends readonly (infer Entry)[]
      ? readonly WithInputs<Entry>[]
      : T extends object
        ? AsOutputs<T>
        : never);

type AsOutputs<T> = { [K in keyof T]: WithInputs<T[K]> };

/**
 * Holds what only programs read. It has no inputs, for the engine empties the outputs of a component whose
 * inputs have changed until they are registered anew, and a run that fails before that would forget them.
 */
class Deployment extends pulumi.ComponentResource {
  constructor(
    stack: string,
    details: AsOutputs<TenantDetails> | AsOutputs<MailHostDetails>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(TYPES.deployment, stack, {}, opts);
    this.registerOutputs({ ...details });
  }
}

/** Lines for a person, beside what is remembered. */
interface TenantLines {
  addresses: Record<string, string>;
  records: Record<string, string>;
  /** Where a web server must serve a file. */
  policyFiles?: string[];
  next: string;
}

/** Registers what a tenant's deployment leaves. Nothing secret: private keys never leave the config. */
export function tenantOutputs(
  stack: TenantStack,
  plan: Plan,
  tenant: Tenant,
  here: Pick<StackPlace, "stack"> & Partial<Omit<StackPlace, "stack">>,
  { leaves, toGo }: Preflight,
): AsOutputs<TenantMemory & TenantLines> {
  const mailHost = mailHostStack(stack.tenant);
  const addresses = Object.fromEntries(
    plan.addresses.flatMap(({ key, streams, release, retirement }) => {
      const address = tenant.addresses[key];
      if (address === undefined) return [];
      const { allocationId, publicIp, hostName, privateIp } = address;
      const { networkInterfaceId, associationId, reverseName, mayGoFrom } = address;
      const output = { allocationId, publicIp, hostName, privateIp, networkInterfaceId };
      const leaving = { release, retain: retirement?.how === "retain", mayGoFrom };
      return [[key, { ...output, reverseName, associationId, ...leaving, streams }] as const];
    }),
  );
  const { domain, streams, policyFiles } = plan;
  const { keep, registrations } = programHooks();
  const deployment = new Deployment(
    here.stack,
    {
      version: OUTPUTS_VERSION,
      addresses,
      streams,
      records: plan.records.map((record) => recordOutput(record, tenant)),
      zones: zoneIds(plan),
      policyFiles,
      ...(mailHost === undefined ? {} : { mailHost }),
    },
    // It hangs on nothing, so that a destroy that goes past refusals would forget it first of all.
    { hooks: { beforeDelete: [keep] } },
  );
  const whose = { component: tenant, tenant: plan.stack };
  registrations.add(TYPES.deployment, here.stack, deployment, whose);
  return {
    version: OUTPUTS_VERSION,
    kind: "tenant",
    ...here,
    domain,
    leaves: leftNames(plan, leaves, toGo),
    addresses: Object.fromEntries(
      Object.entries(addresses).map(([key, address]) => [
        key,
        pulumi.output(address).apply(addressLine),
      ]),
    ),
    records: recordLines(here.stack, plan.records.map(placeOf)),
    ...(policyFiles.length === 0 ? {} : { policyFiles: policyFiles.map(({ url }) => url) }),
    next: nextLine(here.stack),
  };
}

/** What stays at names when their records go: of the records that are wanted, and of those still to go. */
function leftNames(
  { records }: Plan,
  leaves: ReadonlyMap<string, string>,
  toGo: readonly LeftName[],
): Record<string, string> {
  const wanted = records.flatMap(({ key, publisher }): [string, string][] => {
    const left = leaves.get(key);
    return left === undefined || publisher.by !== "cloudflare" ? [] : [[key, left]];
  });
  const going = toGo.map((left): [string, string] => [left.key, left.leaves]);
  return Object.fromEntries([...wanted, ...going]);
}

/** Who publishes a record, where, and what it waits for. */
function placeOf({
  publisher,
  waitsFor,
}: PlannedRecord): Pick<RecordOutput, "publisher" | "zone" | "waitsFor"> {
  const zone = zoneNameOf(publisher);
  return {
    publisher: publisher.by,
    ...(zone === undefined ? {} : { zone }),
    ...(waitsFor === undefined ? {} : { waitsFor }),
  };
}

/** A record. What is not known of one, in a run with `--target`, hides none of the others. */
function recordOutput(record: PlannedRecord, tenant: Tenant): AsOutputs<RecordOutput> {
  const publicIps = Object.fromEntries(
    referencesOf(record).map((key) => [key, tenant.addresses[key]?.publicIp ?? ""]),
  );
  const rendered = pulumi.output(publicIps).apply((ips) => {
    const resolve = (ref: Ref) => ("address" in ref ? (ips[ref.address] ?? "") : "");
    return { name: renderOwner(record, resolve), value: renderData(record, resolve) };
  });
  return {
    key: record.key,
    name: rendered.name,
    type: record.data.type,
    value: rendered.value,
    ttl: record.ttl,
    ...placeOf(record),
  };
}

/** Registers what a mail host's deployment leaves. */
export function mailHostOutputs(
  host: MailHost,
  { subnet }: MailHostConfig,
  here: StackPlace,
): AsOutputs<MailHostMemory> {
  new Deployment(here.stack, {
    version: OUTPUTS_VERSION,
    subnet,
    networkInterfaces: host.networkInterfaces,
    securityGroupId: host.securityGroupId,
    ...(host.instanceId === undefined ? {} : { instanceId: host.instanceId }),
  });
  const primaries = Object.entries(host.networkInterfaces).map(([key, { primary }]) => [
    key,
    primary,
  ]);
  return {
    version: OUTPUTS_VERSION,
    kind: "mailHost",
    ...here,
    privateIps: host.privateIps,
    primaryIps: Object.fromEntries(primaries),
  };
}
