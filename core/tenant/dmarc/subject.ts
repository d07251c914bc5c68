/** What receivers do with mail that fails: DMARC. */

import type { Subject } from "../subject.ts";
import { checkDmarc } from "./check.ts";
import { dmarcRecords } from "./records.ts";

/** What receivers do with mail that fails: DMARC. */
export const dmarc: Subject = {
  name: "dmarc",
  records: dmarcRecords,
  checkRecords: checkDmarc,
};
