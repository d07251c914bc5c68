/** Writing SPF: records and terms as text, and what makes two terms the same. */
import { isMechanism } from "./finding.ts";
import { networkOf, parseIp4, parseIp6 } from "./ip.ts";
import { hasMacro } from "./macro.ts";
import type { Mechanism, NetworkMechanism, SpfRecord, Term } from "./types.ts";

/**
 * A record as one text; `+` is left out, as is usual. The strings of a TXT record are the business
 * of `chunkTxt`.
 *
 * @example
 * renderSpf({ terms: [{ type: "a", qualifier: "+" }, { type: "all", qualifier: "-" }] }) // "v=spf1 a -all"
 */
export function renderSpf(record: SpfRecord): string {
  return ["v=spf1", ...record.terms.map(renderTerm)].join(" ");
}

/** One term as text. */
export function renderTerm(term: Term): string {
  if (!isMechanism(term)) {
    return term.type === "unknown" ? `${term.name}=${term.value}` : `${term.type}=${term.domain}`;
  }
  return (term.qualifier === "+" ? "" : term.qualifier) + mechanismText(term);
}

/**
 * What a term is apart from its qualifier: equal for two terms of one record that match the same.
 * Case and default prefix lengths do not count, nor do the host bits of a network.
 */
export function termKey(term: Term): string {
  switch (term.type) {
    case "ip4":
    case "ip6":
      return `${term.type}:${networkText(term)}`;
    case "a":
    case "mx": {
      const { prefix4 = 32, prefix6 = 128 } = term;
      return `${term.type}:${nameKey(term.domain ?? "")}/${prefix4}//${prefix6}`;
    }
    case "all":
      return "all";
    case "unknown":
      return `${term.name.toLowerCase()}=${term.value}`;
    default:
      return `${term.type}:${nameKey(term.domain ?? "")}`;
  }
}

/** A network without host bits; the prefix is left out when it is the whole address. */
export function networkText(term: NetworkMechanism): string {
  const whole = term.type === "ip4" ? 32 : 128;
  const prefix = term.prefix ?? whole;
  const ip = term.type === "ip4" ? parseIp4(term.address) : parseIp6(term.address);
  const network = ip === undefined ? term.address : networkOf(ip, prefix);
  return prefix === whole ? network : `${network}/${prefix}`;
}

/** A domain as the key of a map: lower case, without the last dot. Macros keep their case: it means something. */
export function nameKey(domain: string): string {
  const bare = domain.endsWith(".") ? domain.slice(0, -1) : domain;
  return hasMacro(bare) ? bare : bare.toLowerCase();
}

function mechanismText(term: Mechanism): string {
  switch (term.type) {
    case "all":
      return "all";
    case "ip4":
    case "ip6":
      return `${term.type}:${term.address}${term.prefix === undefined ? "" : `/${term.prefix}`}`;
    case "a":
    case "mx": {
      const prefix4 = term.prefix4 === undefined ? "" : `/${term.prefix4}`;
      const prefix6 = term.prefix6 === undefined ? "" : `//${term.prefix6}`;
      return `${term.type}${argumentText(term.domain)}${prefix4}${prefix6}`;
    }
    default:
      return `${term.type}${argumentText(term.domain)}`;
  }
}

function argumentText(domain: string | undefined): string {
  return domain === undefined ? "" : `:${domain}`;
}
