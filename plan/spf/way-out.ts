/** Ways to spend fewer look-ups, for a record that is over its budget. */
import { coverIp4 } from "./cidr.ts";
import type { SpfCost, SpfFacts } from "./cost.ts";
import { isMechanism } from "./finding.ts";
import { parseIp4 } from "./ip.ts";
import { nameKey, renderTerm } from "./render.ts";
import { type AddressMechanism, TERM_LIMIT, type Term } from "./types.ts";

/** One way, in words for a person. Nothing here copies another's addresses: those change without notice. */
export interface WayOut {
  /** `repeated` an include that another one already holds; `ip4` own hosts as addresses; `exists` own addresses one by one, by macro; `subdomain` a return path of its own. */
  kind: "repeated" | "ip4" | "exists" | "subdomain";
  /** Look-ups saved, at least. */
  saves: number;
  text: string;
}

/** The ways for these terms and their costs, the most saving first. */
export function waysOut(
  costs: readonly SpfCost[],
  terms: readonly Term[],
  options: SpfFacts & { domain?: string },
): WayOut[] {
  const ways = [
    ...repeatedIncludes(costs),
    ...ownHosts(terms, options),
    ...ownReturnPath(costs, options.domain ?? "<domain>"),
  ];
  return ways.toSorted((a, b) => b.saves - a.saves);
}

function repeatedIncludes(costs: readonly SpfCost[]): WayOut[] {
  return costs.flatMap((cost) => {
    const holder = costs.find((other) => other !== cost && holds(other, cost));
    if (holder === undefined || !cost.term.startsWith("include:")) return [];
    const text = `remove ${cost.term}: ${holder.term} holds it already (saves ${cost.lookups})`;
    return [{ kind: "repeated" as const, saves: cost.lookups, text }];
  });
}

function holds(tree: SpfCost, cost: SpfCost): boolean {
  return tree.terms.some(
    (child) => (child.term === cost.term && child.target === cost.target) || holds(child, cost),
  );
}

/** `a` and `mx` of hosts that are known to be one's own, or may be. */
function ownHosts(terms: readonly Term[], facts: SpfFacts & { domain?: string }): WayOut[] {
  const domain = facts.domain ?? "<domain>";
  const own = new Set(facts.own ?? []);
  const plain = terms.filter(
    (term): term is AddressMechanism =>
      isMechanism(term) &&
      (term.type === "a" || term.type === "mx") &&
      term.qualifier === "+" &&
      term.prefix4 === undefined &&
      term.prefix6 === undefined,
  );
  const known = plain.map((term) => ({ term, addresses: addressesOf(term, facts) }));
  const ours = known.filter(
    ({ addresses }) => addresses?.every((address) => own.has(address)) === true,
  );
  const maybe = known.filter(({ addresses }) => addresses === undefined);
  const ways: WayOut[] = [];
  if (ours.length > 0) {
    const addresses = ours.flatMap(({ addresses }) => addresses ?? []);
    const ip4 = coverIp4(addresses.filter((address) => parseIp4(address) !== undefined));
    const names = ours.map(({ term }) => renderTerm(term)).join(" ");
    const text = `write ${names} as ${ip4.map((network) => `ip4:${network}`).join(" ")} (saves ${ours.length})`;
    ways.push({ kind: "ip4", saves: ours.length, text });
  }
  if (maybe.length > 0) {
    const names = maybe.map(({ term }) => renderTerm(term)).join(" ");
    const text = `where ${names} are hosts of your own, write their addresses as ip4:, by range when contiguous (saves up to ${maybe.length})`;
    ways.push({ kind: "ip4", saves: maybe.length, text });
  }
  const candidates = [...ours, ...maybe].length;
  if (candidates > 1) {
    const names = [...ours, ...maybe].map(({ term }) => renderTerm(term)).join(" ");
    const text = `put exists:%{i}._spf.${domain} in place of ${names}, with an A record for each own address: one look-up for any number (saves ${candidates - 1})`;
    ways.push({ kind: "exists", saves: candidates - 1, text });
  }
  return ways;
}

function addressesOf(
  term: AddressMechanism,
  facts: SpfFacts & { domain?: string },
): string[] | undefined {
  const name = nameKey(term.domain ?? facts.domain ?? "");
  const hosts = term.type === "mx" ? facts.exchanges?.get(name) : [name];
  const lists = hosts?.map((host) => facts.addresses?.get(nameKey(host)));
  if (lists === undefined || lists.length === 0) return undefined;
  const addresses = lists.flatMap((list) => list ?? []);
  return lists.includes(undefined) || addresses.length === 0 ? undefined : addresses;
}

/** The dearest includes, until the rest fits. */
function ownReturnPath(costs: readonly SpfCost[], domain: string): WayOut[] {
  const includes = costs
    .filter(({ term }) => /^[+]?include:/.test(term))
    .toSorted((a, b) => b.lookups - a.lookups);
  let over = costs.reduce((sum, { lookups }) => sum + lookups, 0) - TERM_LIMIT;
  const moved: SpfCost[] = [];
  for (const include of includes) {
    if (over <= 0) break;
    moved.push(include);
    over -= include.lookups;
  }
  if (moved.length === 0) return [];
  const saves = moved.reduce((sum, { lookups }) => sum + lookups, 0);
  const names = moved.map(({ term }) => term).join(" and ");
  const each = moved.length > 1 ? ", a subdomain each" : "";
  const text = `send what goes through ${names} with a return path on a subdomain${each}, such as bounce.${domain}, whose own record holds the include (saves ${saves})`;
  return [{ kind: "subdomain", saves, text }];
}
