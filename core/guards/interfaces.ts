/** Edits of a mail host that would take its network interfaces, and tenants' addresses with them. */

import type { MailHostConfig } from "../config/schema.ts";
import type { Finding } from "../problem.ts";
import type { DeployedStack } from "../state/deployed-stack.ts";

/** How an interface is let go. */
export const INTERFACE_WAY_OUT =
  "to let it go, move its tenants' addresses away, set release: true on it and deploy; only then remove it, or destroy the stack";

/**
 * Edits for which EC2 would need other network interfaces, and tenants lose theirs.
 *
 * @param mailHost undefined when the stack's config is not a mail host's.
 */
export function checkInterfaces(
  mailHost: MailHostConfig | undefined,
  { networkInterfaces }: DeployedStack,
): Finding[] {
  const root = "sendips:mailHost";
  const held = networkInterfaces.filter(({ release }) => !release);
  const findings = held.flatMap(({ key, primary }): Finding[] => {
    const path = `${root}.networkInterfaces.${key}`;
    const wanted = mailHost?.networkInterfaces[key];
    if (wanted === undefined) {
      return [
        {
          code: "mail-host-interface-removed",
          level: "error",
          path,
          message: `is gone from the config, but the network interface of ${primary} is deployed and its release is not`,
          fix: `put it back; ${INTERFACE_WAY_OUT}`,
        },
      ];
    }
    if (wanted.privateIps.includes(primary)) return [];
    return [
      {
        code: "mail-host-primary-ip-removed",
        level: "error",
        path: `${path}.privateIps`,
        message: `${primary} is gone, but it is the primary private IP of the interface: EC2 would need another interface, and all addresses on this one would come off`,
        fix: `put ${primary} back; it may carry no address, but it stays`,
        rule: "EC2: a primary private IP cannot be unassigned",
      },
    ];
  });
  const subnets = new Set(held.map(({ subnet }) => subnet));
  if (mailHost === undefined || subnets.size === 0 || subnets.has(mailHost.subnet)) return findings;
  const subnet = [...subnets].sort().join(", ");
  return [
    ...findings,
    {
      code: "mail-host-subnet-changed",
      level: "error",
      path: `${root}.subnet`,
      message: `is ${mailHost.subnet}, but the interfaces are in ${subnet} and cannot move: all addresses on them would come off`,
      fix: `${subnet}; for another subnet, make another mail host and move the tenants' addresses there`,
    },
  ];
}
