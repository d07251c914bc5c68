/** Codes of findings about a tenant's SPF, beside those of the records themselves. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const tenantSpfCodes = {
  "spf-standing-over-limit": {
    level: "warning",
    meaning: "A record that stands takes too many look-ups; it is left as it is.",
  },
  "spf-standing-unknown": {
    level: "warning",
    meaning: "Nothing is known of the record that stands, so that the end of ours is a guess.",
  },
  "spf-snapshot-old": {
    level: "warning",
    meaning: "A record in sendips:spfSnapshot is not what DNS says now.",
  },
  "spf-include-several": {
    level: "error",
    meaning: "An included name has several SPF records: receivers give permerror.",
  },
  "spf-include-unanswered": {
    level: "warning",
    meaning: "DNS gave no answer for an included record: this says nothing about it.",
  },
} as const satisfies Codes;
