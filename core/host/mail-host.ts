/** Does a mail host fit its subnet and its instance type: checked before anything is created. */

import type { MailHostConfig } from "../config/schema.ts";
import type { Finding } from "../problem.ts";
import type { Capacity } from "./instance-types.ts";
import { checkDuplicateIps, hostPrivateIps } from "./private-ips.ts";

/** What the cloud says of a mail host's subnet and instance type. */
export interface MailHostLimits extends Capacity {
  /** The subnet's IPv4 network. */
  cidr: string;
}

/** Faults that a mail host's config alone shows. */
export function checkMailHost(mailHost: MailHostConfig): Finding[] {
  const findings = checkDuplicateIps(mailHost);
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
export function checkMailHostLimits(mailHost: MailHostConfig, limits: MailHostLimits): Finding[] {
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
  return hostPrivateIps(mailHost)
    .filter(({ privateIp }) => !isUsableIp(privateIp, cidr))
    .map(({ privateIp, path }) => ({
      code: "mail-host-private-ip-unusable",
      level: "error",
      path,
      message: `${privateIp} cannot be used in the subnet ${cidr}`,
      fix: `an address of ${cidr}, but not its first four or its last: AWS keeps those`,
    }));
}

function isUsableIp(ip: string, cidr: string): boolean {
  const [network = "", bits = "32"] = cidr.split("/");
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(ipNumber(network) / size) * size;
  const offset = ipNumber(ip) - first;
  return offset >= 4 && offset < size - 1;
}

function ipNumber(ip: string): number {
  return ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
