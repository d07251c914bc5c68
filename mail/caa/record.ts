/** CAA records (RFC 8659): who may issue certificates, for `mta-sts.` and BIMI among others. */
import {
  type MailFinding,
  mailError,
  mailWarning,
  type Parsed,
  quotedExcerpt,
} from "../finding.ts";
import { isHostName } from "../names.ts";
import { isReportUri } from "../report-uri.ts";
import { quoteString, trimBlanks, unquoteTxt } from "../txt.ts";

const RULE = "RFC 8659 §4.1";
/** The flag by which a CA that does not know the tag must not issue. */
export const CRITICAL = 128;

/** One CAA record. */
export interface Caa {
  /** 0, or {@link CRITICAL}. */
  flags: number;
  /** Lower case: `issue`, `issuewild`, `iodef`, and what the registry added since. */
  tag: string;
  value: string;
}

/** What the value of an `issue` property says. */
export interface Issuer {
  /** The CA's name; absent: nobody may issue. */
  domain?: string;
  /** E.g. `validationmethods=dns-01` (RFC 8657). */
  parameters: Record<string, string>;
}

/** Properties whose value is an {@link Issuer}: RFC 8659, RFC 9495 (S/MIME), and the BIMI group's marks. */
const ISSUER_TAGS = ["issue", "issuewild", "issuemail", "issuevmc"];
const CONTACT_TAGS = ["contactemail", "contactphone"];

/** Reads `0 issue "ca.example.net; account=230123"`. */
export function parseCaa(text: string): Parsed<Caa> {
  const match = /^\s*([0-9]{1,3})\s+([A-Za-z0-9]{1,255})\s+("(?:[^"\\]|\\.)*"|[^\s"]+)\s*$/s.exec(
    text,
  );
  if (match === null) {
    const message = `${quotedExcerpt(text)} is not a CAA record`;
    return { findings: [mailError("caa-unreadable", RULE, message, '<flags> <tag> "<value>"')] };
  }
  const [, flags, tag = "", value = ""] = match;
  const caa = { flags: Number(flags), tag: tag.toLowerCase(), value: unquoteTxt(value) };
  const findings = lintCaa(caa);
  return findings.some(({ level }) => level === "error") ? { findings } : { value: caa, findings };
}

/** The presentation form. The value is one string, of any length: RFC 8659 §4.1 has no 255. */
export function renderCaa(caa: Caa): string {
  return `${caa.flags} ${caa.tag} ${quoteString(caa.value)}`;
}

/** Reads the value of an `issue` property (RFC 8659 §4.2). */
export function parseIssuer(text: string): Parsed<Issuer> {
  const rule = "RFC 8659 §4.2";
  const [first = "", ...rest] = text.split(";").map((part) => trimBlanks(part));
  const domain = first.toLowerCase();
  if (domain !== "" && !isHostName(domain)) {
    const fix = "the CA's domain, e.g. letsencrypt.org, or ; for nobody";
    return {
      findings: [
        mailError("caa-issuer", rule, `${quotedExcerpt(first)} is not a CA's domain`, fix),
      ],
    };
  }
  const parameters: Record<string, string> = {};
  for (const [at, part] of rest.entries()) {
    if (part === "" && at === rest.length - 1) continue;
    const match = /^([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)[ \t]*=[ \t]*([!-:<-~]*)$/.exec(part);
    const [, name = "", value = ""] = match ?? [];
    if (match === null || Object.hasOwn(parameters, name)) {
      const message =
        match === null ? `the parameter ${quotedExcerpt(part)}` : `${name}= stands twice`;
      return { findings: [mailError("caa-parameter", rule, message, "name=value, each once")] };
    }
    parameters[name] = value;
  }
  return { value: domain === "" ? { parameters } : { domain, parameters }, findings: [] };
}

/** Faults of one record. */
export function lintCaa(caa: Caa): MailFinding[] {
  const findings: MailFinding[] = [];
  if (!Number.isInteger(caa.flags) || caa.flags < 0 || caa.flags > 255) {
    findings.push(mailError("caa-flags", RULE, `flags ${caa.flags}`, "0 or 128"));
  } else if (caa.flags !== 0 && caa.flags !== CRITICAL) {
    findings.push(
      mailWarning("caa-flags", RULE, `flags ${caa.flags} sets reserved bits`, "0 or 128"),
    );
  }
  if (!/^[a-z0-9]{1,255}$/.test(caa.tag)) {
    findings.push(
      mailError(
        "caa-tag",
        RULE,
        `the tag ${quotedExcerpt(caa.tag)}`,
        "lower-case letters and digits",
      ),
    );
  }
  if (ISSUER_TAGS.includes(caa.tag)) findings.push(...parseIssuer(caa.value).findings);
  else if (caa.tag === "iodef") {
    // §4.4 admits http too; its address in the clear is a warning, not a fault.
    const secure = caa.value.replace(/^http:/i, "https:");
    if (!isReportUri(secure)) {
      const fix = "mailto: or https:";
      findings.push(
        mailError(
          "caa-iodef",
          "RFC 8659 §4.4",
          `iodef ${quotedExcerpt(caa.value)} is not such a URI`,
          fix,
        ),
      );
    } else if (secure !== caa.value && /^http:/i.test(caa.value)) {
      findings.push(
        mailWarning(
          "caa-iodef-clear",
          "RFC 8659 §4.4",
          "iodef reports go in the clear",
          "https: or mailto:",
        ),
      );
    }
  } else if (!CONTACT_TAGS.includes(caa.tag)) {
    const critical = (caa.flags & CRITICAL) !== 0;
    const message = `the tag ${quotedExcerpt(caa.tag)} is unknown${critical ? " and critical: no CA issues" : ""}`;
    findings.push(
      mailWarning(
        "caa-unknown-tag",
        RULE,
        message,
        "issue, issuewild, issuemail, issuevmc or iodef",
      ),
    );
  }
  return findings;
}
