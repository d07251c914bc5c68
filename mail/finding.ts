/** What is wrong with a mail record: the shape that every module of this folder reports in. */
import type { MailCode, MailCodeOf } from "./codes.ts";

/** One fault. A record with an error must not be published; a warning is for a person to judge. */
export interface MailFinding {
  /** Which fault it is, whatever the sentence. */
  code: MailCode;
  /** The rule behind it, e.g. `RFC 6376 §3.6.1`. */
  rule: string;
  level: "error" | "warning";
  /** What is wrong. */
  message: string;
  /** What is allowed, or what to do. */
  fix: string;
}

/**
 * What came of reading a text. `value` is there whenever a receiver would still use the record,
 * even beside errors: a receiver discards a broken optional tag, a publisher must mend it.
 */
export interface Parsed<T> {
  value?: T;
  findings: MailFinding[];
}

/** An error. */
export function mailError(
  code: MailCodeOf<"error">,
  rule: string,
  message: string,
  fix: string,
): MailFinding {
  return { code, rule, level: "error", message, fix };
}

/** A warning. */
export function mailWarning(
  code: MailCodeOf<"warning">,
  rule: string,
  message: string,
  fix: string,
): MailFinding {
  return { code, rule, level: "warning", message, fix };
}

/** True when something among the findings forbids publishing. */
export function hasError(findings: readonly Pick<MailFinding, "level">[]): boolean {
  return findings.some((finding) => finding.level === "error");
}

/** A run that is longer than any word and shorter than any key in base64: an Ed25519 seed has 44 characters. */
const DIGITS = /[A-Za-z0-9+/=_-]{40,}/g;

/** A subscriber's key in the name of one of Spamhaus' lists: `<key>.zen.dq.spamhaus.net`. */
const LIST_KEY = /[\w-]+(?=\.(?:[\w-]+\.)?dq\.spamhaus\.net\b)/gi;

/**
 * A text with the beginning alone of whatever in it may be a key: all keys of a kind share that. Of a subscriber's key
 * in a blocklist's name nothing is left.
 */
export function withoutKeys(text: string): string {
  return text.replace(DIGITS, (digits) => `${digits.slice(0, 8)}…`).replace(LIST_KEY, "…");
}

/** The beginning of a text, without what may be a key. */
export function excerpt(text: string): string {
  const safe = withoutKeys(text);
  return safe.length > 60 ? `${safe.slice(0, 57)}…` : safe;
}

/**
 * A text from outside, short enough for a message and without control characters. Of what may be a key
 * that was laid in the wrong place, no more than {@link withoutKeys} leaves.
 */
export function quotedExcerpt(text: string): string {
  return JSON.stringify(excerpt(text).toWellFormed());
}
