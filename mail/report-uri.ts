/** URIs for reports: where DMARC (RFC 9989 §4.7) and TLS-RPT (RFC 8460 §3) records send theirs. */
import { isHostName, parseName } from "./names.ts";

/**
 * Encodes what would end the URI inside a record: `,` and `;` separate, `!` began a size limit,
 * white space and non-ASCII are no URI characters. What is encoded already stays.
 *
 * @example
 * encodeReportUri("mailto:a,b!c@acme.example") // "mailto:a%2Cb%21c@acme.example"
 */
export function encodeReportUri(uri: string): string {
  return uri
    .toWellFormed()
    .replace(/[^\x21-\x7e]/gu, encodeURIComponent)
    .replaceAll(",", "%2C")
    .replaceAll("!", "%21")
    .replaceAll(";", "%3B");
}

/**
 * A URI with its host in A-labels, as all names are; one that cannot be read stays as it is.
 *
 * @example
 * withALabels("mailto:dmarc@bücher.example") // "mailto:dmarc@xn--bcher-kva.example"
 */
export function withALabels(uri: string): string {
  const parts = /^(mailto:[^@?\s]*@|https:\/\/)([^/?#:@\s]+)(.*)$/is.exec(uri);
  const [, before = "", host = "", rest = ""] = parts ?? [];
  if (parts === null || /^[\x21-\x7e]+$/.test(host)) return uri;
  const name = parseName(host).value;
  return name === undefined ? uri : `${before}${name}${rest}`;
}

/**
 * A URI without the size limit that RFC 7489 let stand after it; undefined where none stands there. RFC 9989
 * has reporters ignore it (appendix C.4).
 *
 * @example
 * withoutSizeLimit("mailto:dmarc@acme.example!10m") // "mailto:dmarc@acme.example"
 */
export function withoutSizeLimit(uri: string): string | undefined {
  return /^(.*)![0-9]+[kmgt]?$/is.exec(uri)?.[1];
}

/** The mailbox of a `mailto:` before its @, where it holds what few mail servers take (RFC 6531). */
export function foreignMailbox(uri: string): string | undefined {
  const mailbox = /^mailto:([^@?]*)@/is.exec(uri)?.[1];
  return mailbox === undefined || /^[\x21-\x7e]*$/.test(mailbox) ? undefined : mailbox;
}

/** The host that gets the reports, in A-labels: the mailbox's domain, or the host of an https URI. */
export function reportHost(uri: string): string | undefined {
  const mailbox = /^mailto:[^@?\s]+@([^@?\s]+)(?:\?.*)?$/i.exec(uri)?.[1];
  const host = mailbox ?? /^https:\/\/([^/?#:@]+)(?::\d+)?(?:[/?#].*)?$/i.exec(uri)?.[1];
  const name = host === undefined ? undefined : parseName(host).value;
  return name !== undefined && isHostName(name) ? name : undefined;
}

/** True for a URI that can stand in a record as it is: `mailto:` or `https:`, all encoded. */
export function isReportUri(uri: string): boolean {
  return /^[\x21-\x7e]+$/.test(uri) && !/[,!;]/.test(uri) && !/%(?![0-9A-Fa-f]{2})/.test(uri)
    ? reportHost(uri) !== undefined
    : false;
}

/** True for `mailto:`, the only scheme that DMARC reporters must support (RFC 9990). */
export function isMailto(uri: string): boolean {
  return /^mailto:/i.test(uri);
}
