/** Who may send: SPF. */

import type { Subject } from "../subject.ts";
import { checkSpf } from "./check.ts";
import { spfRecords } from "./records.ts";

/** Who may send: SPF. */
export const spf: Subject = {
  name: "spf",
  records: spfRecords,
  checkRecords: checkSpf,
};
