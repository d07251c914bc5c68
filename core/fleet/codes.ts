/** Codes of findings between stacks. */
import type { Codes } from "../../mail/code-meaning.ts";

export const fleetCodes = {
  "domain-taken": { level: "error", meaning: "A domain is already that of another tenant." },
  "domain-below-other": {
    level: "warning",
    meaning: "A domain lies below that of another tenant, whose DMARC reaches down.",
  },
  "stream-domain-taken": {
    level: "error",
    meaning: "A stream sends from a domain of another tenant's.",
  },
  "host-name-taken": {
    level: "error",
    meaning: "A host name is already that of another stack's address.",
  },
  "return-path-taken": {
    level: "error",
    meaning: "A return path is already that of another tenant.",
  },
  "dkim-selector-taken": {
    level: "error",
    meaning: "A selector of a domain is already published by another stack.",
  },
  "dkim-key-shared": {
    level: "error",
    meaning: "A DKIM key is also another tenant's, who could sign as this one.",
  },
  "record-taken": { level: "error", meaning: "Another stack publishes the same record." },
  "record-kind-taken": {
    level: "error",
    meaning: "Another stack publishes a record of a kind of which a name may have one.",
  },
  "cname-beside-others": {
    level: "error",
    meaning: "A CNAME of one stack stands beside records of another.",
  },
  "address-taken-over-twice": {
    level: "error",
    meaning: "Two stacks adopt, or ask back, one Elastic IP.",
  },
  "address-private-ip-taken": {
    level: "error",
    meaning: "A private IP already carries another tenant's address.",
  },
  "address-quota": {
    level: "either",
    meaning: "More Elastic IPs are asked for than AWS grants in the Region.",
  },
  "mail-host-private-ip-taken": {
    level: "error",
    meaning: "A private IP is already on another mail host of the subnet.",
  },
  "mail-host-unknown": {
    level: "error",
    meaning: "No stack is the mail host that a tenant names.",
  },
  "mail-host-other-region": {
    level: "error",
    meaning: "A mail host is in another Region than its tenant.",
  },
} as const satisfies Codes;
