/** Every kind of text of which a name may hold one, to tell what a text that somebody else wrote is. */

import { BIMI_TEXT } from "./bimi/record.ts";
import { DKIM_TEXT } from "./dkim/record.ts";
import { DMARC_TEXT } from "./dmarc/record.ts";
import { MTA_STS_TEXT } from "./mta-sts/record.ts";
import { SPF_TEXT } from "./spf/finding.ts";
import { TLS_RPT_TEXT } from "./tls-rpt/record.ts";
import type { Singleton } from "./txt.ts";

const SINGLETONS: readonly Singleton[] = [
  SPF_TEXT,
  DMARC_TEXT,
  MTA_STS_TEXT,
  TLS_RPT_TEXT,
  BIMI_TEXT,
  DKIM_TEXT,
];

/** The kind of a TXT value, when it is one of these. */
export function singletonOf(value: string): Singleton | undefined {
  return SINGLETONS.find(({ begins }) => begins.test(value));
}
