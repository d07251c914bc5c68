/**
 * A tenant published in a sandbox, through Amazon's and Cloudflare's own clients, as a deployment
 * would have it in the end; and what others publish that its mail depends on.
 */
import { createHash } from "node:crypto";
import { AllocateAddressCommand, ModifyAddressAttributeCommand } from "@aws-sdk/client-ec2";
import type { Cloudflare } from "cloudflare";
import type { RecordCreateParams } from "cloudflare/resources/dns/records";
import { type PlannedRecord, type Ref, renderOwner, renderText } from "../../core/tenant/record.ts";
import { existingSpf } from "../../core/tenant/spf/existing-spf.ts";
import { publisherOf } from "../../core/tenant/zones.ts";
import { reportHost } from "../../mail/report-uri.ts";
import { singletonOf } from "../../mail/singletons.ts";
import { pastedTxt, quoteTxt } from "../../mail/txt.ts";
import type { ZoneSeed } from "../../sandbox/seed.ts";
import { ec2For, need } from "../contract/aws.ts";
import { cloudflareFor } from "../contract/cloudflare.ts";
import { sandboxForTest, type TestSandbox } from "../contract/support.ts";
import type { Tenant } from "./tenant.ts";

/** Longer than any delay of the sandbox. */
const LONG_ENOUGH = 7_200_000;

/** A tenant whose records are visible in DNS. */
export interface PublishedTenant {
  sandbox: TestSandbox;
  /** The public IPv4 of each address, by key. */
  ips: ReadonlyMap<string, string>;
  /** The tenant's TXT records as they are published. */
  texts: { name: string; text: string }[];
}

/** A record by its zone's name, for the client. */
interface Publication {
  zone: string;
  body: DistributiveOmit<RecordCreateParams, "zone_id">;
}
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Publishes everything, PTRs last, and waits on the sandbox's clock until all of it is visible. */
export async function publish(tenant: Tenant): Promise<PublishedTenant> {
  const { plan, operator } = tenant;
  const others = othersRecords(tenant);
  const zones = zonesOf(operator.zones, others);
  const sandbox = await sandboxForTest({ zones, eipQuota: plan.addresses.length });
  const ec2 = ec2For(sandbox);
  const addresses = new Map<string, { AllocationId: string; PublicIp: string }>();
  for (const { key, publicIpv4Pool: PublicIpv4Pool } of plan.addresses) {
    const asked = new AllocateAddressCommand({ Domain: "vpc", PublicIpv4Pool });
    const { AllocationId, PublicIp } = await ec2.send(asked);
    addresses.set(key, { AllocationId: need(AllocationId), PublicIp: need(PublicIp) });
  }
  const resolve = (ref: Ref): string => {
    if ("dkimKey" in ref) throw new Error(`the key of ${ref.dkimKey} is not known`);
    return need(addresses.get(ref.address)).PublicIp;
  };

  const own = plan.records.flatMap((record) => publicationOf(record, resolve) ?? []);
  const client = cloudflareFor(sandbox);
  for (const { zone, body } of [...others, ...own]) await create(client, zones, zone, body);
  await sandbox.advance(LONG_ENOUGH);
  for (const { key, hostName } of plan.addresses) {
    const { AllocationId } = need(addresses.get(key));
    await ec2.send(new ModifyAddressAttributeCommand({ AllocationId, DomainName: hostName }));
  }
  await sandbox.advance(LONG_ENOUGH);

  const texts = plan.records.flatMap(({ name, data }) =>
    data.type === "TXT" && typeof name === "string"
      ? [{ name, text: renderText(data.text, resolve) }]
      : [],
  );
  const ips = new Map([...addresses].map(([key, { PublicIp }]) => [key, PublicIp]));
  return { sandbox, ips, texts };
}

