/** What BIMI records are for. */

import { BIMI_TEXT } from "../../../mail/bimi/record.ts";
import type { Purpose } from "../purpose.ts";

/** The logo beside mail of a domain. */
export const LOGO: Purpose = {
  name: "logo",
  single: BIMI_TEXT,
  needsMail: true,
  customer: {
    step: "policy",
    single: "a BIMI record",
    leftOut: "Mail of this domain shows no logo; nothing else changes.",
    changes: "when the logo changes",
  },
  template: {
    variables: {
      l: { kind: "logo", meaning: "BIMI logo" },
      a: { kind: "certificate", meaning: "BIMI certificate" },
    },
    optional: true,
  },
};
