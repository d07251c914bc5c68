/** Domains that never mail. */

import type { Subject } from "../subject.ts";
import { checkNeverMails } from "./check.ts";
import { neverMailsRecords } from "./records.ts";

/** Domains that never mail. */
export const neverMails: Subject = {
  name: "never-mails",
  records: neverMailsRecords,
  checkRecords: checkNeverMails,
};
