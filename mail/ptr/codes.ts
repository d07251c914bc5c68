/** Codes of findings about reverse names. */
import type { Codes } from "../code.ts";

export const ptrCodes = {
  "ptr-unreadable": { level: "error", meaning: "A text is not a PTR record." },
  "ptr-address": { level: "error", meaning: "A PTR record is for what is not an address." },
  "ptr-host": { level: "error", meaning: "A PTR record names what is not a host name." },
} as const satisfies Codes;
