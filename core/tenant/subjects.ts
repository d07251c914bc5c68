/** Every subject of a plan. A new one is its folder, and two lines here. */

import type { Finding } from "../problem.ts";
import { address } from "./address/subject.ts";
import { bimi } from "./bimi/subject.ts";
import type { RecordContext, TenantContext, WantedRecord } from "./context.ts";
import { delegation } from "./delegation/subject.ts";
import { dkim } from "./dkim/subject.ts";
import { dmarc } from "./dmarc/subject.ts";
import { existing } from "./existing/subject.ts";
import type { MtaStsPolicyFile } from "./mta-sts/policy-file.ts";
import { mtaSts } from "./mta-sts/subject.ts";
import { neverMails } from "./never-mails/subject.ts";
import { publicSuffix } from "./public-suffix/subject.ts";
import { receivers } from "./receivers/subject.ts";
import { reportConsent } from "./report-consent/subject.ts";
import { returnPath } from "./return-path/subject.ts";
import { spf } from "./spf/subject.ts";
import type { Subject, WantedContext } from "./subject.ts";
import { tlsRpt } from "./tls-rpt/subject.ts";
import { zone } from "./zone/subject.ts";

/**
 * In the order in which records and findings come: those that make records, then those that look at the records
 * of all, the rules of receivers last, which need no saying where a rule of the mail itself is broken.
 */
const SUBJECTS: readonly Subject[] = [
  publicSuffix,
  address,
  spf,
  returnPath,
  dkim,
  delegation,
  dmarc,
  reportConsent,
  mtaSts,
  tlsRpt,
  bimi,
  neverMails,
  existing,
  zone,
  receivers,
];

/** Every record that a tenant wants, in a fixed order. */
export function wantedRecords(context: TenantContext): WantedRecord[] {
  return SUBJECTS.flatMap((subject) => subject.records?.(context) ?? []);
}

/** Every file that a web server must serve for a tenant. */
export function wantedPolicyFiles(context: TenantContext): MtaStsPolicyFile[] {
  return SUBJECTS.flatMap((subject) => subject.files?.(context) ?? []);
}

/** What the schema cannot see: faults between the parts of a config. */
export function checkConfig(context: WantedContext): Finding[] {
  return SUBJECTS.flatMap((subject) => subject.checkConfig?.(context) ?? []);
}

/**
 * What the records show: each by its own grammar, and all together.
 *
 * @param earlier what {@link checkConfig} has found
 */
export function checkRecords(context: RecordContext, earlier: readonly Finding[]): Finding[] {
  const findings: Finding[] = [];
  for (const subject of SUBJECTS) {
    findings.push(...(subject.checkRecords?.(context, [...earlier, ...findings]) ?? []));
  }
  return findings;
}
