/** What the records of a return path are for. */

import type { Purpose } from "../purpose.ts";

/** Where bounces come back to. */
export const BOUNCES: Purpose = {
  name: "bounces",
  customer: {
    step: "senders",
    leftOut:
      "Bounces do not come back: we go on writing to addresses that are gone, and some receivers refuse a sender that takes no mail.",
    changes: "when a server that takes bounces is added or goes",
  },
};
