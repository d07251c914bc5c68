/** What TLS-RPT records are for. */

import { TLS_RPT_TEXT } from "../../../mail/tls-rpt/record.ts";
import type { Purpose } from "../purpose.ts";

/** Where reports of failed TLS go. */
export const TLS_REPORTS: Purpose = {
  name: "tls-reports",
  single: TLS_RPT_TEXT,
  merges: true,
  needsMail: true,
  customer: {
    step: "tls-reports",
    single: "a TLS-RPT record",
    leftOut: "Nobody tells us when mail to this domain fails for want of TLS.",
    changes: "when the address of the reports changes",
  },
  template: { variables: { rua: { kind: "rua", meaning: "where reports go" } }, optional: true },
};
