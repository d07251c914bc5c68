/** Codes of findings about Domain Connect templates and links. */
import type { Codes } from "../../mail/code-meaning.ts";

export const domainConnectCodes = {
  "domain-connect-operator-missing": {
    level: "warning",
    meaning: "Who the operator is to DNS providers is missing: `sendips:domainConnect`.",
  },
  "domain-connect-left-out": {
    level: "warning",
    meaning: "A record cannot be part of a template.",
  },
  "domain-connect-softened": {
    level: "warning",
    meaning: "An SPF record ends in -all in the plan, and in ~all by a DNS provider.",
  },
  "domain-connect-address-variable": {
    level: "warning",
    meaning: "An address is a variable of the template, which only the link's signature guards.",
  },
  "domain-connect-not-shared": {
    level: "warning",
    meaning: "A host of the customer's stands in the template, which so serves few tenants.",
  },
  "domain-connect-replaces-dmarc": {
    level: "warning",
    meaning: "A CNAME takes the place of the DMARC record that the customer has now.",
  },
  "domain-connect-replaces-txt": {
    level: "warning",
    meaning: "A TXT record takes the place of one of the same kind that the customer has now.",
  },
  "domain-connect-spf-partial": {
    level: "warning",
    meaning: "Terms of the customer's own are left out of the SPF of a template.",
  },
} as const satisfies Codes;
