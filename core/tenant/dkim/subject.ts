/** Keys that sign: DKIM. */

import type { Subject } from "../subject.ts";
import { checkDkim } from "./check.ts";
import { dkimRecords } from "./records.ts";

/** Keys that sign: DKIM. */
export const dkim: Subject = {
  name: "dkim",
  records: dkimRecords,
  checkConfig: checkDkim,
};
