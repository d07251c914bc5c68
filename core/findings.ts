/**
 * Every code that a problem can have, by subject. A code is a promise: whoever accepts a warning or looks for a
 * problem in JSON names it, so that it outlives every change of a sentence. `docs/findings.md` is made from it.
 */
import type { Codes, CodesOf } from "../mail/code.ts";
import { MAIL_SUBJECTS, type MailCodes } from "../mail/codes.ts";
import { configCodes } from "./config/codes.ts";
import { domainConnectCodes } from "./domain-connect/codes.ts";
import { fleetCodes } from "./fleet/codes.ts";
import { guardCodes } from "./guards/codes.ts";
import { hostCodes } from "./host/codes.ts";
import { stateCodes } from "./state/codes.ts";
import { addressCodes } from "./tenant/address/codes.ts";
import { tenantBimiCodes } from "./tenant/bimi/codes.ts";
import { tenantDkimCodes } from "./tenant/dkim/codes.ts";
import { tenantDmarcCodes } from "./tenant/dmarc/codes.ts";
import { existingCodes } from "./tenant/existing/codes.ts";
import { tenantMtaStsCodes } from "./tenant/mta-sts/codes.ts";
import { neverMailsCodes } from "./tenant/never-mails/codes.ts";
import { receiverCodes } from "./tenant/receivers/codes.ts";
import { tenantSpfCodes } from "./tenant/spf/codes.ts";
import { tenantTlsRptCodes } from "./tenant/tls-rpt/codes.ts";
import { zoneCodes } from "./tenant/zone/codes.ts";

/** The codes by subject, in the order of the reference. */
export const SUBJECTS = [
  ["Config", configCodes],
  ["Addresses and streams", addressCodes],
  ["SPF of a tenant", tenantSpfCodes],
  ["DKIM of a tenant", tenantDkimCodes],
  ["DMARC of a tenant", tenantDmarcCodes],
  ["MTA-STS of a tenant", tenantMtaStsCodes],
  ["TLS reports of a tenant", tenantTlsRptCodes],
  ["BIMI of a tenant", tenantBimiCodes],
  ["Names that never mail", neverMailsCodes],
  ["Rules of mailbox providers", receiverCodes],
  ["What stands before us", existingCodes],
  ["Records and zones", zoneCodes],
  ["Mail hosts", hostCodes],
  ["Between stacks", fleetCodes],
  ["Before a deployment", guardCodes],
  ["State", stateCodes],
  ["Domain Connect", domainConnectCodes],
  ...MAIL_SUBJECTS,
] as const satisfies readonly (readonly [string, Codes])[];

type FindingCodes = MailCodes &
  typeof configCodes &
  typeof addressCodes &
  typeof tenantSpfCodes &
  typeof tenantDkimCodes &
  typeof tenantDmarcCodes &
  typeof tenantMtaStsCodes &
  typeof tenantTlsRptCodes &
  typeof tenantBimiCodes &
  typeof neverMailsCodes &
  typeof receiverCodes &
  typeof existingCodes &
  typeof zoneCodes &
  typeof hostCodes &
  typeof fleetCodes &
  typeof guardCodes &
  typeof stateCodes &
  typeof domainConnectCodes;

/** A code of a finding. */
export type FindingCode = keyof FindingCodes;

/** A code that a finding of this level may have. */
export type FindingCodeOf<Level extends "error" | "warning"> = CodesOf<FindingCodes, Level>;
