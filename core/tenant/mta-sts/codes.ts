/** Codes of findings about a tenant's MTA-STS, beside those of record and policy. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const tenantMtaStsCodes = {
  "mta-sts-testing-unreported": {
    level: "warning",
    meaning: "`mode: testing` does nothing but report, and nobody gets the reports.",
  },
  "mta-sts-own-alias": {
    level: "error",
    meaning: "The host of the policy would be an alias of itself.",
  },
  "mta-sts-caa-beside-alias": {
    level: "error",
    meaning: "CAA records are asked for beside a CNAME, which allows none.",
  },
} as const satisfies Codes;