/** What others publish: the SPF records that ours include, and mail hosts where reports go. */
function othersRecords({ plan, operator, tenant }: Tenant): Publication[] {
  const spf = Object.entries(operator.spfSnapshot).map(
    ([name, text]): Publication => ({
      zone: name,
      body: { type: "TXT", name, content: quoteTxt(text), ttl: 300 },
    }),
  );
  const kinds = new Set(
    plan.records.flatMap(({ name, data }) =>
      data.type === "TXT" ? [`${String(name)} ${singletonOf(String(data.text[0]))?.title}`] : [],
    ),
  );
  // What a record of ours takes the place of is gone; what it leaves alone stands.
  const own = existingSpf(tenant, tenant.domain).map(({ text }) => text);
  const names = { [tenant.domain]: { TXT: [] }, ...tenant.existing.names };
  const standing = Object.entries(names).flatMap(([name, { TXT }]) => {
    const publisher = publisherOf(name, operator.zones);
    const zone = publisher === undefined || publisher.by === "aws" ? undefined : publisher.zone;
    const texts = new Set([...TXT.map(pastedTxt), ...(name === tenant.domain ? own : [])]);
    return [...texts].flatMap((text): Publication[] =>
      zone === undefined || kinds.has(`${name} ${singletonOf(text)?.title}`)
        ? []
        : [{ zone, body: { type: "TXT", name, content: quoteTxt(text), ttl: 300 } }],
    );
  });
  const { reports = operator.reports, failureReports } = tenant.dmarc;
  const hosts = new Set([...reports, ...failureReports].flatMap((uri) => reportHost(uri) ?? []));
  const taken = new Set(plan.records.map(({ name, data }) => data.type === "MX" && name));
  const mailboxes = [...hosts].filter((host) => !taken.has(host));
  return [
    ...spf,
    ...standing,
    ...mailboxes.map(
      (name): Publication => ({
        zone: name,
        body: { type: "MX", name, content: `mx.${name}`, priority: 10, ttl: 300 },
      }),
    ),
  ];
}

/**
 * The zones of the operator's list, the customers' too: here the test is the customer. And the
 * registries' zones above them, which say what does not exist: a DMARC tree walk asks them too.
 */
function zonesOf(own: Tenant["operator"]["zones"], others: readonly Publication[]): ZoneSeed[] {
  const names = new Set([...Object.keys(own), ...others.map(({ zone }) => zone)]);
  const above = [...names].map((name) => name.slice(name.lastIndexOf(".") + 1));
  return [...new Set([...names, ...above])].map((name) => {
    const zone = own[name];
    const made = createHash("sha256").update(name).digest("hex").slice(0, 32);
    return { name, id: typeof zone === "object" ? zone.cloudflare : made };
  });
}

/** Undefined for PTRs, which EC2 publishes. */
function publicationOf(
  record: PlannedRecord,
  resolve: (ref: Ref) => string,
): Publication | undefined {
  const { data, publisher, ttl } = record;
  if (publisher.by === "aws") return undefined;
  const common = { name: renderOwner(record, resolve), ttl };
  const body = (): Publication["body"] => {
    switch (data.type) {
      case "A": {
        const content = typeof data.address === "string" ? data.address : resolve(data.address);
        return { ...common, type: "A", content };
      }
      case "PTR":
        return { ...common, type: "PTR", content: data.host };
      case "CNAME":
        return { ...common, type: "CNAME", content: data.target };
      case "MX":
        return {
          ...common,
          type: "MX",
          content: data.exchange === "" ? "." : data.exchange,
          priority: data.preference,
        };
      case "CAA":
        return {
          ...common,
          type: "CAA",
          data: { flags: data.flags, tag: data.tag, value: data.value },
        };
      case "TXT":
        return { ...common, type: "TXT", content: quoteTxt(renderText(data.text, resolve)) };
    }
  };
  return { zone: publisher.zone, body: body() };
}

async function create(
  client: Cloudflare,
  zones: readonly ZoneSeed[],
  name: string,
  body: Publication["body"],
): Promise<void> {
  const { id } = need(zones.find((zone) => zone.name === name));
  await client.dns.records.create({ ...body, zone_id: id });
}
