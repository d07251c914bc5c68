/** Codes of findings about a tenant's BIMI, beside those of the record. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const tenantBimiCodes = {
  "bimi-unseen": {
    level: "warning",
    meaning: "A BIMI record stands where no receiver of the tenant's mail looks.",
  },
} as const satisfies Codes;
