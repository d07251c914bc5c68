/** Making findings about SPF, and what the modules of this folder share about terms. */
import type { CodesOf } from "../code-meaning.ts";
import type { Singleton } from "../txt.ts";
import type { spfCodes } from "./codes.ts";
import {
  type AskingTerm,
  type Mechanism,
  type SpfFinding,
  TERM_LIMIT,
  type Term,
} from "./types.ts";

/** The kind of TXT that an SPF record is: a name holds one at most. */
export const SPF_TEXT: Singleton = {
  title: "SPF record",
  version: "spf1",
  begins: /^v=spf1(?: |$)/i,
  rule: "RFC 7208 §3.2",
};

/** A section of RFC 7208 as the rule of a finding. */
export function rfcSection(number: string): string {
  return `RFC 7208 §${number}`;
}

/** An error; `at` is left out where there is no place. */
export function spfError(
  code: CodesOf<typeof spfCodes, "error">,
  rule: string,
  message: string,
  fix: string,
  at?: number,
): SpfFinding {
  const place = at === undefined ? {} : { at };
  return { code, rule, level: "error", message, fix, ...place };
}

/** A warning; like {@link spfError}. */
export function spfWarning(
  code: CodesOf<typeof spfCodes, "warning">,
  rule: string,
  message: string,
  fix: string,
  at?: number,
): SpfFinding {
  const place = at === undefined ? {} : { at };
  return { code, rule, level: "warning", message, fix, ...place };
}

/** True for a mechanism, false for a modifier. */
export function isMechanism(term: Term): term is Mechanism {
  return "qualifier" in term;
}

const ASKING: ReadonlySet<string> = new Set(["include", "a", "mx", "ptr", "exists", "redirect"]);

/** True for the terms that cause DNS queries and count against {@link TERM_LIMIT} (RFC 7208 §4.6.4). */
export function asksDns(term: Term): term is AskingTerm {
  return ASKING.has(term.type);
}

/** True for a TXT value that claims to be SPF: the version, then a space or the end (RFC 7208 §4.5). */
export function isSpf(text: string): boolean {
  return SPF_TEXT.begins.test(text);
}

/**
 * The terms that an evaluator may come to, in its order: nothing after `all`, and of the modifiers
 * only `redirect`, last and only where no `all` makes it idle (RFC 7208 §5.1, §6.1).
 */
export function reachedTerms(terms: readonly Term[]): Term[] {
  const mechanisms = terms.filter(isMechanism);
  const all = mechanisms.findIndex(({ type }) => type === "all");
  if (all >= 0) return mechanisms.slice(0, all + 1);
  return [...mechanisms, ...terms.filter(({ type }) => type === "redirect").slice(0, 1)];
}

/** `12 of 10`, for messages about look-ups. */
export function limitText(count: number, atLeast: boolean): string {
  return `${atLeast ? "at least " : ""}${count} of ${TERM_LIMIT}`;
}
