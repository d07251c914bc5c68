/** Does a mail host fit, and does it carry what a tenant asks of it: checked before anything is created. */

import type { MailHostConfig, TenantConfig } from "../config/schema.ts";
import type { Finding } from "../problem.ts";
import { ordered } from "../tenant/context.ts";
import type { Capacity } from "./instance-types.ts";

/** What the cloud says of a mail host's subnet and instance type. */
export interface MailHostLimits extends Capacity {
  /** The subnet's IPv4 network. */
  cidr: string;
}

/** A private IP of a mail host and the network interface that carries it. */
export type PrivateIps = Readonly<Record<string, string>>;

/** The primary private IP of a mail host's first network interface, and the interface's name or id. */
export interface Primary {
  ip: string;
  networkInterface: string;
}

const DEFAULT_SOURCE = "EC2: the primary private IP is an interface's default source address";

/**
 * The private IP that a mail host's own traffic leaves from, by its stack's outputs: that of the interface
 * at device index 0, which is the first by its key, as the engine hands the config over. Undefined where
 * none is known.
 */
export function primaryOf(
  networkInterfaces: Readonly<Record<string, { primary?: string | undefined }>>,
): Primary | undefined {
  const [first] = ordered(networkInterfaces);
  if (first === undefined) return undefined;
  const [networkInterface, { primary: ip }] = first;
  return ip === undefined ? undefined : { ip, networkInterface };
}

/** A warning for a tenant's address from which the mail host's own mail leaves too. */
export function checkPrimary(tenant: TenantConfig, primary: Primary | undefined): Finding[] {
  const { mailHost, addresses } = tenant;
  return ordered(addresses)
    .filter(([, { privateIp, release }]) => privateIp === primary?.ip && !release)
    .map(([key, { privateIp }]) => ({
      code: "address-on-primary-ip",
      level: "warning",
      path: `sendips:tenant.addresses.${key}.privateIp`,
      message: `${privateIp} is the primary private IP of ${primary?.networkInterface}${mailHost?.stack === undefined ? "" : ` of the mail host ${mailHost.stack}`}: what the machine sends without choosing an address, its own mail too, leaves from this tenant's address`,
      fix: "another private IP of the mail host, and the primary one for the machine itself; nothing, where the tenant is whoever runs the machine",
      rule: DEFAULT_SOURCE,
    }));
}

/**
 * A warning for a mail host of whose first interface tenants take every private IP: which is the primary one
 * only EC2 knows, but it is among them.
 *
 * @param isTaken whether a tenant's address is bound to a private IP of the host.
 */
export function checkPrimaryTaken(
  { networkInterfaces }: MailHostConfig,
  isTaken: (privateIp: string) => boolean,
): Finding[] {
  const [first] = ordered(networkInterfaces);
  if (first === undefined) return [];
  const [key, { privateIps }] = first;
  if (privateIps.length === 0 || !privateIps.every(isTaken)) return [];
  return [
    {
      code: "mail-host-primary-ip-taken",
      level: "warning",
      path: `sendips:mailHost.networkInterfaces.${key}.privateIps`,
      message: `each of them carries a tenant's address, the primary one too: what the machine sends without choosing an address, its own mail too, leaves from a tenant's`,
      fix: "a private IP more, for the address that is on the primary one; once the host is deployed its output primaryIps says which that is",
      rule: DEFAULT_SOURCE,
    },
  ];
}

/** Faults that a mail host's config alone shows. */
export function checkMailHost(mailHost: MailHostConfig): Finding[] {
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [key, { privateIps }] of Object.entries(mailHost.networkInterfaces)) {
    privateIps.forEach((ip, index) => {
      const owner = owners.get(ip);
      owners.set(ip, owner ?? key);
      if (owner === undefined) return;
      findings.push({
        code: "mail-host-private-ip-twice",
        level: "error",
        path: `sendips:mailHost.networkInterfaces.${key}.privateIps[${index}]`,
        message: `${ip} stands twice, first on ${owner}`,
        fix: "each private IP once, on one interface",
      });
    });
  }
  if (Object.keys(mailHost.networkInterfaces).length === 0) {
    findings.push({
      code: "mail-host-no-interface",
      level: "error",
      path: "sendips:mailHost.networkInterfaces",
      message: "names no network interface",
      fix: "at least one, such as eth0: { privateIps: [10.0.1.10] }",
    });
  }
  return findings;
}

/** Faults against the limits of the subnet and the instance type. */
export function checkLimits(mailHost: MailHostConfig, limits: MailHostLimits): Finding[] {
  return [...checkCapacity(mailHost, limits), ...checkSubnet(mailHost, limits.cidr)];
}

/** Faults against the capacity of the instance type: too many interfaces, too many addresses on one. */
export function checkCapacity(mailHost: MailHostConfig, capacity: Capacity): Finding[] {
  const findings: Finding[] = [];
  const interfaces = Object.entries(mailHost.networkInterfaces);
  const type = mailHost.instanceType;
  if (interfaces.length > capacity.maximumNetworkInterfaces) {
    findings.push({
      code: "mail-host-many-interfaces",
      level: "error",
      path: "sendips:mailHost.networkInterfaces",
      message: `${interfaces.length} interfaces, but ${type} takes ${capacity.maximumNetworkInterfaces}`,
      fix: "fewer interfaces or a larger instance type",
    });
  }
  for (const [key, { privateIps }] of interfaces) {
    if (privateIps.length <= capacity.maximumIpsPerInterface) continue;
    findings.push({
      code: "mail-host-many-private-ips",
      level: "error",
      path: `sendips:mailHost.networkInterfaces.${key}.privateIps`,
      message: `${privateIps.length} private IPs, but an interface of ${type} takes ${capacity.maximumIpsPerInterface}`,
      fix: "spread them over more interfaces, or take a larger instance type",
    });
  }
  return findings;
}

function checkSubnet(mailHost: MailHostConfig, cidr: string): Finding[] {
  return Object.entries(mailHost.networkInterfaces).flatMap(([key, { privateIps }]) =>
    privateIps.flatMap((ip, index): Finding[] => {
      if (usable(ip, cidr)) return [];
      return [
        {
          code: "mail-host-private-ip-unusable",
          level: "error",
          path: `sendips:mailHost.networkInterfaces.${key}.privateIps[${index}]`,
          message: `${ip} cannot be used in the subnet ${cidr}`,
          fix: `an address of ${cidr}, but not its first four or its last: AWS keeps those`,
        },
      ];
    }),
  );
}

/** Faults of a tenant against the mail host that it names. */
export function checkPrivateIps(tenant: TenantConfig, privateIps: PrivateIps): Finding[] {
  const host = tenant.mailHost?.stack ?? tenant.mailHost?.networkInterface ?? "";
  const known = Object.keys(privateIps).join(", ") || "none";
  return ordered(tenant.addresses)
    .filter(([, { privateIp }]) => privateIps[privateIp] === undefined)
    .map(([key, { privateIp }]) => ({
      code: "address-private-ip-unknown",
      level: "error",
      path: `sendips:tenant.addresses.${key}.privateIp`,
      message: `the mail host ${host} has no private IP ${privateIp}`,
      fix: `allowed: ${known}; or add it to the mail host first, and deploy that`,
    }));
}

function usable(ip: string, cidr: string): boolean {
  const [network = "", bits = "32"] = cidr.split("/");
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(number(network) / size) * size;
  const offset = number(ip) - first;
  return offset >= 4 && offset < size - 1;
}

function number(ip: string): number {
  return ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
