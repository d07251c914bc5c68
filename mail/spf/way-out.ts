/** Ways to spend fewer look-ups, for a record that is over its budget or near it. */
import { coverIp4 } from "./cidr.ts";
import type { SpfCost, SpfFacts } from "./cost.ts";
import { isMechanism } from "./finding.ts";
import { parseIp4 } from "./ip.ts";
import { nameKey, renderTerm } from "./render.ts";
import { type ChosenReturnPath, type KnownSender, senderOf } from "./senders.ts";
import type { AddressMechanism, Term } from "./types.ts";

/** One way, in words for a person. Nothing here copies another's addresses: those change without notice. */
export interface SpfWayOut {
  /**
   * `repeated` an include that another one already holds; `sender` a well-known sender that needs no include
   * here, or can do without; `ip4` own hosts as addresses; `exists` own addresses one by one, by macro;
   * `subdomain` senders that are not known, with a return path of their own.
   */
  kind: "repeated" | "sender" | "ip4" | "exists" | "subdomain";
  /** Look-ups saved, at least. */
  saves: number;
  /** The terms that would go, as written. */
  terms: readonly string[];
  text: string;
}

/** For whom the ways are. */
export interface WaysOutOptions extends SpfFacts {
  domain?: string;
  /** Look-ups that are to be left at most: of senders that are not known, no more are named. */
  target: number;
}

/** The ways for these terms and their costs, the most saving first. */
export function waysOut(
  costs: readonly SpfCost[],
  terms: readonly Term[],
  options: WaysOutOptions,
): SpfWayOut[] {
  const domain = options.domain ?? "<domain>";
  const free = namesFor(domain, options.used ?? []);
  const ways = [
    ...repeatedIncludes(costs),
    ...ownHosts(terms, options),
    ...costs.flatMap((cost) => knownSenderText(cost, free)),
  ];
  const { target } = options;
  const all = [...ways, ...unknownSenderWays(costs, lookupsWithout(costs, ways) - target, free)];
  return all.toSorted((a, b) => b.saves - a.saves);
}

/** Look-ups that stay when all the ways have been gone. */
export function lookupsWithout(costs: readonly SpfCost[], ways: readonly SpfWayOut[]): number {
  const gone = new Set(ways.flatMap(({ terms }) => terms));
  return costs.reduce((sum, { term, lookups }) => (gone.has(term) ? sum : sum + lookups), 0);
}

/** Includes that cannot leave the record: `include:_spf.google.com (Google Workspace)`. */
export function mailboxIncludes(costs: readonly SpfCost[]): string[] {
  return costs.flatMap((cost) => {
    const sender = includedSender(cost);
    return sender?.mailboxes === true ? [`${cost.term} (${sender.name})`] : [];
  });
}

/** Names below the domain that stand for nothing yet: each is given away once. */
function namesFor(domain: string, used: readonly string[]): (label: string) => string {
  const given = new Set<string>();
  const isUsed = (name: string) =>
    given.has(name) || used.some((other) => other === name || other.endsWith(`.${name}`));
  return (label) => {
    let name = `${label}.${domain}`;
    for (let count = 2; isUsed(name); count += 1) name = `${label}${count}.${domain}`;
    given.add(name);
    return name;
  };
}

function isInclude({ term }: SpfCost): boolean {
  return /^[+]?include:/i.test(term);
}

function includedSender(cost: SpfCost): KnownSender | undefined {
  return isInclude(cost) && cost.target !== undefined ? senderOf(cost.target) : undefined;
}

function repeatedIncludes(costs: readonly SpfCost[]): SpfWayOut[] {
  return costs.flatMap((cost) => {
    const holder = costs.find((other) => other !== cost && includesTerm(other, cost));
    if (holder === undefined || !cost.term.startsWith("include:")) return [];
    const text = `remove ${cost.term}: ${holder.term} holds it already, as long as that stays here (saves ${cost.lookups})`;
    return [{ kind: "repeated" as const, saves: cost.lookups, terms: [cost.term], text }];
  });
}

