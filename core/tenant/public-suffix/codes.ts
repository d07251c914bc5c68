/** Codes of findings about public suffixes in the places of domains. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const publicSuffixCodes = {
  "domain-public-suffix": {
    level: "error",
    meaning: "A public suffix stands in the place of a domain.",
  },
  "domain-private-suffix": {
    level: "warning",
    meaning: "A public suffix of the list's private part stands in the place of a domain.",
  },
} as const satisfies Codes;
