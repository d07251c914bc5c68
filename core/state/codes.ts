/** Codes of findings about what a deployment left in the state. */
import type { Codes } from "../../mail/code-meaning.ts";

export const stateCodes = {
  "state-outputs-unreadable": {
    level: "error",
    meaning: "An output of the last deployment is not what sendips writes there.",
  },
  "state-later-version": { level: "error", meaning: "A later sendips deployed the stack." },
  "state-resources-unreadable": {
    level: "error",
    meaning: "A resource in the state is not what sendips and its provider write there.",
  },
} as const satisfies Codes;
