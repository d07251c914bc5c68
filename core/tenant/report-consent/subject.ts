/** Consents to DMARC reports about a tenant. */

import type { Subject } from "../subject.ts";
import { checkConsents } from "./check.ts";
import { consentRecords } from "./records.ts";

/** Consents to DMARC reports about a tenant. */
export const reportConsent: Subject = {
  name: "report-consent",
  records: consentRecords,
  checkRecords: checkConsents,
};
