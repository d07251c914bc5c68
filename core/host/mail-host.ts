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

/** Whether a value that another stack hands over is one. */
export function isPrivateIps(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((id) => typeof id === "string")
  );
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
