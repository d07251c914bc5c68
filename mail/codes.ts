/** Every code of a finding about mail DNS: those of names and texts here, each protocol's in its folder. */
import { bimiCodes } from "./bimi/codes.ts";
import { caaCodes } from "./caa/codes.ts";
import type { Codes, CodesOf } from "./code-meaning.ts";
import { dkimCodes } from "./dkim/codes.ts";
import { dmarcCodes } from "./dmarc/codes.ts";
import { mtaStsCodes } from "./mta-sts/codes.ts";
import { mxCodes } from "./mx/codes.ts";
import { ptrCodes } from "./ptr/codes.ts";
import { spfCodes } from "./spf/codes.ts";
import { tlsRptCodes } from "./tls-rpt/codes.ts";

/** Codes of findings about names, TXT values and lists of tags, which several protocols share. */
export const textCodes = {
  "name-unreadable": {
    level: "error",
    meaning: "A text is not a domain name, nor can it become one.",
  },
  "name-length": { level: "error", meaning: "A name has more than 253 characters." },
  "name-label-length": {
    level: "error",
    meaning: "A label of a name has more than 63 characters.",
  },
  "name-characters": {
    level: "error",
    meaning: "A label holds a character that its kind of name does not allow, or is empty.",
  },
  "name-all-digits": { level: "error", meaning: "A name ends in digits only, as an address does." },
  "host-name-generic": {
    level: "warning",
    meaning: "A host name looks like one that a provider gave to every machine.",
  },
  "txt-not-utf8": { level: "error", meaning: "A TXT value has no UTF-8 form." },
  "txt-control-character": { level: "warning", meaning: "A TXT value holds a control character." },
  "tag-syntax": { level: "either", meaning: "A tag of a record is not `name=value`." },
  "tag-value": {
    level: "either",
    meaning: "The value of a tag holds a character that may not stand there.",
  },
  "tag-repeated": { level: "either", meaning: "A tag stands twice." },
} as const satisfies Codes;

/** The codes by subject, in the order of a reader's interest. */
export const MAIL_SUBJECTS = [
  ["SPF records", spfCodes],
  ["DKIM keys and records", dkimCodes],
  ["DMARC records and consents", dmarcCodes],
  ["MX records", mxCodes],
  ["MTA-STS records and policies", mtaStsCodes],
  ["TLS-RPT records", tlsRptCodes],
  ["BIMI records", bimiCodes],
  ["Reverse names", ptrCodes],
  ["CAA records", caaCodes],
  ["Names, TXT values and lists of tags", textCodes],
] as const satisfies readonly (readonly [string, Codes])[];

/** All of them. */
type MailCodes = (typeof MAIL_SUBJECTS)[number][1];

/** A code of a finding about mail DNS. */
export type MailCode = CodesOf<MailCodes, "error" | "warning">;

/** A code that a finding of this level may have. */
export type MailCodeOf<Level extends "error" | "warning"> = CodesOf<MailCodes, Level>;
