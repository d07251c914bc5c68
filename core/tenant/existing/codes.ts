/** Codes of findings about what a tenant's names publish before us. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const existingCodes = {
  "existing-value": {
    level: "warning",
    meaning: "A value that stands at a name cannot be used by receivers.",
  },
  "existing-unknown": {
    level: "warning",
    meaning: "Nothing is known of what a domain publishes today.",
  },
  "existing-old": { level: "warning", meaning: "What a domain publishes was looked at long ago." },
  "existing-changed": {
    level: "warning",
    meaning: "DNS says something else of a name than sendips:tenant.existing.",
  },
  "existing-unread": { level: "warning", meaning: "What stands at a name could not be asked for." },
  "existing-wildcard-ends": {
    level: "warning",
    meaning: "A wildcard that answers for a name today does so no more once ours stands there.",
  },
  "existing-cname": { level: "error", meaning: "A CNAME stands where a record of ours belongs." },
  "existing-beside-cname": {
    level: "error",
    meaning: "Records stand where a CNAME of ours belongs.",
  },
  "existing-mx": {
    level: "error",
    meaning: "A name takes mail today, and MX records of ours would lead it astray.",
  },
  "existing-host": {
    level: "error",
    meaning: "A name of ours is a host already, with another address.",
  },
  "existing-dkim-key": { level: "error", meaning: "Another DKIM key stands at a selector." },
  "existing-spf-sends": {
    level: "error",
    meaning: "A name that is said never to mail has an SPF record by which somebody sends.",
  },
  "existing-replaced": {
    level: "warning",
    meaning: "A record of ours takes the place of one that stands.",
  },
} as const satisfies Codes;
