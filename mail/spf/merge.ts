/** One SPF record a name (RFC 7208 §3.2): what a domain publishes already, and what we want there. */
import type { Parsed } from "../finding.ts";
import { isMechanism, rfcSection, spfError, spfWarning } from "./finding.ts";
import { parseSpf } from "./parse.ts";
import { renderSpf, renderTerm, termKey } from "./render.ts";
import { readTerm } from "./term.ts";
import type { Mechanism, Modifier, SpfFinding, SpfRecord, Term } from "./types.ts";

export interface SpfMergeOptions {
  /**
   * The result for everybody else: `-` fail, `~` softfail, `?` neutral.
   * @default what the domain has now, also where that is another domain's, by `redirect=`, or nobody's,
   * which is neutral. A merge makes nothing stricter on its own: `-all` over senders that the old record
   * forgot refuses their mail.
   */
  all?: SpfAll;
  /** The result for everybody else where the name has no record. @default "-" */
  otherwise?: SpfAll;
}

/** How a record may end. `+all` is no way to end one: it lets everybody send. */
export type SpfAll = "-" | "~" | "?";

/** A merged record, as data and as text; absent when the existing one cannot be read. */
export interface MergedSpf extends Parsed<SpfRecord> {
  text?: string;
  findings: SpfFinding[];
}

/**
 * Merges own terms into what the domain publishes. Own `ip4` and `ip6` come first: they cost no
 * look-up. Then the existing networks, the existing look-ups in their order, own look-ups, modifiers,
 * and one `all` or `redirect`, as the existing record has it: own terms may stand before a `redirect`
 * (RFC 7208 §6.1). Where existing terms have other qualifiers than `+`, their order means something and
 * stays as it is, and own look-ups stand before the first of them. Nothing is flattened.
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
  options: SpfMergeOptions = {},
): MergedSpf {
  const findings: SpfFinding[] = [];
  const records = existing.flatMap((text) => readExisting(text, findings));
  const ours = own.flatMap((text) => readOwn(text, findings));
  if (findings.some(({ level }) => level === "error")) return { findings };
  if (existing.length > 1) {
    const message = `the name has ${existing.length} SPF records, which receivers refuse; they become one`;
    findings.push(
      spfWarning("spf-several", rfcSection("3.2"), message, "publish the merged one alone"),
    );
  }
  const olds = records.map((record) => existingSpfOf(record, findings));
  const end = chooseEnd(olds, options, findings);
  if (end === undefined) return { findings };
  const mechanisms = orderedMechanisms(
    ours,
    olds.flatMap((old) => old.mechanisms),
    findings,
  );
  const modifiers = mergeModifiers(
    olds.flatMap((old) => old.modifiers),
    findings,
  );
  const include = end.find((term) => term.type === "include");
  const rest = end.filter((term) => term !== include);
  const known = mechanisms.some(
    (term) => include !== undefined && termKey(term) === termKey(include),
  );
  const terms: Term[] = [
    ...mechanisms,
    ...(include === undefined || known ? [] : [include]),
    ...rest,
    ...modifiers,
  ];
  return { value: { terms }, text: renderSpf({ terms }), findings };
}

/** An existing record, taken apart. */
interface ExistingSpf {
  mechanisms: Mechanism[];
  modifiers: Modifier[];
  /** Undefined when the record has none. */
  all: Mechanism["qualifier"] | undefined;
  /** The domain whose `all` it is, by a `redirect`. */
  redirect: string | undefined;
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
  findings.push(
    spfError("spf-own-term", rfcSection("4.6.1"), message, "mechanisms other than all"),
  );
  return [];
}

function existingSpfOf({ terms }: SpfRecord, findings: SpfFinding[]): ExistingSpf {
  const mechanisms = terms.filter(isMechanism);
  const end = mechanisms.findIndex(({ type }) => type === "all");
  const all = end < 0 ? undefined : mechanisms[end]?.qualifier;
  const reached = end < 0 ? mechanisms : mechanisms.slice(0, end);
  for (const idle of end < 0 ? [] : mechanisms.slice(end + 1)) {
    const message = `${renderTerm(idle)} stood behind all, without effect; it is left out`;
    const fix = "name it among the own terms if it was meant to count";
    findings.push(spfWarning("spf-after-all", rfcSection("5.1"), message, fix));
  }
  const modifiers: Modifier[] = [];
  let redirect: string | undefined;
  for (const term of terms) {
    if (isMechanism(term)) continue;
    if (term.type !== "redirect") modifiers.push(term);
    else if (end >= 0) {
      const message = `redirect=${term.domain} stood beside all, without effect; it is left out`;
      const fix = `include:${term.domain} among the own terms if it was meant to count`;
      findings.push(spfWarning("spf-redirect-beside-all", rfcSection("6.1"), message, fix));
    } else redirect = term.domain;
  }
  return { mechanisms: reached, modifiers, all, redirect };
}

