/** Blocklists, asked over DNS. */
import {
  type Blocklist,
  brokenBy,
  CLEAR_TEST,
  LISTED_TEST,
  type ListAnswer,
  listedName,
  type Verdict,
  verdictOf,
} from "../core/screening/listing.ts";
import { isAbsent, reasonOf, resolverAt } from "./name-reader.ts";

/** What is asked of one list. */
export interface BlocklistReader {
  /** Why it is not to be believed; undefined where it is. */
  brokenBy(): Promise<string | undefined>;
  /** What it says of an IPv4 address. */
  verdict(ip: string): Promise<Verdict>;
}

/**
 * Asks a list.
 *
 * @param servers resolvers, IP or IP:port; default: this machine's. A public one gets errors from large lists.
 */
export function blocklistReader(list: Blocklist, servers?: readonly string[]): BlocklistReader {
  const resolver = resolverAt(servers);
  const ask = async (ip: string): Promise<ListAnswer> => {
    try {
      return { found: await resolver.resolve4(listedName(ip, list.zone)) };
    } catch (error) {
      return isAbsent(error) ? { found: [] } : { failed: reasonOf(error) };
    }
  };
  return {
    async brokenBy() {
      const [listed, clear] = await Promise.all([ask(LISTED_TEST), ask(CLEAR_TEST)]);
      return brokenBy(list, { listed, clear });
    },
    async verdict(ip) {
      return verdictOf(list, await ask(ip));
    },
  };
}
