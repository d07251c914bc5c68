/** How large the answer is that carries an SPF record (RFC 7208 §3.4). */
import { byteLength, wireLength } from "../txt.ts";
import { rfcSection, spfWarning } from "./finding.ts";
import type { SpfFinding } from "./types.ts";

/** RFC 7208 §3.4: name and texts below this fit a classic answer. */
const TEXT_LIMIT = 450;
/** A DNS message over UDP without EDNS (RFC 1035 §4.2.1). */
const MESSAGE_LIMIT = 512;
const HEADER = 12;
/** Type and class of the question. */
const QUESTION = 4;
/** A compressed name, type, class, TTL and RDLENGTH. */
const RECORD = 2 + 2 + 2 + 4 + 2;

/**
 * Octets of the answer to a TXT query for the name, without EDNS: every TXT value of the name
 * counts, for they all come together.
 */
export function answerLength(values: readonly string[], domain = ""): number {
  const name = domain.length + 2;
  const records = values.reduce((sum, value) => sum + RECORD + wireLength(value), 0);
  return HEADER + name + QUESTION + records;
}

/** One warning at most: the graver of the two. */
export function lintSize(
  text: string,
  domain: string | undefined,
  others: readonly string[],
): SpfFinding[] {
  const values = [text, ...others];
  const together = others.length === 0 ? "" : `, with the ${others.length} other TXT of the name`;
  const fix =
    "fewer or wider ip4: terms, a return path on a subdomain, or one exists:%{i}._spf.<domain>";
  const answer = answerLength(values, domain);
  if (answer > MESSAGE_LIMIT) {
    const message = `the TXT answer has ${answer} octets${together}, more than ${MESSAGE_LIMIT}: some receivers cannot get it`;
    return [spfWarning("spf-length", rfcSection("3.4"), message, fix)];
  }
  const texts = values.reduce((sum, value) => sum + byteLength(value), (domain ?? "").length);
  if (texts <= TEXT_LIMIT) return [];
  const message = `name and text have ${texts} octets${together}, more than ${TEXT_LIMIT}`;
  return [spfWarning("spf-length", rfcSection("3.4"), message, fix)];
}
