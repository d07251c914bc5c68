/** What the large mailbox providers ask of senders. */

import type { Subject } from "../subject.ts";
import { checkProviders } from "./check.ts";

/** What the large mailbox providers ask of senders. */
export const receivers: Subject = {
  name: "receivers",
  checkRecords: checkProviders,
};
