/** TXT values: strings of at most 255 octets (RFC 1035 §3.3), and their presentation form (§5.1). */
import { type MailFinding, mailError, mailWarning, type Parsed } from "./finding.ts";

/** A kind of text of which a name may hold one: with two, receivers take none, or any. */
export interface Singleton {
  /** As a person calls it: `SPF record`. */
  title: string;
  /** What stands behind `v=`: `spf1`. */
  version: string;
  /** How a text of this kind begins, whoever wrote it. */
  begins: RegExp;
  /** The rule by which a name holds one. */
  rule: string;
  /** Whether two texts of this kind that differ say the same. Absent: they never do. */
  isSame?: (a: string, b: string) => boolean;
  /** Reads a text of this kind. Absent for kinds that are read where they are merged and kept: SPF, DMARC, DKIM. */
  parse?: (text: string) => Parsed<unknown>;
}

/** Whether two texts, of a kind or of none, say the same. */
export function saysTheSame(kind: Singleton | undefined, a: string, b: string): boolean {
  if (a === b) return true;
  if (kind?.isSame === undefined || !kind.begins.test(a) || !kind.begins.test(b)) return false;
  return kind.isSame(a, b);
}

/** A character-string has one octet for its length (RFC 1035 §3.3). */
const LIMIT = 255;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** Octets of UTF-8 in a text. Lone surrogates have no UTF-8 and count as U+FFFD. */
export function byteLength(value: string): number {
  return Buffer.byteLength(value);
}

/**
 * Splits a value into strings of at most 255 octets of UTF-8; a character is never split.
 * An empty value is one empty string: a TXT record holds at least one.
 */
export function chunkTxt(value: string): string[] {
  const chunks: string[] = [];
  let chunk = "";
  let size = 0;
  for (const character of value.toWellFormed()) {
    // Plain ASCII, nearly every character of a mail record, is not worth a call of the encoder.
    const bytes = character < "\x80" ? 1 : byteLength(character);
    if (size + bytes > LIMIT) {
      chunks.push(chunk);
      chunk = "";
      size = 0;
    }
    chunk += character;
    size += bytes;
  }
  chunks.push(chunk);
  return chunks;
}

/** RDLENGTH of a TXT record with this value: each string and its length octet. */
export function wireLength(value: string): number {
  const octets = byteLength(value);
  // Plain ASCII is cut after each 255 characters, and a value without any is one string.
  if (octets === value.length) return octets + Math.max(1, Math.ceil(octets / LIMIT));
  return chunkTxt(value).reduce((sum, chunk) => sum + 1 + byteLength(chunk), 0);
}

/**
 * One quoted string of any length. Octets other than printable ASCII become `\DDD`,
 * so that the text means the same whatever charset the zone file is read in.
 */
export function quoteString(value: string): string {
  let quoted = "";
  for (const octet of ENCODER.encode(value)) {
    if (octet === 0x22 || octet === 0x5c) quoted += `\\${String.fromCharCode(octet)}`;
    else if (octet >= 0x20 && octet < 0x7f) quoted += String.fromCharCode(octet);
    else quoted += `\\${String(octet).padStart(3, "0")}`;
  }
  return `"${quoted}"`;
}

/** `"…" "…"`: the strings of a value, quoted, one space between. */
export function quoteTxt(value: string): string {
  return chunkTxt(value).map(quoteString).join(" ");
}

/**
 * The value of a presentation form, strings joined without a space (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
 * Lenient: a text without quotes is taken as one string, as some DNS services print it.
 */
export function unquoteTxt(text: string): string {
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map((match) => match[1] ?? "");
  return decodeEscapes(strings.length === 0 ? text : strings.join(""));
}

/**
 * A TXT value as people paste it: plain, in quoted strings, or a whole line of `dig` or of a zone file. Line breaks
 * outside of quotes are blanks.
 *
 * @example
 * pastedTxt('acme.example. 300 IN TXT "v=spf1 ip4:192.0.2.1 " "-all"') // "v=spf1 ip4:192.0.2.1 -all"
 */
export function pastedTxt(text: string): string {
  const value = /(?:^|\s)(?:IN\s+)?TXT\s+(\(?\s*".*)$/s.exec(text)?.[1] ?? text;
  const trimmed = value.trim();
  // In a zone file parentheses hold the strings of several lines together.
  const strings = /^\(?\s*("(?:[^"\\]|\\.)*"\s*)+\)?$/s.test(trimmed);
  return strings ? unquoteTxt(trimmed) : trimmed.replace(/\s*[\r\n]\s*/g, " ");
}

/** Faults of a value that is to be published. How long it may be, its zone says. */
export function lintTxt(value: string): MailFinding[] {
  const findings: MailFinding[] = [];
  if (!value.isWellFormed()) {
    const fix = "remove the lone surrogate; it would be published as U+FFFD";
    findings.push(mailError("txt-not-utf8", "RFC 3629 §3", "the value has no UTF-8 form", fix));
  }
  // Legal, and always a copy-and-paste fault in a mail record.
  if (hasControlCharacter(value)) {
    const fix = "remove line breaks and control characters";
    findings.push(
      mailWarning(
        "txt-control-character",
        "RFC 1035 §5.1",
        "the value holds a control character",
        fix,
      ),
    );
  }
  return findings;
}

function hasControlCharacter(value: string): boolean {
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

/** Undoes `\DDD` and `\X` on octets: several `\DDD` may make up one character. */
function decodeEscapes(text: string): string {
  const octets: number[] = [];
  for (const match of text.matchAll(/\\([01]\d\d|2[0-4]\d|25[0-5])|\\?(.)|\\/gsu)) {
    if (match[1] !== undefined) octets.push(Number(match[1]));
    else octets.push(...ENCODER.encode(match[2] ?? "\\"));
  }
  return DECODER.decode(Uint8Array.from(octets));
}

/**
 * Without the blanks at both ends: only these, as the grammars have it, where `trim` would also
 * take Unicode's. A loop, because `/[ \t]+$/` takes quadratic time on long runs of blanks.
 */
export function trimBlanks(text: string, blanks = " \t"): string {
  let start = 0;
  let end = text.length;
  while (start < end && blanks.includes(text.charAt(start))) start++;
  while (end > start && blanks.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
