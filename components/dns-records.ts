/**
 * Records in Cloudflare. The only file that imports `@pulumi/cloudflare`, and the only place that
 * knows Cloudflare's quirks.
 */
import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import { getZone } from "@pulumi/cloudflare/getZone.js";
import * as pulumi from "@pulumi/pulumi";
import { quoteTxt } from "../plan/mail/txt.ts";
import { type PlannedRecord, referencesOf, renderText } from "../plan/record.ts";

/** The public IPv4 of each address, by key. */
export type PublicIps = Readonly<Record<string, pulumi.Input<string>>>;

/** Arguments of {@link DnsRecords}. */
export interface DnsRecordsArgs {
  /** The records to publish; those of other publishers than Cloudflare are left out. */
  records: readonly PlannedRecord[];
  /** What the references in the records stand for. */
  publicIps: PublicIps;
}

/**
 * The records of a plan that we publish.
 *
 * @example
 * ```ts
 * new DnsRecords("acme", { records: plan.records, publicIps: { tx1: eip.publicIp } });
 * ```
 */
export class DnsRecords extends pulumi.ComponentResource {
  /** The records by their plan key. */
  readonly records: Readonly<Record<string, DnsRecord>>;

  constructor(name: string, args: DnsRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sendips:components:DnsRecords", name, {}, opts);
    const records: Record<string, DnsRecord> = {};
    for (const record of args.records) {
      if (record.publisher.by !== "cloudflare") continue;
      records[record.key] = publish(`${name}-${record.key}`, record, args.publicIps, {
        parent: this,
      });
    }
    this.records = records;
    this.registerOutputs();
  }
}

/**
 * One record in Cloudflare.
 *
 * - The name is always sent as lower-case FQDN without a trailing dot: other spellings drift.
 * - TXT is sent quoted and in chunks: the API re-chunks anything else and plans then drift for ever
 *   (terraform-provider-cloudflare #6238, #6354).
 * - `proxied` is false: a proxied mail name resolves to Cloudflare instead of the address.
 *
 * @throws when the record's publisher is not Cloudflare: a fault of the caller.
 */
export function publish(
  name: string,
  record: PlannedRecord,
  publicIps: PublicIps,
  opts: pulumi.CustomResourceOptions,
): DnsRecord {
  if (record.publisher.by !== "cloudflare" || typeof record.name !== "string") {
    throw new Error(`record ${record.key} is not for Cloudflare`);
  }
  const { data } = record;
  return new DnsRecord(
    name,
    {
      zoneId: record.publisher.zoneId,
      name: record.name,
      type: data.type,
      ttl: record.ttl,
      proxied: false,
      content: contentOf(record, publicIps),
      ...(data.type === "MX" ? { priority: data.preference } : {}),
    },
    opts,
  );
}

function contentOf(record: PlannedRecord, publicIps: PublicIps): pulumi.Input<string> {
  const { data } = record;
  if (data.type === "MX") return data.exchange;
  if (data.type === "PTR") return data.host;
  const needed = referencesOf(record).map((key) => {
    const ip = publicIps[key];
    if (ip === undefined) throw new Error(`record ${record.key} needs address ${key}`);
    return [key, ip] as const;
  });
  return pulumi.output(Object.fromEntries(needed)).apply((known) => {
    const resolve = (key: string) => known[key] ?? "";
    return data.type === "A"
      ? resolve(data.address.address)
      : quoteTxt(renderText(data.text, resolve));
  });
}

/** What Cloudflare says of a zone. */
export interface ZoneFacts {
  name: string;
  /** The zone's own name servers, asked before a PTR is set. */
  nameServers: string[];
}

/** Looks a zone up. Fails when the token may not see it; the error is the provider's. */
export async function zoneFacts(zoneId: string, opts?: pulumi.InvokeOptions): Promise<ZoneFacts> {
  const zone = await getZone({ zoneId }, opts);
  return { name: zone.name, nameServers: zone.nameServers };
}
