/** Codes of findings about a tenant's DMARC, beside those of the records themselves. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const tenantDmarcCodes = {
  "dmarc-kept-unknown": {
    level: "warning",
    meaning: "A DMARC record is left to its owner, and nothing is known of what it says.",
  },
  "dmarc-uncovered": {
    level: "warning",
    meaning: "No DMARC record of the plan covers a From domain: anyone may send as it.",
  },
  "dmarc-found-apart": {
    level: "warning",
    meaning: "New and old receivers find different DMARC records for a From domain.",
  },
  "dmarc-subdomains-unprotected": {
    level: "warning",
    meaning:
      "The policy for a From domain comes to none, although the domain above it is protected.",
  },
  "dmarc-consent-missing": {
    level: "warning",
    meaning: "Reports go to another organisation, whose consent no zone of ours holds.",
  },
  "dmarc-spf-unaligned": {
    level: "either",
    meaning:
      "SPF of a stream does not stand for its From domain; where DKIM does not either, DMARC fails.",
  },
  "dmarc-spf-alone": {
    level: "warning",
    meaning: "No DKIM key signs for a From domain: only SPF aligns, and forwarding breaks it.",
  },
  "dmarc-standing-unreadable": {
    level: "error",
    meaning: "The DMARC record that stands cannot be read, so that ours cannot be merged into it.",
  },
  "dmarc-standing-unknown": {
    level: "warning",
    meaning: "Nothing is known of the DMARC record that stands, and none is planned over it.",
  },
  "dmarc-weakens-standing": {
    level: "error",
    meaning: "The config would weaken the DMARC record that stands.",
  },
} as const satisfies Codes;
