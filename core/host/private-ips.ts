/**
 * Who has which private IP: a mail host has it on one of its interfaces, and one address of one tenant takes it.
 * By the config and by what a mail host has deployed; what EC2 says besides is looked at by `core/guards/bindings.ts`.
 */

import type { MailHostConfig, TenantConfig } from "../config/schema.ts";
import { sortedEntries } from "../maps.ts";
import type { Finding } from "../problem.ts";
import { type TakenPrivateIp, takenPrivateIps } from "../tenant/address/private-ips.ts";

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
  const [first] = sortedEntries(networkInterfaces);
  if (first === undefined) return undefined;
  const [networkInterface, { primary: ip }] = first;
  return ip === undefined ? undefined : { ip, networkInterface };
}

/** A warning for a tenant's address from which the mail host's own mail leaves too. */
export function checkPrimary(tenant: TenantConfig, primary: Primary | undefined): Finding[] {
  const { mailHost } = tenant;
  return takenPrivateIps(tenant)
    .filter(({ privateIp, leaves }) => privateIp === primary?.ip && !leaves)
    .map(({ privateIp, path }) => ({
      code: "address-on-primary-ip",
      level: "warning",
      path,
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
  const [first] = sortedEntries(networkInterfaces);
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

/** A private IP of a mail host, by its config. */
export interface HostPrivateIp {
  privateIp: string;
  /** The key of its network interface. */
  networkInterface: string;
  /** The config that says so. */
  path: string;
}

/** The private IPs of a mail host, interface by interface. */
export function hostPrivateIps({ networkInterfaces }: MailHostConfig): HostPrivateIp[] {
  return Object.entries(networkInterfaces).flatMap(([networkInterface, { privateIps }]) =>
    privateIps.map((privateIp, index) => ({
      ...{ privateIp, networkInterface },
      path: `sendips:mailHost.networkInterfaces.${networkInterface}.privateIps[${index}]`,
    })),
  );
}

/** The mail host of a tenant, as its config names it: a stack, or a network interface. */
export function hostOf({ mailHost }: TenantConfig): string {
  return mailHost?.stack ?? mailHost?.networkInterface ?? "";
}

/** Errors for private IPs that a mail host has twice. */
export function checkDuplicateIps(mailHost: MailHostConfig): Finding[] {
  const owners = new Map<string, string>();
  return hostPrivateIps(mailHost).flatMap(({ privateIp, networkInterface, path }): Finding[] => {
    const owner = owners.get(privateIp);
    owners.set(privateIp, owner ?? networkInterface);
    if (owner === undefined) return [];
    return [
      {
        code: "mail-host-private-ip-twice",
        level: "error",
        path,
        message: `${privateIp} stands twice, first on ${owner}`,
        fix: "each private IP once, on one interface",
      },
    ];
  });
}

/** Faults of a tenant against the mail host that it names. */
export function checkPrivateIps(tenant: TenantConfig, privateIps: PrivateIps): Finding[] {
  return checkTakenIps(takenPrivateIps(tenant), Object.keys(privateIps), hostOf(tenant));
}

/**
 * Errors for private IPs that a mail host lacks.
 *
 * @param host how the mail host is called. Default: it has no name.
 */
export function checkTakenIps(
  taken: readonly Pick<TakenPrivateIp, "privateIp" | "path">[],
  privateIps: readonly string[],
  host = "",
): Finding[] {
  const known = privateIps.join(", ") || "none";
  return taken
    .filter(({ privateIp }) => !privateIps.includes(privateIp))
    .map(({ privateIp, path }) => ({
      code: "address-private-ip-unknown",
      level: "error",
      path,
      message: `the mail host ${host === "" ? "" : `${host} `}has no private IP ${privateIp}`,
      fix: `allowed: ${known}; or add it to the mail host first, and deploy that`,
    }));
}