function includesTerm(tree: SpfCost, cost: SpfCost): boolean {
  return tree.terms.some(
    (child) =>
      (child.term === cost.term && child.target === cost.target) || includesTerm(child, cost),
  );
}

/** `a` and `mx` of hosts that are known to be one's own, or may be. */
function ownHosts(terms: readonly Term[], facts: SpfFacts & { domain?: string }): SpfWayOut[] {
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
  const ways: SpfWayOut[] = [];
  if (ours.length > 0) {
    const addresses = ours.flatMap(({ addresses }) => addresses ?? []);
    const ip4 = coverIp4(addresses.filter((address) => parseIp4(address) !== undefined));
    const names = ours.map(({ term }) => renderTerm(term));
    const text = `write ${names.join(" ")} as ${ip4.map((network) => `ip4:${network}`).join(" ")} (saves ${ours.length})`;
    ways.push({ kind: "ip4", saves: ours.length, terms: names, text });
  }
  if (maybe.length > 0) {
    const names = maybe.map(({ term }) => renderTerm(term));
    const text = `where ${names.join(" ")} are hosts of your own, write their addresses as ip4:, by range when contiguous (saves up to ${maybe.length})`;
    ways.push({ kind: "ip4", saves: maybe.length, terms: names, text });
  }
  const candidates = [...ours, ...maybe].length;
  if (candidates > 1) {
    const names = [...ours, ...maybe].map(({ term }) => renderTerm(term)).join(" ");
    const text = `put exists:%{i}._spf.${domain} in place of ${names}, with an A record for each own address: one look-up for any number (saves ${candidates - 1})`;
    ways.push({ kind: "exists", saves: candidates - 1, terms: [], text });
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

/** What the table knows of the sender: nothing for one whose mail cannot go by another return path. */
function knownSenderText(cost: SpfCost, free: (label: string) => string): SpfWayOut[] {
  const sender = includedSender(cost);
  if (sender === undefined || sender.mailboxes === true) return [];
  const { name, ownReturnPath, chosen } = sender;
  const own =
    ownReturnPath === undefined
      ? []
      : [`remove ${cost.term} where the return path of ${name} is its own (${ownReturnPath})`];
  const other =
    chosen === undefined ? [] : [chosenPath(chosen, own.length > 0 ? "it" : name, free)];
  if (own.length + other.length === 0) return [];
  const gone = own.length > 0 ? "" : `, and remove ${cost.term}`;
  const text = `${[...own, ...other].join("; else ")}${gone} (saves ${cost.lookups})`;
  return [{ kind: "sender", saves: cost.lookups, terms: [cost.term], text }];
}

/** SPF of the chosen name is then the sender's matter, or the record that it asks for there. */
function chosenPath(
  { by, called, subdomain }: ChosenReturnPath,
  who: string,
  free: (label: string) => string,
): string {
  const place = free(subdomain);
  return by === "setting"
    ? `give ${who} a return path such as ${place} (${called})`
    : `let ${who} send as addresses at a name such as ${place} (${called})`;
}

/** The dearest includes of senders that the table does not know, until the rest fits. */
function unknownSenderWays(
  costs: readonly SpfCost[],
  over: number,
  free: (label: string) => string,
): SpfWayOut[] {
  const includes = costs
    // An include with macros holds several senders, or all of them.
    .filter(
      (cost) => isInclude(cost) && cost.target !== undefined && includedSender(cost) === undefined,
    )
    .toSorted((a, b) => b.lookups - a.lookups);
  const moved: SpfCost[] = [];
  let left = over;
  for (const include of includes) {
    if (left <= 0) break;
    moved.push(include);
    left -= include.lookups;
  }
  if (moved.length === 0) return [];
  const saves = moved.reduce((sum, { lookups }) => sum + lookups, 0);
  const terms = moved.map(({ term }) => term);
  const each = moved.length > 1 ? ", a subdomain each" : "";
  const text = `where what goes through ${terms.join(" and ")} can use a return path of its own, put it on a subdomain${each}, such as ${free("bounces")}, whose own record holds the include (saves ${saves})`;
  return [{ kind: "subdomain", saves, terms, text }];
}
