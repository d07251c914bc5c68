/** What is wrong with a mail record: the shape that every module of this folder reports in. */

/** One fault. A record with an error must not be published; a warning is for a person to judge. */
export interface Finding {
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
  findings: Finding[];
}

/** An error. */
export function error(rule: string, message: string, fix: string): Finding {
  return { rule, level: "error", message, fix };
}

/** A warning. */
export function warning(rule: string, message: string, fix: string): Finding {
  return { rule, level: "warning", message, fix };
}

/** True when something among the findings forbids publishing. */
export function hasError(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.level === "error");
}

/** A text from outside, short enough for a message and without control characters. */
export function shown(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 57)}…` : text;
  return JSON.stringify(short.toWellFormed());
}
