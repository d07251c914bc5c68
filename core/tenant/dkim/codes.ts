/** Codes of findings about a tenant's DKIM keys, beside those of the keys themselves. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const tenantDkimCodes = {
  "dkim-unused": {
    level: "warning",
    meaning: "No stream sends yet, so that the key is published nowhere.",
  },
  "dkim-foreign-domain": {
    level: "error",
    meaning:
      "A key is for a domain that is not the tenant's, and that no stream's From aligns with.",
  },
  "dkim-unknown-stream": {
    level: "error",
    meaning: "A key names a stream that the tenant does not have.",
  },
  "dkim-ed25519-alone": {
    level: "warning",
    meaning: "Only Ed25519 signs for a domain, which few receivers verify.",
  },
  "dkim-two-signers": {
    level: "warning",
    meaning: "Two keys of one type sign for one domain: a rotation that was cut short.",
  },
  "dkim-retired-alone": {
    level: "warning",
    meaning: "A key is retired and no other one signs: mail goes out unsigned.",
  },
  "dkim-days-out-of-order": {
    level: "error",
    meaning: "The days of a key's states are not in their order.",
  },
  "dkim-day-of-later-state": {
    level: "error",
    meaning: "A key has a day for a state that it is not in yet.",
  },
  "dkim-short-overlap": {
    level: "warning",
    meaning: "A key signs before every resolver can know it.",
  },
  "delegation-zone-external": {
    level: "error",
    meaning: "What is delegated to us lies in a zone that the customer publishes.",
  },
} as const satisfies Codes;
