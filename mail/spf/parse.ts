/** Reading SPF records by the grammar of RFC 7208 §12: every fault, each with its offset. */
import { quotedExcerpt } from "../finding.ts";
import { isSpf, rfcSection, spfError } from "./finding.ts";
import { readTerm } from "./term.ts";
import type { ParsedSpf, PlacedTerm, SpfFinding } from "./types.ts";

const VERSION = "v=spf1";

/**
 * Reads a record: the strings of the TXT record joined without anything between (RFC 7208 §3.3).
 * Never throws.
 *
 * @example
 * parseSpf("v=spf1 ip4:198.51.100.7 -all").value?.terms.length // 2
 */
export function parseSpf(text: string): ParsedSpf {
  if (!isSpf(text)) {
    const message = `${quotedExcerpt(text)} does not begin with v=spf1 and a space`;
    const fix = "v=spf1, without a quote or a space before it";
    return { terms: [], findings: [spfError("spf-version", rfcSection("4.5"), message, fix, 0)] };
  }
  const terms: PlacedTerm[] = [];
  const findings: SpfFinding[] = [];
  for (const match of text.slice(VERSION.length).matchAll(/[^ ]+/g)) {
    const at = VERSION.length + match.index;
    const read = readTerm(match[0], at);
    findings.push(...read.findings);
    if (read.term !== undefined) terms.push({ term: read.term, at });
  }
  for (const type of ["redirect", "exp"]) {
    for (const { at } of terms.filter(({ term }) => term.type === type).slice(1)) {
      const message = `${type}= stands more than once`;
      findings.push(spfError("spf-repeated", rfcSection("6"), message, `one ${type}=`, at));
    }
  }
  findings.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  if (findings.length > 0) return { terms, findings };
  return { value: { terms: terms.map(({ term }) => term) }, terms, findings };
}
