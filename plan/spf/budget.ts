/** The look-ups of an SPF record, counted without the network: what an evaluator spends at most. */
import { costOf, type SpfCost, type SpfFacts, walkFrom } from "./cost.ts";
import { error, ofLimit, reachedTerms, section, warning } from "./finding.ts";
import { parseSpf } from "./parse.ts";
import { type ParsedSpf, type SpfFinding, TERM_LIMIT, VOID_LIMIT } from "./types.ts";
import { type WayOut, waysOut } from "./way-out.ts";

export type { SpfCost, SpfFacts } from "./cost.ts";
export type { WayOut } from "./way-out.ts";

export interface SpfBudgetOptions extends SpfFacts {
  /** The name that the record stands at. @default unknown: loops back to it and its own `a` go unseen */
  domain?: string;
}

/** What a record costs a receiver that matches none of its terms. */
export interface SpfBudget {
  /** Terms that ask the DNS, through includes and redirects, of {@link TERM_LIMIT}. */
  lookups: number;
  /** True when some record is not known: the real number may be higher. */
  atLeast: boolean;
  /** Terms whose answer is known to be void, of {@link VOID_LIMIT}; for a client with an IPv4 address. */
  voidLookups: number;
  /** True when the answers of some terms are not known. */
  voidAtLeast: boolean;
  /** The record's own terms that ask the DNS, in their order, each with what is below it. */
  terms: SpfCost[];
  /** Chains of domains that come back to their first: `["a.example", "b.example", "a.example"]`. */
  loops: string[][];
  /** Domains whose records are not known, each counted as at least one; a macro stands as written. */
  unknown: string[];
  /** What helps when the budget is overdrawn, the most saving first. */
  waysOut: WayOut[];
  findings: SpfFinding[];
}

/**
 * Counts the look-ups of a record (RFC 7208 §4.6.4) with what is known of others' records. Faults of
 * the record's own text are not told here; terms that cannot be read count nothing.
 *
 * @example
 * spfBudget("v=spf1 include:_spf.a.example -all", { records: new Map() }).lookups // 1, atLeast
 */
export function spfBudget(text: string, options: SpfBudgetOptions = {}): SpfBudget {
  return budgetOf(parseSpf(text), options);
}

/** {@link spfBudget} of a record that has been read. */
export function budgetOf(
  { value, terms: placed }: ParsedSpf,
  options: SpfBudgetOptions,
): SpfBudget {
  const terms = reachedTerms(value?.terms ?? placed.map(({ term }) => term));
  const walk = walkFrom(options);
  const domain = options.domain?.toLowerCase().replace(/\.$/, "");
  const costs = terms.flatMap((term) => costOf(term, domain, walk) ?? []);
  const sum = (count: (cost: SpfCost) => number) =>
    costs.reduce((all, cost) => all + count(cost), 0);
  const budget: SpfBudget = {
    lookups: sum(({ lookups }) => lookups),
    atLeast: costs.some(({ atLeast }) => atLeast),
    voidLookups: sum(({ voidLookups }) => voidLookups),
    voidAtLeast: costs.some(({ voidAtLeast }) => voidAtLeast),
    terms: costs,
    loops: walk.loops,
    unknown: [...walk.unknown],
    waysOut: [],
    findings: walk.findings,
  };
  if (budget.lookups > TERM_LIMIT) budget.waysOut = waysOut(costs, terms, options);
  judge(budget);
  return budget;
}

/**
 * The budget as lines of text, a tree.
 *
 * @example
 * renderBudget(budget)
 * // 6 of 10 look-ups
 * //   a: 1
 * //   include:_spf.vendor.example: 5
 * //     include:_spf1.vendor.example: 1 …
 */
export function renderBudget(budget: SpfBudget): string[] {
  const lines = (costs: readonly SpfCost[], indent: string): string[] =>
    costs.flatMap((cost) => [
      `${indent}${cost.term}: ${amount(cost)}${NOTES[cost.state]}`,
      ...lines(cost.terms, `${indent}  `),
    ]);
  return [`${ofLimit(budget.lookups, budget.atLeast)} look-ups`, ...lines(budget.terms, "  ")];
}

const NOTES: Record<SpfCost["state"], string> = {
  counted: "",
  unknown: " (its record is not known)",
  macro: " (which record depends on the sender)",
  none: " (has no SPF record)",
  broken: " (its record has errors)",
  loop: " (comes back to itself)",
};

function amount({ lookups, atLeast }: SpfCost): string {
  return `${atLeast ? "at least " : ""}${lookups}`;
}

function judge(budget: SpfBudget): void {
  const { findings, lookups, atLeast, loops, unknown, voidLookups } = budget;
  for (const loop of loops) {
    const message = `${loop.join(" → ")}: the records include each other without end`;
    const fix = `remove one include: or redirect= of the chain`;
    findings.push(error("loop", section("5.2"), message, fix));
  }
  if (lookups > TERM_LIMIT) {
    const dearest = budget.terms.toSorted((a, b) => b.lookups - a.lookups);
    const bill = dearest.map((cost) => `${cost.term} ${amount(cost)}`).join(", ");
    const message = `${ofLimit(lookups, atLeast)} look-ups: ${bill}`;
    const ways = budget.waysOut.map(({ text }) => text);
    const foreign = budget.terms.some(
      ({ terms, state }) => terms.length > 0 || state === "unknown",
    );
    if (foreign) ways.push("do not copy the addresses of others: they change without notice");
    const fix = ways.length > 0 ? ways.join("; ") : `at most ${TERM_LIMIT} terms that ask the DNS`;
    findings.push(error("lookups", section("4.6.4"), message, fix));
  } else if (unknown.length > 0) {
    const message = `${ofLimit(lookups, atLeast)} look-ups: the records of ${unknown.join(", ")} are not known, each counted as at least one`;
    const fix = "look them up, or give a snapshot of them";
    findings.push(warning("lookups-unknown", section("4.6.4"), message, fix));
  }
  if (voidLookups === 0) return;
  const names = voidTerms(budget.terms).join(", ");
  const message = `${voidLookups} look-ups find nothing, of ${VOID_LIMIT}: ${names}`;
  const make = voidLookups > VOID_LIMIT ? error : warning;
  findings.push(
    make("void", section("4.6.4"), message, "remove these terms, or publish the names"),
  );
}

function voidTerms(costs: readonly SpfCost[]): string[] {
  return costs.flatMap(({ term, terms, voidLookups }) => {
    if (voidLookups === 0) return [];
    return terms.length === 0 ? [term] : voidTerms(terms);
  });
}
