/** TLS of incoming mail: MTA-STS. */

import type { Subject } from "../subject.ts";
import { checkMtaSts } from "./check.ts";
import { mtaStsPolicyFiles } from "./policy-file.ts";
import { mtaStsRecords } from "./records.ts";

/** TLS of incoming mail: MTA-STS. */
export const mtaSts: Subject = {
  name: "mta-sts",
  records: mtaStsRecords,
  files: mtaStsPolicyFiles,
  checkRecords: checkMtaSts,
};
