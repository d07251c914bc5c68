/**
 * What a blocklist says of an IPv4 address: it answers with an address of 127.0.0.0/8 for one that it lists, and with
 * nothing for one that it does not (RFC 5782 §2.1).
 */

/** A blocklist that is asked over DNS. */
export interface Blocklist {
  /** Its zone: `zen.spamhaus.org`. */
  zone: string;
  /** Answers that count as a listing. Absent: each in 127.0.0.0/8 that is no error. */
  codes?: readonly string[];
}

/** What DNS answered: the addresses, none where the name is absent; or why that is not known. */
export type ListAnswer = { found: readonly string[] } | { failed: string };

/** What that means. `unknown` is neither listed nor not: an answer that says so is no listing. */
export type Verdict =
  | { outcome: "listed"; codes: readonly string[] }
  | { outcome: "clear" }
  | { outcome: "unknown"; reason: string };

/** What a list says of each of these, if it is alive (RFC 5782 §5). */
export const LISTED_TEST = "127.0.0.2";
export const CLEAR_TEST = "127.0.0.1";

/** The name that a list is asked for: `2.0.0.127.zen.spamhaus.org`. */
export function listedName(ip: string, zone: string): string {
  return `${ip.split(".").reverse().join(".")}.${zone}`;
}

/**
 * Reads an answer. 127.255.255.0/24 are errors of whoever asks (Spamhaus: .252 a wrong name, .254 a public resolver,
 * .255 too many queries), and an answer outside 127.0.0.0/8 is of a resolver that invents some, or of a list that has
 * ended.
 */
export function verdictOf({ codes }: Blocklist, answer: ListAnswer): Verdict {
  if ("failed" in answer) return { outcome: "unknown", reason: answer.failed };
  const errors = answer.found.filter(
    (code) => !code.startsWith("127.") || code.startsWith("127.255.255."),
  );
  if (errors.length > 0) {
    return { outcome: "unknown", reason: `${errors.join(", ")} ${meaningOf(errors[0] ?? "")}` };
  }
  const listed = answer.found.filter((code) => codes === undefined || codes.includes(code));
  return listed.length > 0 ? { outcome: "listed", codes: listed.toSorted() } : { outcome: "clear" };
}

/** Why a list is not to be believed; undefined where it is. */
export function brokenBy(
  list: Blocklist,
  tests: { listed: ListAnswer; clear: ListAnswer },
): string | undefined {
  // Its test point may stand under a code of its own.
  const listed = verdictOf({ zone: list.zone }, tests.listed);
  const clear = verdictOf({ zone: list.zone }, tests.clear);
  if (listed.outcome === "unknown") return `${LISTED_TEST} is answered with ${listed.reason}`;
  if (clear.outcome === "unknown") return `${CLEAR_TEST} is answered with ${clear.reason}`;
  if (listed.outcome === "clear")
    return `it does not list ${LISTED_TEST}, as every list that is alive`;
  if (clear.outcome === "listed") return `it lists ${CLEAR_TEST}, and so lists everything`;
  return undefined;
}

function meaningOf(code: string): string {
  if (!code.startsWith("127.")) return "(no answer of a blocklist)";
  if (code === "127.255.255.254") return "(an error: it is asked through a public resolver)";
  if (code === "127.255.255.255") return "(an error: too many queries)";
  if (code === "127.255.255.252") return "(an error: a wrong name)";
  return "(an error)";
}
