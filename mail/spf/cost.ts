/** What single terms cost, includes and redirects followed through records that are known. */
import { asksDns, isSpf, reachedTerms, rfcSection, spfError } from "./finding.ts";
import { parseIp4 } from "./ip.ts";
import { asQueryName, expandMacro, hasMacro, parseMacroString } from "./macro.ts";
import { parseSpf } from "./parse.ts";
import { nameKey, renderTerm } from "./render.ts";
import { NAME_LIMIT, type SpfFinding, type Term } from "./types.ts";

/** What is known of the DNS. Names are in lower case, without the last dot. */
export interface SpfFacts {
  /** A snapshot: domain → its SPF text, the empty text for a domain known to have none. @default none known */
  records?: ReadonlyMap<string, string>;
  /** Host → its addresses, empty for a host known to have none. @default none known */
  addresses?: ReadonlyMap<string, readonly string[]>;
  /** Domain → the exchanges of its MX, empty for a domain known to have none. @default none known */
  exchanges?: ReadonlyMap<string, readonly string[]>;
  /** One's own addresses: for naming ways out, nothing else. @default none */
  own?: readonly string[];
  /** Names that stand for something already: no way out proposes one of them. @default none */
  used?: readonly string[];
}

/** A term that asks the DNS, with everything below it. */
export interface SpfCost {
  /** As written. */
  term: string;
  /** The domain or host that it asks for, where known. */
  target?: string;
  /** Itself and all below. */
  lookups: number;
  atLeast: boolean;
  voidLookups: number;
  voidAtLeast: boolean;
  /** `counted` fully known; `macro` the target depends on the message; the others say why there is nothing below. */
  state: "counted" | "unknown" | "macro" | "none" | "broken" | "loop";
  /** The terms of the record it leads to. */
  terms: SpfCost[];
}

/** The state of one count. */
export interface CostWalk {
  facts: SpfFacts;
  loops: string[][];
  unknown: Set<string>;
  /** Domains with macros, as written: which record they mean depends on the message. */
  macros: Set<string>;
  findings: SpfFinding[];
  /** Domains from the record down to here. */
  path: string[];
  terms: number;
}

/** Records that include one another crosswise grow by powers; far beyond the limit nobody needs the sum. */
const TERMS_COUNTED = 500;

/** A count that has not begun. */
export function walkFrom(facts: SpfFacts): CostWalk {
  return {
    facts,
    loops: [],
    unknown: new Set(),
    macros: new Set(),
    findings: [],
    path: [],
    terms: 0,
  };
}

/** The cost of one term in the record of a domain; undefined when it asks nothing. */
export function costOf(
  term: Term,
  domain: string | undefined,
  walk: CostWalk,
): SpfCost | undefined {
  if (!asksDns(term)) return undefined;
  walk.terms += 1;
  const target = term.domain === undefined ? domain : staticName(term.domain, domain);
  const cost: SpfCost = {
    term: renderTerm(term),
    ...(target === undefined ? {} : { target }),
    lookups: 1,
    atLeast: false,
    voidLookups: 0,
    voidAtLeast: false,
    state: "counted",
    terms: [],
  };
  if (term.type === "include" || term.type === "redirect") follow(cost, domain, walk, term.domain);
  else countVoid(cost, term.type, target, walk);
  return cost;
}

/** The name a domain-spec stands for whatever the message: no macro, or `%{d}` only. */
function staticName(spec: string, domain: string | undefined): string | undefined {
  if (!hasMacro(spec)) return nameKey(asQueryName(spec).toLowerCase());
  const { parts } = parseMacroString(spec, "domain");
  const fixed = parts.every((part) => typeof part === "string" || part.letter === "d");
  const macro = parts.some((part) => typeof part !== "string");
  if (!fixed || (macro && domain === undefined)) return undefined;
  // Only %{d} is left to expand, so nothing else of the message is looked at.
  const nobody = parseIp4("0.0.0.0");
  if (nobody === undefined) return undefined;
  const context = { localPart: "", senderDomain: "", domain: domain ?? "", ip: nobody, helo: "" };
  return nameKey(asQueryName(expandMacro(parts, context)).toLowerCase());
}

