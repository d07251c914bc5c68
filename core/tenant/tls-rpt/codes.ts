/** Codes of findings about a tenant's TLS reports, beside those of the record. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const tenantTlsRptCodes = {
  "tls-rpt-address-twice": { level: "warning", meaning: "An address for reports stands twice." },
} as const satisfies Codes;
