/** The records of a tenant, one builder a purpose. Pure: a tenant in, wanted records out. */

import { addressRecords } from "./address/records.ts";
import { bimiRecords } from "./bimi/records.ts";
import type { TenantContext, WantedRecord } from "./context.ts";
import { dkimRecords } from "./dkim/records.ts";
import { dmarcRecords } from "./dmarc/records.ts";
import { mtaStsRecords } from "./mta-sts/records.ts";
import { neverMailsRecords } from "./never-mails/records.ts";
import { consentRecords } from "./report-consent/records.ts";
import { bounceRecords } from "./return-path/records.ts";
import { spfRecords } from "./spf/records.ts";
import { tlsRptRecords } from "./tls-rpt/records.ts";

/** Every record that a tenant wants, in a fixed order. */
export function wantedRecords(context: TenantContext): WantedRecord[] {
  return [
    ...addressRecords(context),
    ...spfRecords(context),
    ...bounceRecords(context),
    ...dkimRecords(context),
    ...dmarcRecords(context),
    ...consentRecords(context),
    ...mtaStsRecords(context),
    ...tlsRptRecords(context),
    ...bimiRecords(context),
    ...neverMailsRecords(context),
  ];
}
