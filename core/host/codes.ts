/** Codes of findings about mail hosts, by themselves. */
import type { Codes } from "../../mail/code-meaning.ts";

export const hostCodes = {
  "mail-host-no-interface": { level: "error", meaning: "A mail host names no network interface." },
  "mail-host-private-ip-twice": {
    level: "error",
    meaning: "A private IP stands twice on a mail host.",
  },
  "mail-host-private-ip-unusable": {
    level: "error",
    meaning: "A private IP cannot be used in the subnet.",
  },
  "mail-host-many-interfaces": {
    level: "error",
    meaning: "A mail host has more network interfaces than its instance type takes.",
  },
  "mail-host-many-private-ips": {
    level: "error",
    meaning: "An interface has more private IPs than its instance type takes.",
  },
  "mail-host-capacity-unknown": {
    level: "warning",
    meaning: "No numbers are known for an instance type; the deployment asks EC2.",
  },
  "mail-host-not-deployed": {
    level: "error",
    meaning: "The mail host that a tenant names is not deployed.",
  },
  "address-on-primary-ip": {
    level: "warning",
    meaning:
      "A tenant's address is on the primary private IP, from which the machine's own mail leaves.",
  },
  "mail-host-primary-ip-taken": {
    level: "warning",
    meaning: "Every private IP of a mail host's first interface carries a tenant's address.",
  },
  "address-private-ip-unknown": {
    level: "error",
    meaning: "The mail host of a tenant has no such private IP.",
  },
} as const satisfies Codes;
