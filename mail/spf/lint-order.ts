/** Faults of the terms together: `all` and `redirect`, order, terms that stand twice. */
import { asksDns, isMechanism, rfcSection, spfError, spfWarning } from "./finding.ts";
import { covers, type Network, parseIp4, parseIp6 } from "./ip.ts";
import { renderTerm, termKey } from "./render.ts";
import type { Mechanism, PlacedTerm, SpfFinding } from "./types.ts";

interface PlacedMechanism {
  term: Mechanism;
  at: number;
}

/** `whole` is false when some terms could not be read: a missing `all` is then no finding of its own. */
export function lintOrder(terms: readonly PlacedTerm[], isComplete: boolean): SpfFinding[] {
  const mechanisms = terms.flatMap(({ term, at }) => (isMechanism(term) ? [{ term, at }] : []));
  return [
    ...lintEnd(terms, mechanisms, isComplete),
    ...lintRepeats(terms),
    ...lintCovered(mechanisms),
    ...lintCost(mechanisms),
  ];
}

function lintEnd(
  terms: readonly PlacedTerm[],
  mechanisms: readonly PlacedMechanism[],
  isComplete: boolean,
): SpfFinding[] {
  const findings: SpfFinding[] = [];
  const all = mechanisms.findIndex(({ term }) => term.type === "all");
  const redirect = terms.find(({ term }) => term.type === "redirect");
  if (all < 0 && redirect === undefined && isComplete) {
    const message = "no all: everybody else is neutral, as with ?all";
    findings.push(spfError("spf-all-missing", rfcSection("4.7"), message, "-all at the end"));
  }
  if (all < 0) return findings;
  for (const { term, at } of mechanisms.slice(all + 1)) {
    const message = `${renderTerm(term)} stands behind all and is never reached`;
    findings.push(
      spfError("spf-after-all", rfcSection("5.1"), message, "all as the last mechanism", at),
    );
  }
  if (redirect !== undefined) {
    const message = "redirect= beside all is ignored";
    const fix = "one of the two: include: instead of redirect=, or no all";
    findings.push(
      spfError("spf-redirect-beside-all", rfcSection("6.1"), message, fix, redirect.at),
    );
  }
  const exp = terms.find(({ term }) => term.type === "exp");
  if (exp !== undefined && mechanisms.every(({ term }) => term.qualifier !== "-")) {
    const message = "exp= explains a fail, and this record fails nobody";
    findings.push(
      spfWarning("spf-idle-exp", rfcSection("6.2"), message, "remove exp=, or -all", exp.at),
    );
  }
  return findings;
}

function lintRepeats(terms: readonly PlacedTerm[]): SpfFinding[] {
  const seen = new Set<string>();
  return terms.flatMap(({ term, at }) => {
    const key = termKey(term);
    // A second redirect= or exp= is an error of the grammar, a second all is behind the first.
    const isReported = term.type === "redirect" || term.type === "exp" || term.type === "all";
    if (isReported || !seen.has(key)) {
      seen.add(key);
      return [];
    }
    const message = `${renderTerm(term)} stands twice`;
    return [
      spfWarning(
        "spf-repeated",
        rfcSection("4.6"),
        message,
        "each term once: the first counts",
        at,
      ),
    ];
  });
}

function lintCovered(mechanisms: readonly PlacedMechanism[]): SpfFinding[] {
  const networks = mechanisms.flatMap((placed) => {
    const network = networkIn(placed.term);
    return network === undefined ? [] : [{ ...placed, network }];
  });
  // An address is covered by a network of fewer bits only: single addresses need no comparing.
  const wide = networks.filter(({ network, term }) => network.prefix < fullPrefix(term));
  return networks.flatMap(({ term, at, network }) => {
    const outer = wide.find(
      (other) =>
        other.network.prefix < network.prefix &&
        other.term.qualifier === term.qualifier &&
        covers(other.network, network),
    );
    if (outer === undefined) return [];
    const message = `${renderTerm(term)} is within ${renderTerm(outer.term)}`;
    return [
      spfWarning("spf-covered", rfcSection("5.6"), message, `remove ${renderTerm(term)}`, at),
    ];
  });
}

/** Advice: a client that an address matches costs no look-up. Only where the order changes no result. */
function lintCost(mechanisms: readonly PlacedMechanism[]): SpfFinding[] {
  const senders = mechanisms.filter(({ term }) => term.type !== "all");
  if (senders.some(({ term }) => term.qualifier !== "+")) return [];
  const asking = senders.findIndex(({ term }) => asksDns(term));
  if (asking < 0) return [];
  const late = senders.slice(asking).find(({ term }) => networkIn(term) !== undefined);
  const before = senders[asking];
  if (late === undefined || before === undefined) return [];
  const message = `${renderTerm(late.term)} stands behind ${renderTerm(before.term)}, which costs a look-up`;
  const fix = "ip4: and ip6: first: whom they match costs no look-up";
  return [spfWarning("spf-order", rfcSection("4.6.4"), message, fix, late.at)];
}

function networkIn(term: Mechanism): Network | undefined {
  if (term.type !== "ip4" && term.type !== "ip6") return undefined;
  const ip = term.type === "ip4" ? parseIp4(term.address) : parseIp6(term.address);
  return ip === undefined ? undefined : { ip, prefix: term.prefix ?? fullPrefix(term) };
}

function fullPrefix(term: Mechanism): number {
  return term.type === "ip4" ? 32 : 128;
}
