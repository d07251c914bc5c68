/** One SPF record a name (RFC 7208 §3.2): what a domain publishes already, and what we want there. */
import type { Parsed } from "../mail/finding.ts";
import { error, isMechanism, section, warning } from "./finding.ts";
import { parseSpf } from "./parse.ts";
import { renderSpf, renderTerm, termKey } from "./render.ts";
import { readTerm } from "./term.ts";
import type { Mechanism, Modifier, SpfFinding, SpfRecord, Term } from "./types.ts";

export interface MergeOptions {
  /**
   * The result for everybody else: `-` fail, `~` softfail.
   * @default what the domain has now when that is `-all` or `~all`; `-` where it has no record; else
   * `~`. A merge makes nothing stricter on its own: `-all` over senders that the old record forgot
   * refuses their mail.
   */
  all?: "-" | "~";
}

/** A merged record, as data and as text; absent when the existing one cannot be read. */
export interface MergedSpf extends Parsed<SpfRecord> {
  text?: string;
  findings: SpfFinding[];
}

/**
 * Merges own terms into what the domain publishes. Own `ip4` and `ip6` come first: they cost no
 * look-up. Then the existing networks, the existing look-ups in their order, own look-ups, modifiers,
 * and one `all`. Where existing terms have other qualifiers than `+`, their order means something and
 * stays as it is. A `redirect` becomes an `include`, with a warning. Nothing is flattened.
 *
 * @param existing the SPF texts of the name: none, one, or several, which receivers refuse today
 * @param own mechanisms as text, without `all`: `["ip4:198.51.100.7"]`; their own order is kept
 * @example
 * mergeSpf(["v=spf1 include:_spf.google.com ~all"], ["ip4:198.51.100.7"]).text
 * // "v=spf1 ip4:198.51.100.7 include:_spf.google.com ~all"
 */
export function mergeSpf(
  existing: readonly string[],
  own: readonly string[],
  options: MergeOptions = {},
): MergedSpf {
  const findings: SpfFinding[] = [];
  const records = existing.flatMap((text) => readExisting(text, findings));
  const ours = own.flatMap((text) => readOwn(text, findings));
  if (findings.some(({ level }) => level === "error")) return { findings };
  if (existing.length > 1) {
    const message = `the name has ${existing.length} SPF records, which receivers refuse; they become one`;
    findings.push(warning("several", section("3.2"), message, "publish the merged one alone"));
  }
  const olds = records.map((record) => openUp(record, findings));
  const mechanisms = inOrder(
    ours,
    olds.flatMap((old) => old.mechanisms),
    findings,
  );
  const modifiers = mergeModifiers(
    olds.flatMap((old) => old.modifiers),
    findings,
  );
  const qualifier = chooseAll(olds, options.all, findings);
  const terms: Term[] = [...mechanisms, { type: "all", qualifier }, ...modifiers];
  return { value: { terms }, text: renderSpf({ terms }), findings };
}

/** An existing record, taken apart. */
interface Old {
  mechanisms: Mechanism[];
  modifiers: Modifier[];
  /** Undefined when the record has none. */
  all: Mechanism["qualifier"] | undefined;
  /** The `all` was another domain's, by a `redirect`. */
  redirected: boolean;
}

function readExisting(text: string, findings: SpfFinding[]): SpfRecord[] {
  const { value, findings: faults } = parseSpf(text);
  if (value !== undefined) return [value];
  for (const fault of faults) {
    const message = `the existing record cannot be merged: ${fault.message}`;
    findings.push({ ...fault, message });
  }
  return [];
}

function readOwn(text: string, findings: SpfFinding[]): Mechanism[] {
  const { term, findings: faults } = readTerm(text, 0);
  findings.push(...faults.map((fault) => ({ ...fault, message: `own term: ${fault.message}` })));
  if (term === undefined) return [];
  if (isMechanism(term) && term.type !== "all") return [term];
  const message = `own term: ${renderTerm(term)} is not one to merge`;
  findings.push(error("own-term", section("4.6.1"), message, "mechanisms other than all"));
  return [];
}

