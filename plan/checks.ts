/** What the schema cannot see: faults between parts of a tenant's config. */
import type { Stack } from "./config.ts";
import { dkimRecordOf } from "./dkim-key.ts";
import { isHostName } from "./fields.ts";
import type { Finding } from "./problem.ts";
import { hostNameOf, ordered, wantedRecords } from "./records.ts";
import type { TenantConfig } from "./schema.ts";
import { publisherOf } from "./zones.ts";

type TenantStack = Extract<Stack, { kind: "tenant" }>;

/** Every finding of a tenant that its config alone shows. */
export function checkTenant(stack: TenantStack): Finding[] {
  const { tenant } = stack;
  return [
    ...sharedPrivateIps(tenant),
    ...pools(tenant),
    ...hostNames(stack),
    ...dkimKeys(tenant),
    ...unknownZones(stack),
  ];
}

function sharedPrivateIps(tenant: TenantConfig): Finding[] {
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [key, { privateIp }] of ordered(tenant.addresses)) {
    const owner = owners.get(privateIp);
    if (owner === undefined) owners.set(privateIp, key);
    else {
      findings.push({
        level: "error",
        path: `sendips:tenant.addresses.${key}.privateIp`,
        message: `${privateIp} is already the private IP of address ${owner}`,
        fix: "a private IP carries one Elastic IP: give each address a private IP of its own",
      });
    }
  }
  return findings;
}

function pools(tenant: TenantConfig): Finding[] {
  const known = Object.keys(tenant.addresses);
  const findings: Finding[] = [];
  for (const [key, stream] of ordered(tenant.streams)) {
    stream.addresses.forEach((address, index) => {
      if (known.includes(address)) return;
      findings.push({
        level: "error",
        path: `sendips:tenant.streams.${key}.addresses[${index}]`,
        message: `"${address}" is not an address of this tenant`,
        fix: `allowed: ${known.join(", ") || "none: the tenant has no addresses yet"}`,
      });
    });
  }
  return findings;
}

function hostNames({ tenant, operator }: TenantStack): Finding[] {
  const findings: Finding[] = [];
  for (const [key] of ordered(tenant.addresses)) {
    const name = hostNameOf(key, tenant);
    if (!isHostName(name)) {
      findings.push({
        level: "error",
        path: `sendips:tenant.addresses.${key}`,
        message: `its host name ${name} is too long`,
        fix: "at most 253 characters in all: shorten the key or sendips:tenant.hostNames",
        rule: "RFC 1035 §2.3.4",
      });
    }
  }
  const publisher = publisherOf(tenant.hostNames, operator.zones);
  if (publisher?.by === "external" && !tenant.waitForCustomerRecords) {
    findings.push({
      level: "warning",
      path: "sendips:tenant.hostNames",
      message: `the customer publishes ${publisher.zone}, so the PTRs are left out until the A records stand`,
      fix: "once the customer has published them, set sendips:tenant.waitForCustomerRecords to true; or put hostNames into a zone of yours",
      rule: "EC2: a PTR is accepted only once the A record resolves",
    });
  }
  return findings;
}

function dkimKeys(tenant: TenantConfig): Finding[] {
  return ordered(tenant.dkim).flatMap(([selector, key]) =>
    dkimRecordOf(key).findings.map((finding) => ({
      ...finding,
      path: `sendips:tenant.dkim.${selector}${finding.path}`,
    })),
  );
}

function unknownZones({ tenant, operator }: TenantStack): Finding[] {
  const zones = Object.keys(operator.zones).sort().join(", ") || "none yet";
  const seen = new Set<string>();
  return wantedRecords(tenant, operator).flatMap((record) => {
    const { name } = record;
    if (typeof name !== "string" || seen.has(name) || publisherOf(name, operator.zones)) return [];
    seen.add(name);
    return [
      {
        level: "error" as const,
        path: record.path,
        message: `${name} is in no zone that sendips knows`,
        fix: `known zones: ${zones}; add its zone to sendips:zones in Pulumi.yaml, as {cloudflare: <zone id>} or external`,
      },
    ];
  });
}
