/** What stands at the names of a plan today. */

import type { Subject } from "../subject.ts";
import { checkExisting } from "./check.ts";
import { checkExistingValues } from "./existing-values.ts";

/** What stands at the names of a plan today. */
export const existing: Subject = {
  name: "existing",
  checkRecords: (context) => [...checkExisting(context), ...checkExistingValues(context)],
};
