/** Waits until DNS answers with an address: EC2 refuses a PTR whose A record does not resolve to it. */
import { Resolver } from "node:dns/promises";
import { TELL_EVERY } from "../waits.ts";
import { interruptSignal, pauseFor } from "./interruption.ts";

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
  /**
   * Told at once, and every 10 seconds, which name is asked where and what was answered.
   * @default nobody
   */
  tell?: (line: string) => void;
}

/** A resolver that sees what the world sees, apart from the zone's own servers. */
const PUBLIC_RESOLVER = "1.1.1.1";

/** Whom a name is asked of. */
interface Server {
  /** IP or IP:port. */
  address: string;
  /** As people know it: `ns1.example (192.0.2.53)`. */
  name: string;
}

/**
 * Resolves once every server answers `name` with `address`.
 *
 * @throws after the timeout, naming each server and its last answer; and at once when the deployment is
 *   interrupted.
 */
export async function waitUntilResolves(
  name: string,
  address: string,
  options: ResolvesOptions = {},
): Promise<void> {
  const { timeout = 600_000, interval = 2_000, tell = () => {} } = options;
  const begun = Date.now();
  const nameServers = options.servers === undefined ? await options.nameServers?.() : undefined;
  let lastReport: number | undefined;
  for (;;) {
    const servers =
      options.servers?.map((server) => ({ address: server, name: server })) ??
      (await serversOf(nameServers ?? []));
    const missing = await waitingLines(name, address, servers);
    const now = Date.now();
    const waited = Math.round((now - begun) / 1_000);
    if (missing.length === 0) {
      if (lastReport !== undefined) tell(`${name} resolves to ${address}, after ${waited} s`);
      return;
    }
    if (now - begun + interval > timeout) {
      throw new Error(
        `${name} does not resolve to ${address} after ${Math.round(timeout / 1_000)} s: ${missing.join("; ")}. ` +
          "EC2 would refuse the PTR. Check the zone's delegation, then deploy again: nothing is lost.",
      );
    }
    if (lastReport === undefined || now - lastReport >= TELL_EVERY) {
      lastReport = now;
      tell(
        `waits until ${name} resolves to ${address}, for the PTR: ${missing.join("; ")} (${waited} s of at most ${Math.round(timeout / 1_000)} s)`,
      );
    }
    try {
      await pauseFor(interval);
    } catch (error) {
      throw new Error(
        `${name} does not resolve to ${address} yet, and ${error instanceof Error ? error.message : error}: ${missing.join("; ")}. Deploy again: nothing is lost.`,
      );
    }
  }
}

/** The addresses of name servers, asked anew each time, and a public resolver. */
async function serversOf(nameServers: readonly string[]): Promise<Server[]> {
  const system = new Resolver({ timeout: 3_000, tries: 2 });
  const own = await Promise.all(
    nameServers.map(async (server) => {
      const addresses = await system.resolve4(server).catch(() => [] as string[]);
      return addresses.map((address) => ({ address, name: `${server} (${address})` }));
    }),
  );
  return [...own.flat(), { address: PUBLIC_RESOLVER, name: PUBLIC_RESOLVER }];
}

/** One line a server that does not answer with the address yet. */
async function waitingLines(
  name: string,
  address: string,
  servers: readonly Server[],
): Promise<string[]> {
  const signal = interruptSignal();
  const lines = await Promise.all(
    servers.map(async (server) => {
      // Once: the next round asks again.
      const resolver = new Resolver({ timeout: 3_000, tries: 1 });
      resolver.setServers([server.address]);
      // A server that is silent would hold up an interruption for as long as it is waited for.
      const stop = () => resolver.cancel();
      signal.addEventListener("abort", stop);
      try {
        const found = await resolver.resolve4(name);
        return found.includes(address) ? undefined : `${server.name} says ${found.join(", ")}`;
      } catch (error) {
        return `${server.name} ${answerText(error)}`;
      } finally {
        signal.removeEventListener("abort", stop);
      }
    }),
  );
  return lines.filter((line) => line !== undefined);
}

/** What the resolver's codes mean, with the code that others search for. */
const ANSWERS: Readonly<Record<string, string>> = {
  ENOTFOUND: "says that there is no such name (NXDOMAIN)",
  ENODATA: "says that the name has no A record (NODATA)",
  ESERVFAIL: "fails (SERVFAIL): the zone's delegation or DNSSEC may be broken",
  EREFUSED: "refuses to answer (REFUSED): it does not serve the zone",
  ETIMEOUT: "does not answer in time",
  ECONNREFUSED: "is not there: connection refused",
};

function answerText(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return ANSWERS[code] ?? `says ${code}`;
}
