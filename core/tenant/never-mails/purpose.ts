/** What the records of a name that never mails are for, apart from SPF, DMARC and DKIM that refuse everything. */

import type { Purpose } from "../purpose.ts";

/** Says that a name takes no mail. */
export const NULL_MX_RECORD: Purpose = {
  name: "null-mx",
  customer: {
    step: "senders",
    leftOut:
      "Mail to this name is tried for days instead of being refused at once, and the name looks like one that may send.",
  },
};
