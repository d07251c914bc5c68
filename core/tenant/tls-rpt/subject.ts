/** Reports of failed TLS: TLS-RPT. */

import type { Subject } from "../subject.ts";
import { checkTlsRpt } from "./check.ts";
import { tlsRptRecords } from "./records.ts";

/** Reports of failed TLS: TLS-RPT. */
export const tlsRpt: Subject = {
  name: "tls-rpt",
  records: tlsRptRecords,
  checkRecords: checkTlsRpt,
};
