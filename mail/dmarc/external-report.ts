/**
 * Reports to someone else's domain (RFC 9990 §4 for aggregate reports, RFC 9991 §5 for failures): the receiver of the reports must consent with a
 * record in its own zone, or reporters send nothing.
 */

import {
  hasError,
  type MailFinding,
  mailError,
  mailWarning,
  type Parsed,
  quotedExcerpt,
} from "../finding.ts";
import { lintName } from "../names.ts";
import { encodeReportUri, isReportUri, reportHost } from "../report-uri.ts";
import { splitTags } from "../taglist.ts";
import { dmarcName } from "./record.ts";
import { organizationalDomainByList } from "./tree-walk.ts";

const RULE = "RFC 9990 §4";

/** The consent: `v=DMARC1;`, optionally with addresses that replace those asked for. */
export interface ReportConsent {
  rua?: string[];
  ruf?: string[];
}

/** A consent that must exist for a report address. */
export interface NeededConsent {
  /** The host in whose zone it must stand: its owner publishes it. */
  host: string;
  /** The record's name. */
  name: string;
  /** Its value. */
  text: string;
}

/** `<domain>._report._dmarc.<host>`; domain `*` consents to reports about anyone. */
export function consentName(domain: string, host: string): string {
  return `${domain}._report.${dmarcName(host)}`;
}

/**
 * The consents that a record's report addresses need: those whose organisational domain differs.
 * `domain` is where the policy record stands. The tree walk's answer may replace the list's.
 */
export function neededConsents(
  domain: string,
  uris: readonly string[],
  organizationalOf: (domain: string) => string = organizationalDomainByList,
): NeededConsent[] {
  const own = organizationalOf(domain);
  const hosts = new Set(uris.flatMap((uri) => reportHost(uri) ?? []));
  return [...hosts]
    .filter((host) => organizationalOf(host) !== own)
    .map((host) => ({ host, name: consentName(domain, host), text: renderConsent({}) }));
}

/** Reads a consent. Other tags are allowed and ignored. */
export function parseConsent(text: string): Parsed<ReportConsent> {
  const { tags, findings } = splitTags(text, { rule: RULE, foldCase: true });
  if (tags[0]?.name !== "v" || tags[0].value !== "DMARC1") {
    findings.push(
      mailError(
        "dmarc-consent-version",
        RULE,
        `${quotedExcerpt(text)} does not begin with v=DMARC1`,
        renderConsent({}),
      ),
    );
  }
  const value: ReportConsent = {};
  for (const { name, value: list } of tags) {
    if (name !== "rua" && name !== "ruf") continue;
    const uris = list.split(",").map((uri) => uri.trim());
    const bad = uris.find((uri) => !isReportUri(uri));
    if (bad === undefined) value[name] = uris;
    else
      findings.push(
        mailError(
          "dmarc-consent-uri",
          RULE,
          `${name}= holds ${quotedExcerpt(bad)}`,
          "mailto:name@domain",
        ),
      );
  }
  return hasError(findings) ? { findings } : { value, findings };
}

/**
 * The consent's text. One with nothing in it ends in a semicolon, as in the example of RFC 7489 appendix B.2.3: some
 * checkers refuse it without.
 */
export function renderConsent(consent: ReportConsent): string {
  const lists = (["rua", "ruf"] as const).flatMap((name) => {
    const uris = consent[name];
    return uris === undefined ? [] : [`${name}=${uris.map(encodeReportUri).join(",")}`];
  });
  return `v=DMARC1;${lists.map((list) => ` ${list}`).join(";")}`;
}

/** Faults of a consent at its place: name too long, or reports sent on to another host. */
export function lintConsent(consent: ReportConsent, domain: string, host: string): MailFinding[] {
  const name = consentName(domain, host);
  const findings = lintName(name, { underscores: true, wildcard: true });
  if (domain === "*") {
    const message = `${name} consents to reports about every domain`;
    findings.push(
      mailWarning("dmarc-consent-for-all", RULE, message, "one record for each domain"),
    );
  }
  for (const uri of [...(consent.rua ?? []), ...(consent.ruf ?? [])]) {
    if (reportHost(uri) !== host) {
      const message = `${quotedExcerpt(uri)} is not at ${host}; reporters ignore it`;
      findings.push(mailError("dmarc-consent-elsewhere", RULE, message, `an address at ${host}`));
    }
  }
  return findings;
}
