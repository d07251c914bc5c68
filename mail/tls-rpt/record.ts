/** TLS-RPT (RFC 8460 §3): where reports of failed TLS go. */
import { hasError, type MailFinding, mailError, type Parsed, quotedExcerpt } from "../finding.ts";
import { encodeReportUri, isReportUri } from "../report-uri.ts";
import { type Singleton, trimBlanks } from "../txt.ts";

const RULE = "RFC 8460 §3";

/** The kind of TXT that a TLS-RPT record is: a name holds one at most. */
export const TLS_RPT_TEXT: Singleton = {
  title: "TLS-RPT record",
  version: "TLSRPTv1",
  begins: /^v=TLSRPTv1\b/,
  rule: RULE,
  parse: parseTlsRpt,
};

/** The record at `_smtp._tls.<domain>`. */
export interface TlsRptRecord {
  /** `mailto:` or `https:`, one or more. */
  rua: string[];
  /** Fields that a later standard may define. */
  extensions?: Record<string, string>;
}

/** Where the record stands. */
export function tlsRptName(domain: string): string {
  return `_smtp._tls.${domain}`;
}

/** Reads the record: `v=TLSRPTv1` first, then `rua=`. */
export function parseTlsRpt(text: string): Parsed<TlsRptRecord> {
  const fields = text.split(";").map((field) => trimBlanks(field));
  if (fields.length > 1 && fields.at(-1) === "") fields.pop();
  if (fields.shift() !== "v=TLSRPTv1") {
    const message = `${quotedExcerpt(text)} does not begin with v=TLSRPTv1`;
    return { findings: [mailError("tls-rpt-version", RULE, message, "v=TLSRPTv1; rua=mailto:…")] };
  }
  const findings: MailFinding[] = [];
  const known = new Map<string, string>();
  for (const field of fields) {
    const match =
      /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/.exec(field);
    const [, name = "", value = ""] = match ?? [];
    if (match === null)
      findings.push(
        mailError("tls-rpt-field", RULE, `the field ${quotedExcerpt(field)}`, "name=value"),
      );
    else if (known.has(name))
      findings.push(
        mailError("tls-rpt-repeated", RULE, `${name}= stands twice`, `keep one ${name}=`),
      );
    else known.set(name, value);
  }
  const rua = (known.get("rua")?.split(",") ?? []).map((uri) => uri.trim());
  known.delete("rua");
  const value: TlsRptRecord =
    known.size === 0 ? { rua } : { rua, extensions: Object.fromEntries(known) };
  findings.push(...lintTlsRpt(value));
  return hasError(findings) ? { findings } : { value, findings };
}

/** The record as text; what separates its URIs is percent-encoded in them. */
export function renderTlsRpt(record: TlsRptRecord): string {
  const extensions = Object.entries(record.extensions ?? {}).map(
    ([name, value]) => `${name}=${value}`,
  );
  return ["v=TLSRPTv1", `rua=${record.rua.map(encodeReportUri).join(",")}`, ...extensions].join(
    "; ",
  );
}

/** Faults of a record: where its reports go (RFC 8460 §3). */
export function lintTlsRpt(record: TlsRptRecord): MailFinding[] {
  if (record.rua.length === 0)
    return [mailError("tls-rpt-no-reports", RULE, "no rua=", "rua=mailto:…")];
  return record.rua
    .filter((uri) => !isReportUri(uri))
    .map((uri) => {
      const fix = "mailto: or https:, with , ! and ; as %2C, %21 and %3B";
      return mailError(
        "tls-rpt-report-uri",
        RULE,
        `rua= holds ${quotedExcerpt(uri)}, which is not a URI for reports`,
        fix,
      );
    });
}
