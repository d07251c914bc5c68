/** Codes of findings about BIMI records. */
import type { Codes } from "../code-meaning.ts";

export const bimiCodes = {
  "bimi-version": { level: "error", meaning: "The record does not begin with `v=BIMI1`." },
  "bimi-avatar": { level: "error", meaning: "`avp=` is neither brand nor personal." },
  "bimi-unknown-tag": { level: "warning", meaning: "The record has a tag that receivers ignore." },
  "bimi-no-location": { level: "error", meaning: "`l=` is absent." },
  "bimi-uri": { level: "error", meaning: "A location is not an https URI." },
  "bimi-authority-alone": { level: "error", meaning: "A certificate stands without a logo." },
  "bimi-no-certificate": {
    level: "warning",
    meaning: "There is no mark certificate: only some providers show the logo.",
  },
  "bimi-not-svg": { level: "warning", meaning: "The logo does not end in .svg." },
  "bimi-local-part": {
    level: "error",
    meaning: "A local part cannot become a label of the selector's name.",
  },
  "bimi-no-dmarc": {
    level: "either",
    meaning: "No DMARC record covers the domain, and BIMI needs one.",
  },
  "bimi-dmarc-not-enforced": {
    level: "error",
    meaning: "The DMARC policy does not act on all mail, as BIMI needs it.",
  },
} as const satisfies Codes;
