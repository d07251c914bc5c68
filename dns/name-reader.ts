/** What names publish, as their own name servers say: read for a person, and for a plan that must break nothing. */
import { Resolver } from "node:dns/promises";
import {
  type ExistingRecords,
  LISTED_TYPES,
  noRecords,
} from "../core/tenant/existing/existing-records.ts";

/** What a name publishes, or why that could not be read. */
export type NameReading = { standing: ExistingRecords } | { failed: string };

/** Reads names of DNS. */
export interface NameReader {
  /** Everything that matters to mail at a name. */
  read(name: string): Promise<NameReading>;
}

/**
 * Asks the servers that are given; else, for each name, the name servers of the zone that holds it, found as a
 * resolver finds them. A public resolver may answer from a cache that is a day old, and no plan should stand on
 * that.
 *
 * @param servers IP or IP:port.
 */
export function nameReader(servers?: readonly string[]): NameReader {
  const given = servers === undefined ? undefined : resolverAt(servers);
  const system = resolverAt();
  const known = new Map<string, Promise<Resolver>>();
  const authority = (name: string): Promise<Resolver> => {
    if (given !== undefined) return Promise.resolve(given);
    const before = known.get(name);
    if (before !== undefined) return before;
    const found = findAuthority(name);
    known.set(name, found);
    found.catch(() => {});
    return found;
  };
  const findAuthority = async (name: string): Promise<Resolver> => {
    const hosts = await system.resolveNs(name).catch((error: unknown) => {
      if (isAbsent(error)) return [];
      throw error;
    });
    if (hosts.length > 0) {
      const ips = await Promise.all(hosts.map((host) => system.resolve4(host).catch(() => [])));
      if (ips.flat().length > 0) return resolverAt(ips.flat());
      throw new Error(`the name servers of ${name} (${hosts.join(", ")}) have no address`);
    }
    const dot = name.indexOf(".");
    if (dot < 0) throw new Error("this machine's resolver knows no name server above it");
    return authority(name.slice(dot + 1));
  };
  const readOnce = async (name: string): Promise<NameReading> => {
    try {
      return { standing: await readFrom(await authority(name.replace(/^\*\./, "")), name) };
    } catch (error) {
      return { failed: reasonOf(error) };
    }
  };
  const readings = new Map<string, Promise<NameReading>>();
  return {
    read(name) {
      const reading = readings.get(name) ?? readOnce(name);
      readings.set(name, reading);
      return reading;
    },
  };
}

/**
 * The name servers that a zone is delegated to, lower case without last dots; or why that is not known.
 *
 * @param servers whom to ask, IP or IP:port; default: this machine's resolver.
 */
export async function nameServersOf(
  zone: string,
  servers?: readonly string[],
): Promise<{ found: string[] } | { failed: string }> {
  const resolver = resolverAt(servers);
  try {
    const found = await resolver.resolveNs(zone);
    return { found: found.map((server) => server.toLowerCase().replace(/\.$/, "")) };
  } catch (error) {
    return { failed: reasonOf(error) };
  }
}

/** The values of one type among what was read at a name; undefined where it was not read. */
export function answersOf(
  reading: NameReading | undefined,
  type: string,
): { found: readonly string[] } | { failed: string } | undefined {
  if (reading === undefined || "failed" in reading) return reading;
  const { standing } = reading;
  if (type === "CNAME") return { found: standing.CNAME === undefined ? [] : [standing.CNAME] };
  const listed = LISTED_TYPES.find((one) => one === type);
  return listed === undefined ? undefined : { found: standing[listed] };
}

/**
 * A resolver that asks these servers.
 *
 * @param servers IP or IP:port; default: this machine's.
 */
export function resolverAt(servers?: readonly string[]): Resolver {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  return resolver;
}

async function readFrom(resolver: Resolver, name: string): Promise<ExistingRecords> {
  const values = <T>(asked: Promise<T[]>): Promise<T[]> =>
    asked.catch((error: unknown) => {
      if (isAbsent(error)) return [];
      throw error;
    });
  // A wildcard shows at a name that nobody has made.
  const at = name.startsWith("*.") ? `sendips-${random()}${name.slice(1)}` : name;
  const [alias] = await values(resolver.resolveCname(at));
  // What a resolver says of an alias's other types is its target's.
  if (alias !== undefined) return { ...noRecords(), CNAME: alias };
  const [txt, mx, caa, a, aaaa] = await Promise.all([
    values(resolver.resolveTxt(at)),
    values(resolver.resolveMx(at)),
    values(resolver.resolveCaa(at)),
    values(resolver.resolve4(at)),
    values(resolver.resolve6(at)),
  ]);
  return {
    TXT: txt.map((strings) => strings.join("")).sort(),
    MX: mx
      .map(({ priority, exchange }) => `${priority} ${exchange === "" ? "." : exchange}`)
      .sort(),
    CAA: caa.flatMap(caaValues).sort(),
    A: a.sort(),
    AAAA: aaaa.sort(),
  };
}

function random(): string {
  return Math.random().toString(36).slice(2, 12);
}

/** `{critical: 0, issue: "ca.example"}` as a zone file has it. */
function caaValues(record: object): string[] {
  const flags: unknown = Reflect.get(record, "critical");
  return Object.entries(record).flatMap(([tag, value]) =>
    tag === "critical" || tag === "type" || typeof value !== "string"
      ? []
      : [`${Number(flags)} ${tag} "${value}"`],
  );
}

/** NXDOMAIN and NODATA say that there is nothing; anything else says nothing. */
export function isAbsent(error: unknown): boolean {
  return ["ENOTFOUND", "ENODATA"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Why an answer is not known: the code of DNS, or the message. */
export function reasonOf(error: unknown): string {
  return codeOf(error) || (error instanceof Error ? error.message : String(error));
}
