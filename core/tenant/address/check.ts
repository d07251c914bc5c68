/** Faults between the parts of a tenant's config: private IPs, pools, host names. */

import { quotedExcerpt } from "../../../mail/finding.ts";
import { lintHostName, lintName } from "../../../mail/names.ts";
import { sortedEntries } from "../../maps.ts";
import { type Finding, findingsAt } from "../../problem.ts";
import { isCustomers } from "../../publishers/publishers.ts";
import { wayOutOf } from "../../retirement.ts";
import { hostNameOf, type TenantContext } from "../context.ts";
import { publisherOf } from "../zones.ts";
import { ONE_EACH, takenPrivateIps } from "./private-ips.ts";
import { checkRetirements } from "./retirement.ts";

/** Every fault of the addresses and of the streams that name them. */
export function checkAddresses(context: TenantContext): Finding[] {
  return [
    ...sharedPrivateIps(context),
    ...checkPools(context),
    ...checkRetirements(context),
    ...hostNames(context),
  ];
}

function sharedPrivateIps({ tenant }: TenantContext): Finding[] {
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { key, privateIp, path } of takenPrivateIps(tenant)) {
    const owner = owners.get(privateIp);
    if (owner === undefined) owners.set(privateIp, key);
    else {
      findings.push({
        code: "address-private-ip-twice",
        level: "error",
        path,
        message: `${privateIp} is already the private IP of address ${owner}`,
        fix: "a private IP carries one Elastic IP: give each address a private IP of its own",
        rule: ONE_EACH,
      });
    }
  }
  return findings;
}

function checkPools({ tenant }: TenantContext): Finding[] {
  const known = Object.keys(tenant.addresses);
  const used = new Set(Object.values(tenant.streams).flatMap(({ addresses }) => addresses));
  const findings: Finding[] = [];
  for (const [key, stream] of sortedEntries(tenant.streams)) {
    stream.addresses.forEach((address, index) => {
      if (known.includes(address)) return;
      findings.push({
        code: "stream-unknown-address",
        level: "error",
        path: `sendips:tenant.streams.${key}.addresses[${index}]`,
        message: `${quotedExcerpt(address)} is not an address of this tenant`,
        fix: `allowed: ${known.join(", ") || "none: the tenant has no addresses yet"}`,
      });
    });
  }
  // A tenant that has no streams yet is being set up; beside streams, an idle address is forgotten.
  for (const key of used.size === 0 ? [] : known.filter((key) => !used.has(key)).sort()) {
    const address = tenant.addresses[key];
    if (address !== undefined && wayOutOf(address) !== undefined) continue;
    findings.push({
      code: "address-unused",
      level: "warning",
      path: `sendips:tenant.addresses.${key}`,
      message: "no stream sends from it; it costs money, and cools down",
      fix: "add it to a stream's addresses, or release it",
    });
  }
  return findings;
}

function hostNames({ tenant, operator }: TenantContext): Finding[] {
  const findings: Finding[] = [];
  for (const [key] of sortedEntries(tenant.addresses)) {
    const name = hostNameOf(key, tenant);
    const path = `sendips:tenant.addresses.${key}`;
    findings.push(...findingsAt(path, lintName(name)), ...findingsAt(path, lintHostName(name)));
  }
  const publisher = publisherOf(tenant.hostNames ?? "", operator.zones);
  if (isCustomers(publisher) && !tenant.waitForCustomerRecords) {
    findings.push({
      code: "ptr-waits-for-customer",
      level: "warning",
      path: "sendips:tenant.hostNames",
      message: `the customer publishes ${publisher.zone}, so the PTRs are left out until the A records stand`,
      fix: "once the customer has published them, set sendips:tenant.waitForCustomerRecords to true; or put hostNames into a zone of yours",
      rule: "EC2: a PTR is accepted only once the A record resolves",
    });
  }
  return findings;
}
