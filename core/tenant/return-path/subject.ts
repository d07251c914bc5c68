/** Return paths: where bounces come back to. */

import type { Subject } from "../subject.ts";
import { checkReturnPaths } from "./check.ts";
import { bounceRecords } from "./records.ts";

/** Return paths: where bounces come back to. */
export const returnPath: Subject = {
  name: "return-path",
  records: bounceRecords,
  checkConfig: checkReturnPaths,
};
