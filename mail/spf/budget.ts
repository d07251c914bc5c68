/** The look-ups of an SPF record, counted without the network: what an evaluator spends at most. */
import { costOf, type SpfCost, type SpfFacts, walkFrom } from "./cost.ts";
import { limitText, reachedTerms, rfcSection, spfError, spfWarning } from "./finding.ts";
import { parseSpf } from "./parse.ts";
import { type ParsedSpf, type SpfFinding, TERM_LIMIT, VOID_LIMIT } from "./types.ts";
import { lookupsWithout, mailboxIncludes, type SpfWayOut, waysOut } from "./way-out.ts";

export type { SpfCost, SpfFacts } from "./cost.ts";
export type { SpfWayOut } from "./way-out.ts";

export interface SpfBudgetOptions extends SpfFacts {
  /** The name that the record stands at. @default unknown: loops back to it and its own `a` go unseen */
  domain?: string;
}

/** From here on a record has hardly room for what it includes to grow: vendors add look-ups without asking. */
export const NEAR_LIMIT = 9;

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
  /** Domains whose records are not known, each counted as at least one. */
  unknown: string[];
  /** Domains with macros, as written, each counted as at least one: nobody can count more than the message shows. */
  macros: string[];
  /** What helps when the budget is overdrawn, or nearly, the most saving first. */
  waysOut: SpfWayOut[];
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
    macros: [...walk.macros],
    waysOut: [],
    findings: walk.findings,
  };
  if (budget.lookups >= NEAR_LIMIT) {
    const target = budget.lookups > TERM_LIMIT ? TERM_LIMIT : NEAR_LIMIT - 1;
    budget.waysOut = waysOut(costs, terms, { ...options, target });
  }
  addBudgetFindings(budget);
  return budget;
}

function lookupText({ lookups, atLeast }: SpfCost): string {
  return `${atLeast ? "at least " : ""}${lookups}`;
}

function addBudgetFindings(budget: SpfBudget): void {
  const { findings, lookups, loops, voidLookups } = budget;
  for (const loop of loops) {
    const message = `${loop.join(" → ")}: the records include each other without end`;
    const fix = `remove one include: or redirect= of the chain`;
    findings.push(spfError("spf-loop", rfcSection("5.2"), message, fix));
  }
  if (lookups > TERM_LIMIT) findings.push(overLimitFinding(budget));
  else {
    if (lookups >= NEAR_LIMIT) findings.push(nearLimitFinding(budget));
    findings.push(...uncountedFindings(budget));
  }
  if (voidLookups === 0) return;
  const names = voidTerms(budget.terms).join(", ");
  const message = `${voidLookups} look-ups find nothing, of ${VOID_LIMIT}: ${names}`;
  const make = voidLookups > VOID_LIMIT ? spfError : spfWarning;
  findings.push(
    make(
      "spf-void-lookups",
      rfcSection("4.6.4"),
      message,
      "remove these terms, or publish the names",
    ),
  );
}

function overLimitFinding(budget: SpfBudget): SpfFinding {
  const { lookups, atLeast, waysOut: ways, terms } = budget;
  const dearest = terms.toSorted((a, b) => b.lookups - a.lookups);
  const bill = dearest.map((cost) => `${cost.term} ${lookupText(cost)}`).join(", ");
  const message = `${limitText(lookups, atLeast)} look-ups: ${bill}`;
  const fix = [...ways.map(({ text }) => text), ...limitsOf(budget)];
  const foreign = terms.some(({ terms: below, state }) => below.length > 0 || state === "unknown");
  if (foreign) fix.push("do not copy the addresses of others: they change without notice");
  if (fix.length === 0) fix.push(`at most ${TERM_LIMIT} terms that ask the DNS`);
  return spfError("spf-lookups", rfcSection("4.6.4"), message, fix.join("; "));
}

/** What no way changes: who stays, whether that is too much already, and whom it does not harm. */
function limitsOf({ terms, waysOut: ways }: SpfBudget): string[] {
  const limits: string[] = [];
  const stay = mailboxIncludes(terms);
  if (stay.length > 0) {
    const verb = stay.length === 1 ? "stays" : "stay";
    limits.push(
      `${stay.join(" and ")} ${verb}: mailboxes of people send with their own address as the return path`,
    );
  }
  const left = lookupsWithout(terms, ways);
  if (left > TERM_LIMIT) {
    const all = ways.length === 0 ? "nothing of it can be moved" : "all of this is not enough";
    limits.push(
      `${all}: ${left} look-ups stay, and only giving up a sender, or another From domain for it, helps`,
    );
  }
  limits.push(
    "SPF is asked of the return path alone: mail with another name there is not touched by this record",
  );
  return limits;
}

function nearLimitFinding({ lookups, atLeast, waysOut: ways, terms }: SpfBudget): SpfFinding {
  const left = TERM_LIMIT - lookups;
  const room = left === 0 ? "none is left" : `${left} is left`;
  const more =
    left === 0
      ? "one more include, or one look-up more in those that stand here,"
      : `one more include that costs ${left + 1}, or ${left + 1} look-ups more in those that stand here,`;
  const text = `${limitText(lookups, atLeast)} look-ups: ${atLeast ? "at best " : ""}${room}; ${more} makes permerror for every mail`;
  const stay = mailboxIncludes(terms);
  const fix =
    ways.length > 0
      ? ways.map((way) => way.text)
      : ["add no include here", ...(stay.length > 0 ? [`${stay.join(" and ")} cannot leave`] : [])];
  return spfWarning("spf-lookups-near", rfcSection("4.6.4"), text, fix.join("; "));
}

/** Records that are not known may be asked for; which record a macro means, nobody knows before the mail comes. */
function uncountedFindings({ lookups, atLeast, unknown, macros }: SpfBudget): SpfFinding[] {
  const findings: SpfFinding[] = [];
  const count = `${limitText(lookups, atLeast)} look-ups`;
  if (unknown.length > 0) {
    const message = `${count}: the records of ${unknown.join(", ")} are not known, each counted as at least one`;
    const fix = "look them up, or give a snapshot of them";
    findings.push(spfWarning("spf-lookups-unknown", rfcSection("4.6.4"), message, fix));
  }
  if (macros.length > 0) {
    const message = `${count}: an include with macros can be counted by nobody, at least 1: which record ${macros.join(", ")} means depends on each mail`;
    const fix = `its owner must keep that record within the ${TERM_LIMIT - lookups} look-ups that are left; nothing is to be done here`;
    findings.push(spfWarning("spf-lookups-macro", rfcSection("4.6.4"), message, fix));
  }
  return findings;
}

function voidTerms(costs: readonly SpfCost[]): string[] {
  return costs.flatMap(({ term, terms, voidLookups }) => {
    if (voidLookups === 0) return [];
    return terms.length === 0 ? [term] : voidTerms(terms);
  });
}
