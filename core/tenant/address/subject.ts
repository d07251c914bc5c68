/** Addresses and their names, forward and reverse. */

import type { Subject } from "../subject.ts";
import { checkAddresses } from "./check.ts";
import { addressRecords } from "./records.ts";

/** Addresses and their names, forward and reverse. */
export const address: Subject = {
  name: "address",
  records: addressRecords,
  checkConfig: checkAddresses,
};
