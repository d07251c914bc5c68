/** Logos beside mail: BIMI. */

import type { Subject } from "../subject.ts";
import { checkBimi } from "./check.ts";
import { bimiRecords } from "./records.ts";

/** Logos beside mail: BIMI. */
export const bimi: Subject = {
  name: "bimi",
  records: bimiRecords,
  checkRecords: checkBimi,
};
