/** Codes of findings about MX records. */
import type { Codes } from "../code-meaning.ts";

export const mxCodes = {
  "mx-unreadable": { level: "error", meaning: "A text is not an MX record." },
  "mx-preference": { level: "error", meaning: "The preference is not a number from 0 to 65535." },
  "mx-host": { level: "error", meaning: "The exchange is not a host name." },
  "mx-address": {
    level: "error",
    meaning: "The exchange is an address, where a host name belongs.",
  },
  "mx-repeated": { level: "warning", meaning: "A host stands in two MX records of a name." },
  "mx-null-preference": { level: "error", meaning: "A null MX has another preference than 0." },
  "mx-null-beside-others": { level: "error", meaning: "A null MX stands beside other MX records." },
  "mx-null-unreadable": { level: "error", meaning: "A text is not a null MX." },
  "mx-null-in-use": {
    level: "error",
    meaning: "A name with a null MX sends mail, or is to take bounces.",
  },
} as const satisfies Codes;