/** Own networks, existing networks, existing look-ups, own look-ups; the first of two alike stays. */
function orderedMechanisms(
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
  const asking = ours.filter((term) => !isNetwork(term));
  // Behind a term that refuses ours might never be reached; before the others they would take look-ups of
  // senders that have matched by then.
  const refusing = sorted.findIndex(({ qualifier }) => qualifier !== "+");
  const until = refusing < 0 ? sorted.length : refusing;
  const ordered = [
    ...ours.filter(isNetwork),
    ...sorted.slice(0, until),
    ...asking,
    ...sorted.slice(until),
  ];
  for (const term of ordered) {
    const first = kept.get(termKey(term));
    if (first === undefined) kept.set(termKey(term), term);
    else if (first.qualifier !== term.qualifier) {
      const message = `${renderTerm(term)} contradicts ${renderTerm(first)}, which comes first and counts`;
      findings.push(spfWarning("spf-contradiction", rfcSection("4.6"), message, "one of the two"));
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
      findings.push(spfWarning("spf-repeated", rfcSection("6"), message, "one exp="));
    }
  }
  return [...kept.values()];
}

/** How the merged record ends: an `all` or a `redirect`; undefined where neither keeps what there is. */
function chooseEnd(
  olds: readonly ExistingSpf[],
  { all: wanted, otherwise = "-" }: SpfMergeOptions,
  findings: SpfFinding[],
): Term[] | undefined {
  const redirects = new Set(olds.flatMap(({ redirect }) => redirect ?? []));
  const [redirect] = redirects;
  if (redirect === undefined) {
    const qualifier = chooseAll(olds, wanted, otherwise, findings);
    return qualifier === undefined ? undefined : [{ type: "all", qualifier }];
  }
  if (redirects.size > 1 || olds.length > 1) {
    const message = `the name has ${olds.length} SPF records, and redirect=${redirect} in one of them: what everybody else gets is not one thing`;
    const fix = `publish one record first: include:${redirect} with the others' terms, and one all`;
    findings.push(spfError("spf-several", rfcSection("3.2"), message, fix));
    return undefined;
  }
  if (wanted === undefined) return [{ type: "redirect", domain: redirect }];
  const message = `redirect=${redirect} becomes include:${redirect} because the config says ${wanted}all: whom it passes still passes, but its own all and exp no longer count`;
  const fix = "leave all out, and redirect= stays as it is";
  findings.push(spfWarning("spf-redirect", rfcSection("5.2"), message, fix));
  return [
    { type: "include", qualifier: "+", domain: redirect },
    { type: "all", qualifier: wanted },
  ];
}

/** Strictest last; none at all is neutral (RFC 7208 §4.7). */
const STRICTNESS = ["+", "?", "~", "-"] as const;

function chooseAll(
  olds: readonly ExistingSpf[],
  wanted: SpfAll | undefined,
  otherwise: SpfAll,
  findings: SpfFinding[],
): SpfAll | undefined {
  if (olds.length === 0) return wanted ?? otherwise;
  // The strictest of several records counts: each of their receivers was asked for that much at least.
  const rank = Math.max(...olds.map(({ all = "?" }) => STRICTNESS.indexOf(all)));
  const existing = STRICTNESS[rank] ?? "?";
  const now = olds.map(({ all }) => (all ? `${all}all` : "no all")).join(" and ");
  if (wanted === undefined) {
    if (existing !== "+") return existing;
    const message = `the domain has ${now}, which lets everybody send: that is not published again, and what comes in its place may refuse senders that nobody has named`;
    const fix =
      "find the senders, name them in include, and say all: softfail; or leave the record alone: fromSpf: false at the streams";
    findings.push(spfError("spf-pass-all", rfcSection("5.1"), message, fix));
    return undefined;
  }
  const difference = STRICTNESS.indexOf(wanted) - rank;
  if (difference < 0) {
    const message = `${wanted}all is weaker than what the domain has now: ${now}`;
    findings.push(spfWarning("spf-all-weaker", rfcSection("5.1"), message, `${existing}all`));
  } else if (difference > 0) {
    const message = `${wanted}all is stricter than what the domain has now: ${now}`;
    const fix = "see to it that the record names everybody who sends for the domain";
    findings.push(spfWarning("spf-all-stricter", rfcSection("5.1"), message, fix));
  }
  return wanted;
}
