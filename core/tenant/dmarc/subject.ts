/** What receivers do with mail that fails: DMARC. */

import { hasPublicSuffix } from "../public-suffix/check.ts";
import type { Subject } from "../subject.ts";
import { checkDmarc } from "./check.ts";
import { dmarcRecords } from "./records.ts";

/** What receivers do with mail that fails: DMARC. */
export const dmarc: Subject = {
  name: "dmarc",
  records: dmarcRecords,
  // Who belongs to whom cannot be said where a public suffix stands for an organisation.
  checkRecords: (context, told) => (hasPublicSuffix(told) ? [] : checkDmarc(context)),
};
