/** What DMARC records are for. */

import { DMARC_TEXT } from "../../../mail/dmarc/record.ts";
import type { Purpose } from "../purpose.ts";

/** The policy of a domain. */
export const DMARC_POLICY: Purpose = {
  name: "dmarc-policy",
  single: DMARC_TEXT,
  merges: true,
  customer: {
    step: "policy",
    single: "a DMARC record",
    leftOut:
      "The domain has no such DMARC policy: the large receivers refuse bulk mail without one, forged mail is let through, and no reports come.",
    changes: "when the policy or the address of its reports changes",
  },
};
