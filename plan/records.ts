/** The records of a tenant, one builder a purpose. Pure: a tenant in, wanted records out. */
import { dkimRecordOf } from "./dkim-key.ts";
import type { PlannedRecord, RecordData, Text } from "./record.ts";
import { text } from "./record.ts";
import type { OperatorConfig, TenantConfig } from "./schema.ts";

/** A record before it is known who publishes it. */
export type WantedRecord = Omit<PlannedRecord, "publisher" | "ttl">;

/** Where bounces of a stream come back: its own subdomain by default, so that SPF aligns with From (RFC 9989 §4.4). */
export function returnPathOf(stream: TenantConfig["streams"][string]): string {
  return stream.returnPath ?? `bounce.${stream.from}`;
}

/** The name of an address in DNS, PTR and HELO. */
export function hostNameOf(key: string, tenant: TenantConfig): string {
  return `${key}.${tenant.hostNames}`;
}

/** Entries of a keyed map in a fixed order, so that the order of the file changes nothing. */
export function ordered<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Every record that a tenant wants, in a fixed order. */
export function wantedRecords(tenant: TenantConfig, operator: OperatorConfig): WantedRecord[] {
  return [
    ...ordered(tenant.addresses).flatMap(([key]) => addressRecords(key, tenant)),
    ...spfRecords(tenant),
    ...ordered(tenant.streams).flatMap(([key]) => bounceRecords(key, tenant)),
    ...dkimRecords(tenant),
    dmarcRecord(tenant, operator),
  ];
}

/** A, PTR and the SPF record of the HELO name (RFC 7208 §2.3): all three by one host name, so FCrDNS holds. */
function addressRecords(key: string, tenant: TenantConfig): WantedRecord[] {
  const name = hostNameOf(key, tenant);
  const path = `sendips:tenant.addresses.${key}`;
  const address = { address: key };
  return [
    {
      key: `${key}-a`,
      name,
      data: { type: "A", address },
      path,
      why: `host name of address ${key}`,
    },
    {
      key: `${key}-ptr`,
      name: address,
      data: { type: "PTR", host: name },
      path,
      why: `reverse name of address ${key}: the same name as A and HELO (RFC 8601 iprev)`,
    },
    {
      key: `${key}-helo-spf`,
      name,
      data: txt(text`v=spf1 a -all`),
      path,
      why: `SPF of the HELO name, which is checked for bounces with an empty MAIL FROM (RFC 7208 §2.3, §2.4)`,
    },
  ];
}

interface Sender {
  pool: Set<string>;
  include: Set<string>;
  why: string[];
  path: string;
}

/** One SPF record a name (RFC 7208 §3.2), merged from everything that wants one there. */
function spfRecords(tenant: TenantConfig): WantedRecord[] {
  const senders = new Map<string, Sender>();
  const at = (name: string, path: string, why: string): Sender => {
    const sender = senders.get(name) ?? { pool: new Set(), include: new Set(), why: [], path };
    sender.why.push(why);
    senders.set(name, sender);
    return sender;
  };
  for (const [key, stream] of ordered(tenant.streams)) {
    const path = `sendips:tenant.streams.${key}`;
    const wanted: [string, string][] = [
      [
        returnPathOf(stream),
        `SPF of the return path of stream ${key}: what receivers check (RFC 7208 §2.4)`,
      ],
      [stream.from, `SPF of the From domain of stream ${key}: nobody else may send as it`],
    ];
    for (const [name, why] of wanted) {
      const { pool } = at(name, path, why);
      for (const address of stream.addresses) pool.add(address);
    }
  }
  if (tenant.spf !== undefined) {
    const sender = at(tenant.domain, "sendips:tenant.spf", "what the domain already sends through");
    for (const include of tenant.spf.include) sender.include.add(include);
  }
  return [...senders]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sender]) => ({
      key: `spf-${name}`,
      name,
      data: txt(spfText(sender, name === tenant.domain ? (tenant.spf?.all ?? "fail") : "fail")),
      path: sender.path,
      why: [...new Set(sender.why)].join("; "),
    }));
}

/** Addresses first: they cost no look-up, so the common case ends before any include (RFC 7208 §4.6.4). */
function spfText(sender: Sender, all: "fail" | "softfail"): Text {
  const terms = [...sender.pool].sort().map((address) => text`ip4:${{ address }} `);
  const includes = [...sender.include].map((include) => text`include:${include} `);
  return text`v=spf1 ${[...terms, ...includes].flat()}${all === "fail" ? "-all" : "~all"}`;
}

/** Bounces come back to the hosts that sent (RFC 5321 §4.5.5); equal preference spreads them. */
function bounceRecords(key: string, tenant: TenantConfig): WantedRecord[] {
  const stream = tenant.streams[key];
  if (stream === undefined) return [];
  const name = returnPathOf(stream);
  return [...new Set(stream.addresses)].sort().map((address) => ({
    key: `mx-${name}-${address}`,
    name,
    data: { type: "MX", preference: 10, exchange: hostNameOf(address, tenant) },
    path: `sendips:tenant.streams.${key}`,
    why: `bounces of stream ${key} come back to address ${address}`,
  }));
}

/** Each From domain carries the key itself, so that d= equals From and strict alignment holds too. */
function dkimRecords(tenant: TenantConfig): WantedRecord[] {
  const domains = [...new Set(Object.values(tenant.streams).map((stream) => stream.from))].sort();
  return ordered(tenant.dkim).flatMap(([selector, key]) => {
    const value = dkimRecordOf(key);
    if (value.record === undefined) return [];
    const content = value.record;
    return domains.map((domain) => ({
      key: `dkim-${selector}-${domain}`,
      name: `${selector}._domainkey.${domain}`,
      data: txt([content]),
      path: `sendips:tenant.dkim.${selector}`,
      why: `DKIM key of ${domain}, ${key.state} (RFC 6376 §3.6)`,
    }));
  });
}

function dmarcRecord(tenant: TenantConfig, operator: OperatorConfig): WantedRecord {
  const { policy, subdomainPolicy, reports = operator.reports } = tenant.dmarc;
  const tags = ["v=DMARC1", `p=${policy}`];
  if (subdomainPolicy !== undefined) tags.push(`sp=${subdomainPolicy}`);
  if (reports.length > 0) tags.push(`rua=${reports.join(",")}`);
  return {
    key: `dmarc-${tenant.domain}`,
    name: `_dmarc.${tenant.domain}`,
    data: txt([tags.join("; ")]),
    path: "sendips:tenant.dmarc",
    why: "DMARC of the organisational domain, which covers every From below it (RFC 9989 §4.10)",
  };
}

function txt(value: Text): RecordData {
  return { type: "TXT", text: value };
}
