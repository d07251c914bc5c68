/** The state of one evaluation, its questions to the DNS and the names it makes of macros. */
import { reverseName } from "../ptr/record.ts";
import { inNetwork, isIp4, parseIp } from "./ip.ts";
import {
  asQueryName,
  expandMacro,
  type MacroContext,
  type MacroPart,
  parseMacroString,
  usesMacro,
} from "./macro.ts";
import {
  NAME_LIMIT,
  type QueryType,
  type SpfResolver,
  type TraceStep,
  VOID_LIMIT,
} from "./types.ts";

/** One run of check_host(), its includes and redirects too: they share the limits. */
export interface Check {
  context: Omit<MacroContext, "domain" | "validatedName">;
  resolver: SpfResolver;
  lookups: number;
  voidLookups: number;
  trace: TraceStep[];
  /** The client's validated names, once somebody wanted them. */
  names?: ClientNames;
}

interface ClientNames {
  /** The client has no PTR record. */
  isVoid: boolean;
  valid: string[];
}

/** A term being evaluated: it counts once, however many of its answers are void. */
export interface TermState {
  void: boolean;
}

/** What ends an evaluation at once. */
export class Stop extends Error {
  readonly result: "temperror" | "permerror";
  constructor(result: "temperror" | "permerror", message: string) {
    super(message);
    this.result = result;
  }
}

/**
 * The values of an answer, none when it is void. With a term, a void answer counts against
 * {@link VOID_LIMIT}: §4.6.4 counts terms, not queries.
 */
export async function queryDns(
  check: Check,
  name: string,
  type: QueryType,
  term?: TermState,
): Promise<readonly string[]> {
  const answer = await check.resolver.query(name, type).catch((reason: unknown) => ({
    status: "error" as const,
    reason: String(reason),
  }));
  if (answer.status === "error") {
    const why = answer.reason === undefined ? "" : `: ${answer.reason}`;
    throw new Stop("temperror", `no answer for ${name} ${type}${why}`);
  }
  if (answer.status === "found" && answer.values.length > 0) return answer.values;
  countVoid(check, `${name} ${type}`, term);
  return [];
}

function countVoid(check: Check, question: string, term: TermState | undefined): void {
  if (term === undefined || term.void) return;
  term.void = true;
  check.voidLookups += 1;
  if (check.voidLookups <= VOID_LIMIT) return;
  throw new Stop("permerror", `more than ${VOID_LIMIT} void look-ups, at ${question}`);
}

/** True for a name that a query can hold; §4.8 leaves what to do with others to the evaluator. */
export function isAskable(name: string): boolean {
  // RFC 8616 §4: a local part in UTF-8 has no place in a name; the term does not match.
  if (!/^[\x20-\x7e]+$/.test(name) || name.length > 253) return false;
  return name.split(".").every((label) => label.length > 0 && label.length <= 63);
}

/** The name that a domain-spec comes to in the record of a domain (§4.8). */
export async function targetName(check: Check, spec: string, domain: string): Promise<string> {
  const { parts } = parseMacroString(spec, "domain");
  return asQueryName(await expandFor(check, parts, domain));
}

/** Expands macros; `%{p}` asks the DNS, which counts against no limit but its own. */
export async function expandFor(
  check: Check,
  parts: readonly MacroPart[],
  domain: string,
): Promise<string> {
  const context: MacroContext = { ...check.context, domain };
  if (usesMacro(parts, "p")) {
    const names = await validatedNames(check);
    const best =
      names.find((name) => sameName(name, domain)) ??
      names.find((name) => isBelow(name, domain)) ??
      names[0];
    if (best !== undefined) context.validatedName = best;
  }
  return expandMacro(parts, context);
}

/** The client's names whose addresses hold the client (§5.5), of the first {@link NAME_LIMIT} PTR records. */
export async function validatedNames(check: Check, term?: TermState): Promise<string[]> {
  const reverse = reverseName(check.context.ip.toString()) ?? "";
  check.names ??= await lookUpNames(check, reverse);
  const { isVoid, valid } = check.names;
  // A second term asks again, if only a cache: it counts for itself.
  if (isVoid) countVoid(check, `${reverse} PTR`, term);
  return valid;
}

async function lookUpNames(check: Check, reverse: string): Promise<ClientNames> {
  const valid: string[] = [];
  const pointers = await unlessTemperror(queryDns(check, reverse, "PTR"));
  for (const pointer of (pointers ?? []).slice(0, NAME_LIMIT)) {
    const name = pointer.replace(/\.$/, "");
    if (!isAskable(name)) continue;
    const addresses = await unlessTemperror(queryDns(check, name, addressType(check)));
    if (addresses?.some((address) => containsClient(check, address)) === true) valid.push(name);
  }
  return { isVoid: pointers?.length === 0, valid };
}

/** A or AAAA, by the client's family. */
export function addressType(check: Check): "A" | "AAAA" {
  return isIp4(check.context.ip) ? "A" : "AAAA";
}

/** True when the client is in the network of an address. */
export function containsClient(
  check: Check,
  address: string,
  prefix4 = 32,
  prefix6 = 128,
): boolean {
  const { ip } = check.context;
  const network = parseIp(address);
  return network !== undefined && inNetwork(ip, network, isIp4(ip) ? prefix4 : prefix6);
}

/** True when a name is a domain or below it, whatever the case. */
export function isAtOrBelowName(name: string, domain: string): boolean {
  return sameName(name, domain) || isBelow(name, domain);
}

function sameName(name: string, domain: string): boolean {
  return name.toLowerCase() === domain.toLowerCase();
}

function isBelow(name: string, domain: string): boolean {
  return name.toLowerCase().endsWith(`.${domain.toLowerCase()}`);
}

/** §5.5: an error while looking at PTR names means no match, not temperror. */
async function unlessTemperror(
  answer: Promise<readonly string[]>,
): Promise<readonly string[] | undefined> {
  return await answer.catch((stop: unknown) => {
    if (stop instanceof Stop && stop.result === "temperror") return undefined;
    throw stop;
  });
}
