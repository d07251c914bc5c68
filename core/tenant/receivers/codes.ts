/** Codes of findings about the rules of mailbox providers, one a rule. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const receiverCodes = {
  "receivers-spf-or-dkim": {
    level: "warning",
    meaning: "Mailbox providers ask for SPF or DKIM, and a stream has neither.",
  },
  "receivers-spf-and-dkim": {
    level: "warning",
    meaning: "Mailbox providers ask for SPF and DKIM, and a stream has not both.",
  },
  "receivers-dmarc": {
    level: "warning",
    meaning: "Mailbox providers ask for a DMARC record, and a stream has none.",
  },
  "receivers-alignment": {
    level: "warning",
    meaning: "Mailbox providers ask for alignment with the From domain, and a stream has none.",
  },
  "receivers-reverse-dns": {
    level: "warning",
    meaning:
      "Mailbox providers ask for forward and reverse DNS that agree, and a stream has not both.",
  },
  "receivers-from-domain": {
    level: "warning",
    meaning: "Mailbox providers ask for a From domain of one's own, and a stream has none.",
  },
} as const satisfies Codes;
