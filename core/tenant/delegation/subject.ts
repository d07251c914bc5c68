/** Names of the customer's that point into a zone of ours; their records are those of other subjects. */

import type { Subject } from "../subject.ts";
import { checkDelegation } from "./check.ts";

/** Names of the customer's that point into a zone of ours; their records are those of other subjects. */
export const delegation: Subject = {
  name: "delegation",
  checkConfig: checkDelegation,
};
