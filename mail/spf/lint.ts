/** Judging an SPF record that is to be published at a name, offline. */
import { byteLength } from "../txt.ts";
import { budgetOf, type SpfFacts } from "./budget.ts";
import { isSpf, rfcSection, spfError } from "./finding.ts";
import { type Network, parseNetwork } from "./ip.ts";
import { lintOrder } from "./lint-order.ts";
import { lintSize } from "./lint-size.ts";
import { lintTerm } from "./lint-term.ts";
import { parseSpf } from "./parse.ts";
import type { ParsedSpf, SpfFinding } from "./types.ts";

/** What is known about the name and about others' records. */
export interface SpfLintOptions extends SpfFacts {
  /** The name that the record stands at. @default unknown: its length and loops back to it go unseen */
  domain?: string;
  /** The other TXT values of that name: they share its answer, and no second one may be SPF. @default none */
  otherTxt?: readonly string[];
  /**
   * Addresses and networks to take for public ones, such as the documentation addresses that stand
   * for addresses not known yet. @default none
   */
  placeholders?: readonly string[];
}

/**
 * Faults of a record: what makes an evaluator give permerror, and what it would do that nobody
 * meant. An array is the strings of the TXT record as they stand; a text will be cut by `chunkTxt`.
 * The findings of `spfBudget` are among them. In the order of the record; those without a place last.
 *
 * @throws RangeError for a placeholder that is no address and no network
 * @example
 * lintSpf("v=spf1 ip4:198.51.100.0/24 ~all", { placeholders: ["198.51.100.0/24"] }) // []
 */
export function lintSpf(
  value: string | readonly string[],
  options: SpfLintOptions = {},
): SpfFinding[] {
  const text = typeof value === "string" ? value : value.join("");
  const parsed = parseSpf(text);
  const findings = [...parsed.findings];
  if (typeof value !== "string") findings.push(...lintStrings(value));
  if (isSpf(text)) {
    findings.push(...lintTerms(parsed, options.placeholders ?? []));
    findings.push(...lintSize(text, options.domain, options.otherTxt ?? []));
    findings.push(...budgetOf(parsed, options).findings);
  }
  const second = (options.otherTxt ?? []).filter(isSpf).length;
  if (second > 0) {
    const message = `the name has ${second + 1} SPF records; receivers then use none`;
    findings.push(spfError("spf-second-record", rfcSection("3.2"), message, "merge them into one"));
  }
  return findings.toSorted((a, b) => (a.at ?? text.length) - (b.at ?? text.length));
}

/** What the terms show, which depends on nothing around the record. */
function lintTerms(parsed: ParsedSpf, placeholders: readonly string[]): SpfFinding[] {
  const networks = placeholders.map(toNetwork);
  const terms = parsed.terms.flatMap((placed) => lintTerm(placed, networks));
  const whole = parsed.value !== undefined && terms.every(({ code }) => code !== "spf-glued");
  return [...terms, ...lintOrder(parsed.terms, whole)];
}

/** A term that only begins or ends at the cut: `["v=spf1 mx", "include:…"]` reads `mxinclude:…`. */
const STARTS = /^[-+~?]?(?:ip4:|ip6:|include:|exists:|redirect=|exp=|(?:all|a|mx|ptr)(?:[ :/]|$))/i;

function lintStrings(strings: readonly string[]): SpfFinding[] {
  const findings: SpfFinding[] = [];
  let at = 0;
  strings.forEach((string, index) => {
    const octets = byteLength(string);
    if (octets > 255) {
      const message = `string ${index + 1} of the TXT record has ${octets} octets`;
      const fix = "strings of at most 255 octets";
      findings.push(spfError("spf-string-length", "RFC 1035 §3.3", message, fix, at));
    }
    const before = strings[index - 1] ?? "";
    if (index > 0 && !before.endsWith(" ") && STARTS.test(string)) {
      const message = `strings ${index} and ${index + 1} join without a space`;
      const fix = "a space at the end of the first: nothing is put between strings";
      findings.push(spfError("spf-string-join", rfcSection("3.3"), message, fix, at));
    }
    at += string.length;
  });
  return findings;
}

function toNetwork(text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new RangeError(`${JSON.stringify(text)} is no network`);
  return network;
}
