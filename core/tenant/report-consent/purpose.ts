/** What consents to DMARC reports are for. */

import { DMARC_TEXT } from "../../../mail/dmarc/record.ts";
import type { Purpose } from "../purpose.ts";

/** The consent of a host to reports about somebody else's domain: a DMARC record with nothing in it. */
export const REPORT_CONSENT: Purpose = {
  name: "report-consent",
  single: DMARC_TEXT,
  merges: true,
  customer: {
    step: "senders",
    leftOut:
      "Receivers send no DMARC reports about the domain to this host: what fails and what is forged stays unseen.",
  },
};
