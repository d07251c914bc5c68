/** Mail hosts and the private IPs that tenants take on them. */

import { capacityOf } from "../host/instance-types.ts";
import { checkCapacity } from "../host/mail-host.ts";
import { checkPrimaryTaken, hostOf, hostPrivateIps } from "../host/private-ips.ts";
import { type Problem, shortList } from "../problem.ts";
import { ONE_EACH, takenPrivateIps } from "../tenant/address/private-ips.ts";
import { Claims, claimText } from "./claims.ts";
import type { FleetMailHost, FleetTenant } from "./stack.ts";

/** Faults of mail hosts, and of tenants against them and each other. */
export function hostConflicts(
  tenants: readonly FleetTenant[],
  hosts: readonly FleetMailHost[],
): Problem[] {
  const byName = new Map(hosts.map((host) => [host.name, new Host(host)]));
  const taken = new Claims();
  return [
    ...hosts.flatMap(overCapacity),
    ...sharedSubnets(hosts),
    ...takenPrimaries(tenants, hosts),
    ...tenants.flatMap((tenant) => [
      ...hostMismatches(tenant, byName),
      ...doublyBoundIps(tenant, taken),
    ]),
  ];
}

/** A mail host with its private IPs as a set: many tenants ask for theirs. */
class Host {
  readonly region: string | undefined;
  readonly privateIps: ReadonlySet<string>;

  constructor({ region, stack }: FleetMailHost) {
    this.region = region;
    this.privateIps = new Set(hostPrivateIps(stack.mailHost).map(({ privateIp }) => privateIp));
  }
}

function overCapacity({ name, stack }: FleetMailHost): Problem[] {
  const { mailHost } = stack;
  const capacity = capacityOf(mailHost.instanceType);
  if (capacity === undefined) {
    return [
      {
        code: "mail-host-capacity-unknown",
        level: "warning",
        stack: name,
        path: "sendips:mailHost.instanceType",
        message: `sendips has no numbers for ${mailHost.instanceType}, so whether it carries its private IPs is not checked here`,
        fix: "nothing to do: the deployment asks EC2 before it creates anything",
      },
    ];
  }
  return checkCapacity(mailHost, capacity).map((finding) => ({
    ...finding,
    stack: name,
    rule: "EC2: IP addresses per network interface",
  }));
}

/** A subnet has each of its addresses once. */
function sharedSubnets(hosts: readonly FleetMailHost[]): Problem[] {
  const claims = new Claims();
  return hosts.flatMap(({ name, stack }) =>
    hostPrivateIps(stack.mailHost).flatMap(({ privateIp, path }): Problem[] => {
      const { subnet } = stack.mailHost;
      const other = claims.claim(`${subnet} ${privateIp}`, { stack: name, path });
      if (other === undefined) return [];
      const message = `${privateIp} in ${subnet} is already on the mail host ${claimText(other)}`;
      const fix = "each private IP on one mail host: take a free one of the subnet";
      return [
        { code: "mail-host-private-ip-taken", level: "error", stack: name, path, message, fix },
      ];
    }),
  );
}

/** Hosts whose primary private IP carries a tenant's address for certain. */
function takenPrimaries(
  tenants: readonly FleetTenant[],
  hosts: readonly FleetMailHost[],
): Problem[] {
  const taken = new Set(
    tenants.flatMap(({ stack }) =>
      takenPrivateIps(stack.tenant)
        .filter(({ leaves }) => !leaves)
        .map(({ privateIp }) => `${stack.tenant.mailHost?.stack ?? ""} ${privateIp}`),
    ),
  );
  return hosts.flatMap(({ name, stack }) =>
    checkPrimaryTaken(stack.mailHost, (ip) => taken.has(`${name} ${ip}`)).map((finding) => ({
      ...finding,
      stack: name,
    })),
  );
}

/** The mail host must exist, be in the tenant's Region, and list the private IPs. */
function hostMismatches(
  { name, region, stack }: FleetTenant,
  hosts: ReadonlyMap<string, Host>,
): Problem[] {
  const hostName = stack.tenant.mailHost?.stack;
  if (hostName === undefined) return [];
  const path = "sendips:tenant.mailHost.stack";
  const host = hosts.get(hostName);
  if (host === undefined) {
    const message = `no stack ${hostName} with sendips:mailHost is among the stacks`;
    const fix = `mail hosts: ${shortList([...hosts.keys()])}; or add stacks/Pulumi.${hostName}.yaml`;
    return [{ code: "mail-host-unknown", level: "error", stack: name, path, message, fix }];
  }
  if (region !== undefined && host.region !== undefined && host.region !== region) {
    const message = `the mail host ${hostName} is in ${host.region}, the tenant in ${region}`;
    const fix =
      "an Elastic IP serves its own Region: one aws:region for both, or another mail host";
    return [{ code: "mail-host-other-region", level: "error", stack: name, path, message, fix }];
  }
  return takenPrivateIps(stack.tenant)
    .filter(({ privateIp }) => !host.privateIps.has(privateIp))
    .map(({ privateIp, path }) => ({
      code: "address-private-ip-unknown",
      level: "error",
      stack: name,
      path,
      message: `the mail host ${hostName} lists no private IP ${privateIp}`,
      fix: `allowed: ${shortList([...host.privateIps])}; or add it to sendips:mailHost.networkInterfaces of ${hostName}`,
    }));
}

/** A private IP carries one Elastic IP, whichever tenant's it is. */
function doublyBoundIps({ name, region, stack }: FleetTenant, taken: Claims): Problem[] {
  const host = hostOf(stack.tenant);
  // Names of stacks are unique; interface ids only within a Region.
  const isStack = stack.tenant.mailHost?.stack !== undefined;
  const place = isStack ? host : `${region ?? ""} ${host}`;
  return takenPrivateIps(stack.tenant).flatMap(({ privateIp, path }): Problem[] => {
    const other = taken.claim(`${place} ${privateIp}`, { stack: name, path });
    if (other === undefined) return [];
    const message = `${privateIp} on ${host} already carries an address of ${claimText(other)}`;
    const fix = "a private IP carries one Elastic IP: take one that no tenant uses";
    return [
      {
        code: "address-private-ip-taken",
        level: "error",
        stack: name,
        path,
        message,
        fix,
        rule: ONE_EACH,
      },
    ];
  });
}
