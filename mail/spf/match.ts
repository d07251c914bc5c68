/** Does a mechanism match the client (RFC 7208 §5)? All but `include`, which recurs. */
import {
  addressType,
  type Check,
  containsClient,
  isAskable,
  isAtOrBelowName,
  queryDns,
  Stop,
  type TermState,
  targetName,
  validatedNames,
} from "./query.ts";
import { type AddressMechanism, type Mechanism, NAME_LIMIT } from "./types.ts";

/** Evaluates one mechanism of a domain's record. Throws {@link Stop} for temperror and permerror. */
export async function matchesMechanism(
  check: Check,
  mechanism: Exclude<Mechanism, { type: "include" }>,
  domain: string,
): Promise<boolean> {
  const term: TermState = { void: false };
  switch (mechanism.type) {
    case "all":
      return true;
    case "ip4":
      return containsClient(check, mechanism.address, mechanism.prefix);
    case "ip6":
      return containsClient(check, mechanism.address, undefined, mechanism.prefix);
    case "a":
    case "mx": {
      const target = await resolveTarget(check, mechanism.domain, domain);
      if (!isAskable(target)) return false;
      if (mechanism.type === "a") return await matchesHost(check, target, mechanism, term);
      return await matchesMx(check, target, mechanism, term);
    }
    case "exists": {
      const target = await resolveTarget(check, mechanism.domain, domain);
      // An A query whatever the client's family (§5.7).
      return isAskable(target) && (await queryDns(check, target, "A", term)).length > 0;
    }
    case "ptr": {
      const target = await resolveTarget(check, mechanism.domain, domain);
      const names = await validatedNames(check, term);
      return names.some((name) => isAtOrBelowName(name, target));
    }
  }
}

async function resolveTarget(
  check: Check,
  spec: string | undefined,
  domain: string,
): Promise<string> {
  return spec === undefined ? domain : await targetName(check, spec, domain);
}

async function matchesHost(
  check: Check,
  host: string,
  { prefix4, prefix6 }: AddressMechanism,
  term: TermState,
): Promise<boolean> {
  const addresses = await queryDns(check, host, addressType(check), term);
  return addresses.some((address) => containsClient(check, address, prefix4, prefix6));
}

/** No MX is no match: an A record does not stand in for it (§5.4). */
async function matchesMx(
  check: Check,
  target: string,
  mechanism: AddressMechanism,
  term: TermState,
): Promise<boolean> {
  const exchanges = await queryDns(check, target, "MX", term);
  if (exchanges.length > NAME_LIMIT) {
    const message = `${target} has ${exchanges.length} MX, more than ${NAME_LIMIT}`;
    throw new Stop("permerror", message);
  }
  for (const exchange of exchanges) {
    const host = exchange.replace(/\.$/, "");
    // A null MX (RFC 7505) names no host.
    if (isAskable(host) && (await matchesHost(check, host, mechanism, term))) return true;
  }
  return false;
}
