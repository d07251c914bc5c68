/** Codes of what a night job finds: what was wanted, deployed, and stands in the clouds and DNS, and differs. */
import type { Codes } from "../../mail/code-meaning.ts";

export const driftCodes = {
  "drift-not-applied": {
    level: "warning",
    meaning: "The config says what was never deployed, or was deployed otherwise.",
  },
  "drift-changed": {
    level: "error",
    meaning: "Something that was deployed was changed by hand since.",
  },
  "drift-gone": { level: "error", meaning: "Something that was deployed is not there any more." },
  "drift-not-visible": {
    level: "warning",
    meaning: "Something is as deployed where it is published, and DNS does not answer with it yet.",
  },
  "drift-unknown": { level: "warning", meaning: "Something could not be asked for." },
} as const satisfies Codes;
