/** Zones: who publishes, and what the records of all are to each other. */

import type { Subject } from "../subject.ts";
import { checkPublishers, checkZone } from "./check.ts";

/** Zones: who publishes, and what the records of all are to each other. */
export const zone: Subject = {
  name: "zone",
  checkConfig: checkPublishers,
  checkRecords: checkZone,
};
