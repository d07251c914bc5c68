/** Stack outputs: everything that a later check needs, and what other stacks look up. */
import * as pulumi from "@pulumi/pulumi";
import type { MailHost } from "../components/mail-host.ts";
import type { Tenant } from "../components/tenant.ts";
import type { MailHostConfig } from "../core/config/schema.ts";
import { type CustomerPage, customerText } from "../core/render/customer/page.ts";
import type { Place } from "../core/state/deployed.ts";
import { type LeftName, OUTPUTS_VERSION } from "../core/state/outputs.ts";
import type { PolicyFile } from "../core/tenant/mta-sts/policy.ts";
import type { Plan, PlannedStream, TenantStack } from "../core/tenant/plan.ts";
import { type Ref, renderData, renderOwner } from "../core/tenant/record.ts";
import { mailHostStack } from "./mail-host-reference.ts";
import type { Preflight } from "./preflight.ts";
import { zoneIds } from "./zones.ts";

/** A deployed address. */
export interface AddressOutput {
  allocationId: string;
  publicIp: string;
  /** A, PTR and HELO. */
  hostName: string;
  privateIp: string;
  networkInterfaceId: string;
  associationId: string;
  /** Whether its PTR is set. */
  reverseName: boolean;
  /** Whether its release is asked for; what is deployed of it says the address's own tag. */
  release: boolean;
  /** Keys of the streams that send from it. */
  streams: string[];
}

/** A record as published or to be published. */
export interface RecordOutput {
  /** The plan's key. */
  key: string;
  /** FQDN; of a PTR, the public IPv4 whose reverse name it is. */
  name: string;
  type: string;
  /** In zone file form; TXT as one unquoted string. */
  value: string;
  /** Seconds. */
  ttl: number;
  publisher: "cloudflare" | "external" | "aws";
  /** The zone that holds it; absent for reverse names. */
  zone?: string;
  /** Absent where it is set; else what must happen before it is. */
  waitsFor?: string;
}

/** What of the page is an output: HTML and CSV hold nothing more, and `sendips plan --customer` prints them. */
export type CustomerRecordsOutput = Pick<CustomerPage, "markdown" | "zone">;

/** Outputs of a tenant's stack. */
export interface TenantOutputs extends Pick<Place, "stack">, Partial<Omit<Place, "stack">> {
  /** Of the outputs' form: {@link OUTPUTS_VERSION}. */
  version: number;
  kind: "tenant";
  domain: string;
  addresses: Record<string, AddressOutput>;
  streams: PlannedStream[];
  records: RecordOutput[];
  /** Names that get something back when their record goes. */
  leaves: LeftName[];
  /** The full name of the mail host's stack; absent where a network interface is named instead. */
  mailHost?: string;
  /** The Cloudflare zone id of each zone that it publishes in. */
  zones: Record<string, string>;
  /** Files that a web server must serve: MTA-STS. */
  policyFiles: PolicyFile[];
  /** What to hand to the customer, who publishes a zone of the tenant; absent when nobody needs to. */
  customerRecords?: CustomerRecordsOutput;
}

/** Outputs of a mail host's stack. */
export interface MailHostOutputs extends Place {
  /** Of the outputs' form: {@link OUTPUTS_VERSION}. */
  version: number;
  kind: "mailHost";
  subnet: string;
  networkInterfaces: Record<
    string,
    { id: string; privateIps: string[]; primary: string; release: boolean }
  >;
  /** The network interface of each private IP. */
  privateIps: Record<string, string>;
  securityGroupId: string;
  instanceId?: string;
}

type AsOutputs<T> = { [K in keyof T]: pulumi.Input<T[K]> };

/** The outputs of a tenant. Nothing secret: private keys never leave the config. */
export function tenantOutputs(
  stack: TenantStack,
  plan: Plan,
  tenant: Tenant,
  here: Pick<Place, "stack"> & Partial<Omit<Place, "stack">>,
  { leaves, toGo }: Preflight,
): AsOutputs<TenantOutputs> {
  const mailHost = mailHostStack(stack.tenant);
  const addresses = pulumi.output(
    Object.fromEntries(
      plan.addresses.flatMap(({ key, streams, release }) => {
        const address = tenant.addresses[key];
        if (address === undefined) return [];
        const { allocationId, publicIp, hostName, privateIp } = address;
        const { networkInterfaceId, associationId, reverseName } = address;
        const output = {
          allocationId,
          publicIp,
          hostName,
          privateIp,
          networkInterfaceId,
          reverseName,
        };
        return [[key, { ...output, associationId, release, streams }]];
      }),
    ),
  );
  const publicIps = pulumi.output(
    Object.fromEntries(
      Object.entries(tenant.addresses).map(([key, { publicIp }]) => [key, publicIp]),
    ),
  );
  const records = publicIps.apply((ips) => recordOutputs(plan, ips));
  const { domain, streams, policyFiles } = plan;
  const customer = plan.records.some(({ publisher }) => publisher.by === "external");
  return {
    version: OUTPUTS_VERSION,
    kind: "tenant",
    ...here,
    domain,
    addresses,
    streams,
    records,
    leaves: records.apply((all) => [...leftNames(all, leaves), ...toGo]),
    ...(mailHost === undefined ? {} : { mailHost }),
    zones: zoneIds(plan),
    policyFiles,
    ...(customer ? { customerRecords: publicIps.apply((ips) => pageOf(plan, ips)) } : {}),
  };
}

function pageOf(plan: Plan, publicIps: Readonly<Record<string, string>>): CustomerRecordsOutput {
  const markdown = customerText(plan, publicIps, "markdown");
  const zone = customerText(plan, publicIps, "bind");
  if (markdown === undefined || zone === undefined) {
    throw new Error("the plan holds no record for the customer");
  }
  return { markdown, zone };
}

function leftNames(
  records: readonly RecordOutput[],
  leaves: ReadonlyMap<string, string>,
): LeftName[] {
  return records.flatMap(({ key, name, type, value, publisher }) => {
    const left = leaves.get(key);
    if (left === undefined || publisher !== "cloudflare") return [];
    return [{ key, name, type, value, leaves: left }];
  });
}

function recordOutputs(plan: Plan, publicIps: Readonly<Record<string, string>>): RecordOutput[] {
  const resolve = (ref: Ref) => ("address" in ref ? (publicIps[ref.address] ?? "") : "");
  return plan.records.map((record) => ({
    key: record.key,
    name: renderOwner(record, resolve),
    type: record.data.type,
    value: renderData(record, resolve),
    ttl: record.ttl,
    publisher: record.publisher.by,
    ...(record.publisher.by === "aws" ? {} : { zone: record.publisher.zone }),
    ...(record.waitsFor === undefined ? {} : { waitsFor: record.waitsFor }),
  }));
}

/** The outputs of a mail host. */
export function mailHostOutputs(
  host: MailHost,
  { subnet }: MailHostConfig,
  here: Place,
): AsOutputs<MailHostOutputs> {
  return {
    version: OUTPUTS_VERSION,
    kind: "mailHost",
    ...here,
    subnet,
    networkInterfaces: pulumi.output(host.networkInterfaces),
    privateIps: pulumi.output(host.privateIps),
    securityGroupId: host.securityGroupId,
    ...(host.instanceId === undefined ? {} : { instanceId: host.instanceId }),
  };
}
