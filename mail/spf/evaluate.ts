/** check_host() of RFC 7208 §4: what a receiver makes of a sender, with a resolver of the caller's. */
import { parseName } from "../names.ts";
import { asksDns, isMechanism, isSpf } from "./finding.ts";
import { parseIp } from "./ip.ts";
import { parseMacroString } from "./macro.ts";
import { matchesMechanism } from "./match.ts";
import { parseSpf } from "./parse.ts";
import { type Check, expandFor, isAskable, queryDns, Stop, targetName } from "./query.ts";
import { renderTerm } from "./render.ts";
import {
  type SpfResolver,
  type SpfResult,
  type SpfResultCode,
  TERM_LIMIT,
  type Term,
} from "./types.ts";

/** Who asks to be let in. */
export interface SpfClient {
  /** The client's address; IPv4-mapped IPv6 counts as IPv4. */
  ip: string;
  /** The name in HELO or EHLO. */
  helo: string;
  /** The reverse-path; empty for bounces: then HELO is checked, as postmaster@helo (§2.4). */
  mailFrom: string;
  /** `%{r}` in explanations: the receiving host. @default "unknown" */
  receiver?: string;
  /** `%{t}` in explanations: seconds since 1970; there is no clock here. @default 0 */
  time?: number;
}

/** A result on its way: the explanation belongs to the record that gave the result (§6.2). */
interface Outcome {
  result: SpfResultCode;
  reason?: string;
  explain?: { domain: string; spec: string };
}

/**
 * Evaluates the SPF record of a sender. Loops end by the look-up limit. The limit on time (§4.6.4,
 * at least 20 seconds) is the resolver's: an answer `error` gives temperror.
 *
 * @throws RangeError when `client.ip` is no address
 */
export async function checkHost(client: SpfClient, resolver: SpfResolver): Promise<SpfResult> {
  const ip = parseIp(client.ip);
  if (ip === undefined) throw new RangeError(`${JSON.stringify(client.ip)} is no address`);
  const split = client.mailFrom.lastIndexOf("@");
  const localPart = client.mailFrom.slice(0, Math.max(0, split)) || "postmaster";
  const written = client.mailFrom === "" ? client.helo : client.mailFrom.slice(split + 1);
  const domain = senderDomain(written);
  const check: Check = {
    context: {
      localPart,
      senderDomain: domain ?? written,
      ip,
      helo: client.helo,
      ...(client.receiver === undefined ? {} : { receiver: client.receiver }),
      ...(client.time === undefined ? {} : { time: client.time }),
    },
    resolver,
    lookups: 0,
    voidLookups: 0,
    trace: [],
  };
  const outcome = domain === undefined ? malformedDomain(written) : await outcomeOf(check, domain);
  const explanation = await explain(check, outcome);
  return {
    result: outcome.result,
    ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
    ...(explanation === undefined ? {} : { explanation }),
    lookups: check.lookups,
    voidLookups: check.voidLookups,
    trace: check.trace,
  };
}

async function outcomeOf(check: Check, domain: string): Promise<Outcome> {
  try {
    return await checkDomain(check, domain);
  } catch (stop) {
    if (stop instanceof Stop) return { result: stop.result, reason: stop.message };
    throw stop;
  }
}

/** The recursive part. Throws {@link Stop} for temperror and permerror: no include softens those. */
async function checkDomain(check: Check, domain: string): Promise<Outcome> {
  const terms = await findRecord(check, domain);
  if (terms === undefined) return { result: "none", reason: `${domain} has no SPF record` };
  for (const term of terms.filter(isMechanism)) {
    countLookup(check, term, domain);
    const step = { domain, term: renderTerm(term), matched: false };
    check.trace.push(step);
    step.matched =
      term.type === "include"
        ? await includes(check, term.domain, domain)
        : await matchesMechanism(check, term, domain);
    if (!step.matched) continue;
    const result = RESULTS[term.qualifier];
    const exp = terms.find(({ type }) => type === "exp");
    return exp?.type === "exp" ? { result, explain: { domain, spec: exp.domain } } : { result };
  }
  const redirect = terms.find(({ type }) => type === "redirect");
  if (redirect?.type !== "redirect") return { result: "neutral" };
  countLookup(check, redirect, domain);
  check.trace.push({ domain, term: renderTerm(redirect), matched: true });
  const target = await targetName(check, redirect.domain, domain);
  return await checkTarget(check, target, `redirect=${redirect.domain} of ${domain}`);
}

const RESULTS = { "+": "pass", "-": "fail", "~": "softfail", "?": "neutral" } as const;

async function includes(check: Check, spec: string, domain: string): Promise<boolean> {
  const target = await targetName(check, spec, domain);
  const { result } = await checkTarget(check, target, `include:${spec} of ${domain}`);
  return result === "pass";
}

/** A domain without a record is a permerror for who points there (§5.2, §6.1). */
async function checkTarget(check: Check, target: string, term: string): Promise<Outcome> {
  if (!isAskable(target) || !target.includes(".")) {
    throw new Stop("permerror", `${term} leads to ${JSON.stringify(target)}, which is no domain`);
  }
  const outcome = await checkDomain(check, target);
  if (outcome.result !== "none") return outcome;
  throw new Stop("permerror", `${term} leads to ${target}, which has no SPF record`);
}

/** The terms of a domain's one record (§4.4, §4.5). */
async function findRecord(check: Check, domain: string): Promise<Term[] | undefined> {
  const texts = (await queryDns(check, domain, "TXT")).filter(isSpf);
  const [text] = texts;
  if (text === undefined) return undefined;
  if (texts.length > 1) throw new Stop("permerror", `${domain} has ${texts.length} SPF records`);
  const { value, findings } = parseSpf(text);
  if (value === undefined) {
    const faults = findings.map(({ message }) => message).join("; ");
    throw new Stop("permerror", `the SPF record of ${domain}: ${faults}`);
  }
  return value.terms;
}

function countLookup(check: Check, term: Term, domain: string): void {
  if (!asksDns(term)) return;
  check.lookups += 1;
  if (check.lookups <= TERM_LIMIT) return;
  const message = `more than ${TERM_LIMIT} look-ups, at ${renderTerm(term)} of ${domain}`;
  throw new Stop("permerror", message);
}

/** The explanation of a fail; whatever goes wrong with it, the result stands (§6.2). */
async function explain(check: Check, outcome: Outcome): Promise<string | undefined> {
  if (outcome.result !== "fail" || outcome.explain === undefined) return undefined;
  const { domain, spec } = outcome.explain;
  try {
    const target = await targetName(check, spec, domain);
    if (!isAskable(target)) return undefined;
    const [text, ...others] = await queryDns(check, target, "TXT");
    if (text === undefined || others.length > 0) return undefined;
    const { parts, findings } = parseMacroString(text, "explanation");
    return findings.length > 0 ? undefined : await expandFor(check, parts, domain);
  } catch (stop) {
    if (stop instanceof Stop) return undefined;
    throw stop;
  }
}

/** The domain to check, A-labels for U-labels (RFC 8616 §4); undefined when malformed (§4.3). */
function senderDomain(text: string): string | undefined {
  const { value } = parseName(text, { underscores: true });
  return value?.includes(".") === true ? value : undefined;
}

function malformedDomain(domain: string): Outcome {
  return {
    result: "none",
    reason: `${JSON.stringify(domain)} is no domain with at least two labels`,
  };
}
