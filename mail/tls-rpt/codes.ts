/** Codes of findings about TLS-RPT records. */
import type { Codes } from "../code-meaning.ts";

export const tlsRptCodes = {
  "tls-rpt-version": { level: "error", meaning: "The record does not begin with `v=TLSRPTv1`." },
  "tls-rpt-field": { level: "error", meaning: "A field of the record is not `name=value`." },
  "tls-rpt-repeated": { level: "error", meaning: "A field stands twice." },
  "tls-rpt-no-reports": { level: "error", meaning: "The record has no `rua=`." },
  "tls-rpt-report-uri": { level: "error", meaning: "A report address is not a URI for reports." },
} as const satisfies Codes;
