/** The records of a tenant, one builder a purpose. Pure: a tenant in, wanted records out. */
import type { TenantContext, WantedRecord } from "./context.ts";
import { addressRecords } from "./records/address.ts";
import { bimiRecords } from "./records/bimi.ts";
import { bounceRecords } from "./records/bounce.ts";
import { dkimRecords } from "./records/dkim.ts";
import { dmarcRecords } from "./records/dmarc.ts";
import { mtaStsRecords } from "./records/mta-sts.ts";
import { neverMailsRecords } from "./records/never-mails.ts";
import { consentRecords } from "./records/report-consent.ts";
import { spfRecords } from "./records/spf.ts";
import { tlsRptRecords } from "./records/tls-rpt.ts";

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