function openUp({ terms }: SpfRecord, findings: SpfFinding[]): Old {
  const mechanisms = terms.filter(isMechanism);
  const end = mechanisms.findIndex(({ type }) => type === "all");
  const all = end < 0 ? undefined : mechanisms[end]?.qualifier;
  const reached = end < 0 ? mechanisms : mechanisms.slice(0, end);
  for (const idle of end < 0 ? [] : mechanisms.slice(end + 1)) {
    const message = `${renderTerm(idle)} stood behind all, without effect; it is left out`;
    const fix = "name it among the own terms if it was meant to count";
    findings.push(warning("after-all", section("5.1"), message, fix));
  }
  const modifiers: Modifier[] = [];
  let redirected = false;
  for (const term of terms) {
    if (isMechanism(term)) continue;
    if (term.type !== "redirect") modifiers.push(term);
    else if (end >= 0) {
      const message = `redirect=${term.domain} stood beside all, without effect; it is left out`;
      const fix = `include:${term.domain} among the own terms if it was meant to count`;
      findings.push(warning("redirect-beside-all", section("6.1"), message, fix));
    } else {
      redirected = true;
      reached.push({ type: "include", qualifier: "+", domain: term.domain });
      const message = `redirect=${term.domain} becomes include:${term.domain}: whom it passes still passes, but its all and its exp no longer count`;
      const fix = "say which all the merged record ends in";
      findings.push(warning("redirect", section("5.2"), message, fix));
    }
  }
  return { mechanisms: reached, modifiers, all, redirected };
}

/** Own networks, existing networks, existing look-ups, own look-ups; the first of two alike stays. */
function inOrder(
  ours: readonly Mechanism[],
  olds: readonly Mechanism[],
  findings: SpfFinding[],
): Mechanism[] {
  const isNetwork = ({ type }: Mechanism) => type === "ip4" || type === "ip6";
  const mixed = olds.some(({ qualifier }) => qualifier !== "+");
  const sorted = mixed
    ? olds
    : [...olds.filter(isNetwork), ...olds.filter((term) => !isNetwork(term))];
  const kept = new Map<string, Mechanism>();
  const ordered = [
    ...ours.filter(isNetwork),
    ...sorted,
    ...ours.filter((term) => !isNetwork(term)),
  ];
  for (const term of ordered) {
    const first = kept.get(termKey(term));
    if (first === undefined) kept.set(termKey(term), term);
    else if (first.qualifier !== term.qualifier) {
      const message = `${renderTerm(term)} contradicts ${renderTerm(first)}, which comes first and counts`;
      findings.push(warning("contradiction", section("4.6"), message, "one of the two"));
    }
  }
  return [...kept.values()];
}

/** One `exp`; unknown modifiers as they are, once each. */
function mergeModifiers(modifiers: readonly Modifier[], findings: SpfFinding[]): Modifier[] {
  const kept = new Map<string, Modifier>();
  for (const modifier of modifiers) {
    const key = modifier.type === "exp" ? "exp" : termKey(modifier);
    const first = kept.get(key);
    if (first === undefined) kept.set(key, modifier);
    else if (renderTerm(first) !== renderTerm(modifier)) {
      const message = `${renderTerm(modifier)} is left out: ${renderTerm(first)} comes first`;
      findings.push(warning("repeated", section("6"), message, "one exp="));
    }
  }
  return [...kept.values()];
}

function chooseAll(
  olds: readonly Old[],
  wanted: MergeOptions["all"],
  findings: SpfFinding[],
): "-" | "~" {
  if (olds.length === 0) return wanted ?? "-";
  // Of several records the strictest: it is what each of their receivers was asked for at least.
  const existing = olds.some(({ all }) => all === "-")
    ? "-"
    : olds.some(({ all }) => all === "~")
      ? "~"
      : undefined;
  if (existing !== undefined && (wanted ?? existing) === existing) return existing;
  // What another domain's all says is not known here; the warning about the redirect stands for this.
  const written = olds.filter(({ redirected }) => !redirected);
  if (written.length === 0) return wanted ?? "~";
  const now = written.map(({ all }) => (all ? `${all}all` : "no all")).join(" and ");
  if (existing === "-") {
    const message = `~all is weaker than what the domain has now: ${now}`;
    findings.push(warning("all-weaker", section("5.1"), message, "-all"));
    return "~";
  }
  const all = wanted ?? "~";
  const message = `${all}all is stricter than what the domain has now: ${now}`;
  const fix = "see to it that the record names everybody who sends for the domain";
  findings.push(warning("all-stricter", section("5.1"), message, fix));
  return all;
}
