/** Records that a test writes by hand get the purpose that a subject would have given them, by name and text. */

import { HELO_SPF, HOST_NAME, REVERSE_NAME } from "../../core/tenant/address/purpose.ts";
import { LOGO } from "../../core/tenant/bimi/purpose.ts";
import { DKIM_KEY } from "../../core/tenant/dkim/purpose.ts";
import { DMARC_POLICY } from "../../core/tenant/dmarc/purpose.ts";
import { MTA_STS_CAA, MTA_STS_HOST, MTA_STS_VERSION } from "../../core/tenant/mta-sts/purpose.ts";
import { NULL_MX_RECORD } from "../../core/tenant/never-mails/purpose.ts";
import type { Purpose } from "../../core/tenant/purpose.ts";
import { type PlannedRecord, refLabel, renderText } from "../../core/tenant/record.ts";
import { REPORT_CONSENT } from "../../core/tenant/report-consent/purpose.ts";
import { BOUNCES } from "../../core/tenant/return-path/purpose.ts";
import {
  FROM_SPF,
  REFUSING_SPF,
  RETURN_PATH_SPF,
  SPF_ADDRESS,
} from "../../core/tenant/spf/purpose.ts";
import { TLS_REPORTS } from "../../core/tenant/tls-rpt/purpose.ts";
import { parseDkim } from "../../mail/dkim/record.ts";
import { parseDmarc } from "../../mail/dmarc/record.ts";

/** Names that a record's purpose depends on. */
export interface NamesByHand {
  hosts?: readonly string[];
  returnPaths?: readonly string[];
  froms?: readonly string[];
}

type Bare = Omit<PlannedRecord, "purpose" | "value">;

/** The record with its purpose and its value; one that says its own purpose keeps that. */
export function byHand(record: PlannedRecord, names: NamesByHand = {}): PlannedRecord {
  if (record.purpose !== undefined) return record;
  const purpose = purposeOf(record, names);
  return purpose === undefined ? record : { ...record, purpose, ...about(record, purpose) };
}

function purposeOf({ name, data }: Bare, names: NamesByHand): Purpose | undefined {
  const { hosts = [], returnPaths = [], froms = [] } = names;
  if (data.type === "PTR") return REVERSE_NAME;
  if (typeof name !== "string") return SPF_ADDRESS;
  if (data.type === "A") return typeof data.address === "string" ? undefined : HOST_NAME;
  if (data.type === "CAA") return MTA_STS_CAA;
  if (data.type === "MX") return data.exchange === "" ? NULL_MX_RECORD : BOUNCES;
  const text = data.type === "TXT" ? renderText(data.text, refLabel) : "";
  if (/^v=spf1\b/i.test(text)) {
    if (hosts.includes(name)) return HELO_SPF;
    if (returnPaths.includes(name)) return RETURN_PATH_SPF;
    return text === "v=spf1 -all" && !froms.includes(name) ? REFUSING_SPF : FROM_SPF;
  }
  const said = OTHERS.find(
    ([named, begins]) => (data.type === "CNAME" && named.test(name)) || begins?.test(text) === true,
  );
  if (said?.[1] === DMARC && name.includes("._report._dmarc.")) return REPORT_CONSENT;
  if (said !== undefined) return said[2];
  return data.type === "CNAME" && returnPaths.includes(name) ? BOUNCES : undefined;
}

const DMARC = /^v=DMARC1\b/;
const OTHERS: readonly (readonly [RegExp, RegExp | undefined, Purpose])[] = [
  [/^_dmarc\./, DMARC, DMARC_POLICY],
  [/\._domainkey\./, /^v=DKIM1\b/, DKIM_KEY],
  [/^_mta-sts\./, /^v=STSv1\b/, MTA_STS_VERSION],
  [/^mta-sts\./, undefined, MTA_STS_HOST],
  [/^_smtp\._tls\./, /^v=TLSRPTv1\b/, TLS_REPORTS],
  [/\._bimi\./, /^v=BIMI1\b/, LOGO],
];

/** What else a subject says of it: the domain that it is about, and what its text says. */
function about({ name, data }: Bare, purpose: Purpose): Pick<PlannedRecord, "domain" | "value"> {
  const text = data.type === "TXT" ? renderText(data.text, refLabel) : "";
  if (purpose === DMARC_POLICY) {
    const domain = String(name).replace(/^_dmarc\./, "");
    return data.type === "TXT"
      ? { domain, value: { dmarc: parseDmarc(text).value ?? {} } }
      : { domain };
  }
  if (purpose !== DKIM_KEY) return {};
  const [selector = "", domain = ""] = String(name).split("._domainkey.");
  const publicKey = parseDkim(text).value?.publicKey;
  return {
    domain,
    value: { dkim: { selector, ...(publicKey === undefined ? {} : { publicKey }) } },
  };
}