function follow(cost: SpfCost, domain: string | undefined, walk: CostWalk, spec: string): void {
  const path =
    domain === undefined || walk.path.at(-1) === domain ? walk.path : [...walk.path, domain];
  const { target } = cost;
  const text = target === undefined ? undefined : walk.facts.records?.get(target);
  const back = target === undefined ? -1 : path.indexOf(target);
  if (target !== undefined && back >= 0) {
    const loop = [...path.slice(back), target];
    if (!walk.loops.some((known) => isSameLoop(known, loop))) walk.loops.push(loop);
    Object.assign(cost, { state: "loop", atLeast: true, voidAtLeast: true });
  } else if (text === undefined || walk.terms > TERMS_COUNTED) {
    if (target === undefined) walk.macros.add(spec);
    else walk.unknown.add(target);
    const state = target === undefined ? "macro" : "unknown";
    Object.assign(cost, { state, atLeast: true, voidAtLeast: true });
  } else {
    descend(cost, target ?? spec, text, { ...walk, path }, walk);
  }
}

/** One circle may be entered at any of its domains. */
function isSameLoop(a: readonly string[], b: readonly string[]): boolean {
  const circle = b.slice(1);
  const start = circle.indexOf(a[0] ?? "");
  const turned = [...circle.slice(start), ...circle.slice(0, start)];
  return start >= 0 && a.length === b.length && turned.every((name, index) => name === a[index]);
}

function descend(
  cost: SpfCost,
  target: string,
  text: string,
  below: CostWalk,
  walk: CostWalk,
): void {
  const parsed = parseSpf(text);
  if (!isSpf(text)) {
    cost.state = "none";
    const message = `${cost.term}: ${target} has no SPF record; receivers give permerror`;
    walk.findings.push(
      spfError("spf-include-none", rfcSection("5.2"), message, `remove ${cost.term}`),
    );
    return;
  }
  if (parsed.value === undefined) {
    cost.state = "broken";
    const faults = parsed.findings.map(({ message }) => message).join("; ");
    const message = `${cost.term}: the record of ${target} has errors, and receivers give permerror: ${faults}`;
    const fix = `have ${target} mended, or remove ${cost.term}`;
    walk.findings.push(spfError("spf-include-broken", rfcSection("5.2"), message, fix));
  }
  const terms = reachedTerms(parsed.terms.map(({ term }) => term));
  for (const term of terms) {
    const child = costOf(term, target, below);
    walk.terms = below.terms;
    if (child === undefined) continue;
    cost.terms.push(child);
    cost.lookups += child.lookups;
    cost.voidLookups += child.voidLookups;
    cost.atLeast ||= child.atLeast;
    cost.voidAtLeast ||= child.voidAtLeast;
  }
}

/** Whether an `a`, `mx`, `exists` or `ptr` finds nothing. `ptr` depends on the client. */
function countVoid(
  cost: SpfCost,
  type: "a" | "mx" | "exists" | "ptr",
  target: string | undefined,
  walk: CostWalk,
): void {
  const { addresses, exchanges } = walk.facts;
  if (type === "ptr" || target === undefined) {
    cost.voidAtLeast = true;
    if (type === "exists") cost.state = "macro";
    return;
  }
  const hosts = type === "mx" ? exchanges?.get(target) : [target];
  if (hosts !== undefined && hosts.length > NAME_LIMIT) {
    const message = `${cost.term}: ${target} has ${hosts.length} MX; receivers give permerror`;
    const fix = `at most ${NAME_LIMIT} MX, or ip4: of those that send`;
    walk.findings.push(spfError("spf-mx-limit", rfcSection("4.6.4"), message, fix));
  }
  const found = hosts?.map((host) => addresses?.get(nameKey(host)));
  // A term counts once, for its MX or for any of their hosts.
  const nothing = found?.length === 0 || found?.some((list) => list !== undefined && !hasIp4(list));
  if (nothing === true) cost.voidLookups = 1;
  else if (found?.every((list) => list !== undefined) !== true) cost.voidAtLeast = true;
}

function hasIp4(addresses: readonly string[]): boolean {
  return addresses.some((address) => parseIp4(address) !== undefined);
}
