/** Mail hosts and the private IPs that tenants take on them. */

import { capacityOf } from "../host/instance-types.ts";
import { checkCapacity, checkPrimaryTaken } from "../host/mail-host.ts";
import { few, type Problem } from "../problem.ts";
import { ordered } from "../tenant/context.ts";
import { Claims, holder } from "./claims.ts";
import type { FleetMailHost, FleetTenant } from "./stack.ts";

const ONE_EACH = "EC2: one Elastic IP for each private IPv4";

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
      ...ofItsHost(tenant, byName),
      ...takenPrivateIps(tenant, taken),
    ]),
  ];
}

/** A mail host with its private IPs as a set: many tenants ask for theirs. */
class Host {
  readonly region: string | undefined;
  readonly privateIps: ReadonlySet<string>;

  constructor({ region, stack }: FleetMailHost) {
    this.region = region;
    const interfaces = Object.values(stack.mailHost.networkInterfaces);
    this.privateIps = new Set(interfaces.flatMap(({ privateIps }) => privateIps));
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
    Object.entries(stack.mailHost.networkInterfaces).flatMap(([key, { privateIps }]) =>
      privateIps.flatMap((ip, index): Problem[] => {
        const path = `sendips:mailHost.networkInterfaces.${key}.privateIps[${index}]`;
        const { subnet } = stack.mailHost;
        const other = claims.claim(`${subnet} ${ip}`, { stack: name, path });
        if (other === undefined) return [];
        const message = `${ip} in ${subnet} is already on the mail host ${holder(other)}`;
        const fix = "each private IP on one mail host: take a free one of the subnet";
        return [
          { code: "mail-host-private-ip-taken", level: "error", stack: name, path, message, fix },
        ];
      }),
    ),
  );
}

/** Hosts whose primary private IP carries a tenant's address for certain. */
function takenPrimaries(
  tenants: readonly FleetTenant[],
  hosts: readonly FleetMailHost[],
): Problem[] {
  const taken = new Set(
    tenants.flatMap(({ stack }) => {
      const { mailHost, addresses } = stack.tenant;
      return Object.values(addresses)
        .filter(({ release }) => !release)
        .map(({ privateIp }) => `${mailHost?.stack ?? ""} ${privateIp}`);
    }),
  );
  return hosts.flatMap(({ name, stack }) =>
    checkPrimaryTaken(stack.mailHost, (ip) => taken.has(`${name} ${ip}`)).map((finding) => ({
      ...finding,
      stack: name,
    })),
  );
}

/** The mail host must exist, be in the tenant's Region, and list the private IPs. */
function ofItsHost(
  { name, region, stack }: FleetTenant,
  hosts: ReadonlyMap<string, Host>,
): Problem[] {
  const hostName = stack.tenant.mailHost?.stack;
  if (hostName === undefined) return [];
  const path = "sendips:tenant.mailHost.stack";
  const host = hosts.get(hostName);
  if (host === undefined) {
    const message = `no stack ${hostName} with sendips:mailHost is among the stacks`;
    const fix = `mail hosts: ${few([...hosts.keys()])}; or add stacks/Pulumi.${hostName}.yaml`;
    return [{ code: "mail-host-unknown", level: "error", stack: name, path, message, fix }];
  }
  if (region !== undefined && host.region !== undefined && host.region !== region) {
    const message = `the mail host ${hostName} is in ${host.region}, the tenant in ${region}`;
    const fix =
      "an Elastic IP serves its own Region: one aws:region for both, or another mail host";
    return [{ code: "mail-host-other-region", level: "error", stack: name, path, message, fix }];
  }
  return ordered(stack.tenant.addresses)
    .filter(([, { privateIp }]) => !host.privateIps.has(privateIp))
    .map(([key, { privateIp }]) => ({
      code: "address-private-ip-unknown",
      level: "error",
      stack: name,
      path: `sendips:tenant.addresses.${key}.privateIp`,
      message: `the mail host ${hostName} lists no private IP ${privateIp}`,
      fix: `allowed: ${few([...host.privateIps])}; or add it to sendips:mailHost.networkInterfaces of ${hostName}`,
    }));
}

function takenPrivateIps({ name, region, stack }: FleetTenant, taken: Claims): Problem[] {
  const { mailHost, addresses } = stack.tenant;
  const host = mailHost?.stack ?? mailHost?.networkInterface ?? "";
  return ordered(addresses).flatMap(([key, { privateIp }]): Problem[] => {
    const path = `sendips:tenant.addresses.${key}.privateIp`;
    // Names of stacks are unique; interface ids only within a Region.
    const place = mailHost?.stack === undefined ? `${region ?? ""} ${host}` : host;
    const other = taken.claim(`${place} ${privateIp}`, { stack: name, path });
    if (other === undefined) return [];
    const message = `${privateIp} on ${host} already carries an address of ${holder(other)}`;
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
