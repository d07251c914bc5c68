/**
 * BIMI assertion records (draft-brand-indicators-for-message-identification, not an RFC):
 * the logo that mailbox providers may show beside mail that passes an enforced DMARC.
 */

import { effectivePolicy } from "../dmarc/lint.ts";
import type { DmarcRecord } from "../dmarc/record.ts";
import {
  hasError,
  type MailFinding,
  mailError,
  mailWarning,
  type Parsed,
  quotedExcerpt,
} from "../finding.ts";
import { isHostName, parseName } from "../names.ts";
import { renderTagList, splitTags, type Tag } from "../taglist.ts";
import type { Singleton } from "../txt.ts";

const RULE = "draft-brand-indicators §4.2";
const DMARC_RULE = "draft-brand-indicators §7.1";

/** The kind of TXT that a BIMI record is: a name holds one at most. */
export const BIMI_TEXT: Singleton = {
  title: "BIMI record",
  version: "BIMI1",
  begins: /^v=BIMI1\b/i,
  rule: RULE,
  parse: parseBimi,
};

/** The record at `<selector>._bimi.<domain>`. */
export interface BimiRecord {
  /** `l=`: the SVG, by https. Empty together with `a=`: the domain declines to show one. */
  location: string;
  /** `a=`: the mark certificate, by https. Empty or absent: self-asserted, which Gmail and Apple do not show. */
  authority?: string;
  /** `avp=`: the brand's logo or the sender's personal avatar. @default "brand" */
  avatar?: "brand" | "personal";
  /** `lps=`: prefixes of local parts that have selectors of their own; empty means all. */
  localParts?: string[];
}

/** Where the record stands. */
export function bimiName(domain: string, selector = "default"): string {
  return `${selector}._bimi.${domain}`;
}

/** Reads a record: `v=BIMI1` first, `l=` required. */
export function parseBimi(text: string): Parsed<BimiRecord> {
  const { tags, findings } = splitTags(text, { rule: RULE, foldCase: true });
  if (tags[0]?.name !== "v" || tags[0].value !== "BIMI1") {
    findings.push(
      mailError(
        "bimi-version",
        RULE,
        `${quotedExcerpt(text)} does not begin with v=BIMI1`,
        "v=BIMI1; l=…",
      ),
    );
  }
  const value: BimiRecord = { location: "" };
  for (const { name, value: written } of tags.slice(1)) {
    if (name === "l") value.location = written;
    else if (name === "a") value.authority = written;
    else if (name === "lps") {
      value.localParts = written === "" ? [] : written.split(",").map((part) => part.trim());
    } else if (name === "avp") {
      if (written === "brand" || written === "personal") value.avatar = written;
      else
        findings.push(
          mailError("bimi-avatar", RULE, `avp=${quotedExcerpt(written)}`, "brand or personal"),
        );
    } else
      findings.push(
        mailWarning("bimi-unknown-tag", RULE, `the tag ${name}= is unknown`, "remove it"),
      );
  }
  if (!tags.some(({ name }) => name === "l")) {
    findings.push(
      mailError("bimi-no-location", RULE, "l= is absent", "l=https://…/logo.svg, or l= to decline"),
    );
  }
  findings.push(...lintBimi(value));
  return hasError(findings) ? { findings } : { value, findings };
}

/** The record as text; `,` and `;` in URIs are percent-encoded. */
export function renderBimi(record: BimiRecord): string {
  const tags: Tag[] = [
    { name: "v", value: "BIMI1" },
    { name: "l", value: encodeUri(record.location) },
  ];
  if (record.authority !== undefined) tags.push({ name: "a", value: encodeUri(record.authority) });
  if (record.avatar !== undefined) tags.push({ name: "avp", value: record.avatar });
  if (record.localParts !== undefined) {
    tags.push({ name: "lps", value: record.localParts.join(",") });
  }
  return renderTagList(tags);
}

/** Faults of the record by itself. */
export function lintBimi(record: BimiRecord): MailFinding[] {
  const findings: MailFinding[] = [];
  const authority = record.authority ?? "";
  const url = (tag: string, value: string) => {
    if (value === "" || isHttps(value)) return;
    findings.push(
      mailError(
        "bimi-uri",
        RULE,
        `${tag}=${quotedExcerpt(value)}`,
        "an https URI, with , and ; encoded",
      ),
    );
  };
  url("l", record.location);
  url("a", authority);
  if (record.location === "" && authority !== "") {
    findings.push(mailError("bimi-authority-alone", RULE, "a= without l=", "l=https://…/logo.svg"));
  } else if (record.location !== "" && authority === "") {
    const message = "no mark certificate: only some providers show the logo";
    findings.push(mailWarning("bimi-no-certificate", RULE, message, "a=https://…/certificate.pem"));
  }
  if (record.location !== "" && !/\.svgz?(?:[?#].*)?$/i.test(record.location)) {
    findings.push(
      mailWarning("bimi-not-svg", RULE, "l= does not end in .svg", "an SVG Tiny PS file"),
    );
  }
  for (const part of record.localParts ?? []) {
    if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(part)) continue;
    const fix = "letters, digits and hyphens: it becomes a label of the selector's name";
    findings.push(mailError("bimi-local-part", RULE, `lps= holds ${quotedExcerpt(part)}`, fix));
  }
  return findings;
}

/**
 * Whether DMARC lets the logo be shown: the policies of the domain and its subdomains must act on
 * all mail. `pct` under 100 and `t=y` are tests, and mailbox providers count them as no enforcement.
 */
export function lintBimiDmarc(dmarc: DmarcRecord | undefined): MailFinding[] {
  if (dmarc === undefined) {
    return [
      mailError(
        "bimi-no-dmarc",
        DMARC_RULE,
        "BIMI needs a DMARC record",
        "publish p=quarantine or p=reject",
      ),
    ];
  }
  const findings: MailFinding[] = [];
  if ((dmarc.p ?? "none") === "none") {
    findings.push(
      mailError(
        "bimi-dmarc-not-enforced",
        DMARC_RULE,
        "BIMI needs DMARC at enforcement",
        "p=quarantine or p=reject",
      ),
    );
  } else if (effectivePolicy(dmarc) === "none" || dmarc.t === true) {
    findings.push(
      mailError(
        "bimi-dmarc-not-enforced",
        DMARC_RULE,
        "t=y tests the DMARC policy: not enforced",
        "remove t=y",
      ),
    );
  }
  for (const name of ["sp", "np"] as const) {
    if (dmarc[name] !== "none") continue;
    const fix = `${name}=quarantine or ${name}=reject, or no ${name}=`;
    findings.push(
      mailError("bimi-dmarc-not-enforced", DMARC_RULE, `BIMI does not go with ${name}=none`, fix),
    );
  }
  const pct = dmarc.legacy?.pct;
  if (pct !== undefined && pct !== "100") {
    findings.push(
      mailError(
        "bimi-dmarc-not-enforced",
        DMARC_RULE,
        `BIMI does not go with pct=${quotedExcerpt(pct)}`,
        "remove pct=",
      ),
    );
  }
  return findings;
}

/** What would end the URI in a tag list. */
function encodeUri(uri: string): string {
  return uri.replaceAll(",", "%2C").replaceAll(";", "%3B");
}

function isHttps(uri: string): boolean {
  if (!/^[\x21-\x7e]+$/.test(uri) || /[,;]/.test(uri)) return false;
  const host = /^https:\/\/([^/?#:@]+)(?::\d+)?(?:[/?#].*)?$/i.exec(uri)?.[1];
  const name = host === undefined ? undefined : parseName(host).value;
  return name !== undefined && isHostName(name);
}
