/** Codes of findings about CAA records. */
import type { Codes } from "../code-meaning.ts";

export const caaCodes = {
  "caa-unreadable": { level: "error", meaning: "A text is not a CAA record." },
  "caa-issuer": {
    level: "error",
    meaning: "What should be a certification authority's domain is not a domain.",
  },
  "caa-parameter": { level: "error", meaning: "A parameter is not `name=value`, or stands twice." },
  "caa-flags": { level: "either", meaning: "The flags are not 0 or 128." },
  "caa-tag": { level: "error", meaning: "A tag is not of letters and digits." },
  "caa-iodef": { level: "error", meaning: "`iodef` has no URI for reports." },
  "caa-iodef-clear": { level: "warning", meaning: "Reports of `iodef` go in the clear." },
  "caa-unknown-tag": {
    level: "warning",
    meaning: "A tag is unknown; where it is critical, no authority issues.",
  },
} as const satisfies Codes;
