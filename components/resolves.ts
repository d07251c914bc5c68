/** Waits until DNS answers with an address: EC2 refuses a PTR whose A record does not resolve to it. */
import { Resolver } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Whom to ask, and how long. */
export interface ResolvesOptions {
  /** Servers as IP or IP:port. Default: the zone's own name servers and a public resolver. */
  servers?: readonly string[];
  /** Says the zone's own name servers by name; asked only when there is something to wait for. */
  nameServers?: () => Promise<readonly string[]>;
  /** Give up after this many milliseconds. Default 600,000: EC2's own wait for a PTR is as long. */
  timeout?: number;
  /** Milliseconds between two rounds. Default 2,000. */
  interval?: number;
}

/** A resolver that sees what the world sees, apart from the zone's own servers. */
const PUBLIC_RESOLVER = "1.1.1.1";

/**
 * Resolves once every server answers `name` with `address`.
 *
 * @throws after the timeout, naming each server and its last answer.
 */
export async function waitUntilResolves(
  name: string,
  address: string,
  options: ResolvesOptions = {},
): Promise<void> {
  const { timeout = 600_000, interval = 2_000 } = options;
  const deadline = Date.now() + timeout;
  const nameServers = options.servers === undefined ? await options.nameServers?.() : undefined;
  for (;;) {
    const servers = options.servers ?? (await serversOf(nameServers ?? []));
    const missing = await unanswered(name, address, servers);
    if (missing.length === 0) return;
    if (Date.now() + interval > deadline) {
      throw new Error(
        `${name} does not resolve to ${address} after ${Math.round(timeout / 1000)} s: ${missing.join("; ")}. ` +
          "EC2 would refuse the PTR. Check the zone's delegation, then deploy again: nothing is lost.",
      );
    }
    await sleep(interval);
  }
}

/** The addresses of name servers, asked anew each time, and a public resolver. */
async function serversOf(nameServers: readonly string[]): Promise<string[]> {
  const system = new Resolver({ timeout: 3_000, tries: 2 });
  const own = await Promise.all(
    nameServers.map((server) => system.resolve4(server).catch(() => [] as string[])),
  );
  return [...own.flat(), PUBLIC_RESOLVER];
}

/** One line a server that does not answer with the address yet. */
async function unanswered(
  name: string,
  address: string,
  servers: readonly string[],
): Promise<string[]> {
  const lines = await Promise.all(
    servers.map(async (server) => {
      const resolver = new Resolver({ timeout: 3_000, tries: 2 });
      resolver.setServers([server]);
      try {
        const found = await resolver.resolve4(name);
        return found.includes(address) ? undefined : `${server} says ${found.join(", ")}`;
      } catch (error) {
        return `${server} says ${codeOf(error)}`;
      }
    }),
  );
  return lines.filter((line) => line !== undefined);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
