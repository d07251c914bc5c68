/** What the name servers answer right now: pure look-ups over the sandbox's state. */
import type { Answer } from "dns-packet";
import type { RecordContent } from "../cloudflare/state.ts";
import { txtStrings } from "../cloudflare/txt.ts";
import type { World } from "../world.ts";
import { blocklistRecords } from "./blocklists.ts";
import { REVERSE_ZONES, reverseRecords } from "./reverse.ts";

/** RCODEs of RFC 1035 §4.1.1. */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };

export interface Reply {
  rcode: number;
  answers: Answer[];
  authorities: Answer[];
}

/** The name servers' own names: they answer for themselves, on loopback. */
const SERVERS_ZONE = "ns.cloudflare.example";
const SERVERS = [`ada.${SERVERS_ZONE}`, `bob.${SERVERS_ZONE}`];
const NEGATIVE_TTL = 60;

/** Answers one question. `name` in any case; owner names in the answer keep the asker's spelling. */
export function answer(world: World, name: string, type: string): Reply {
  const asked = name.replace(/\.$/, "");
  const zone = zoneOf(world, asked.toLowerCase());
  if (zone !== undefined && world.state.blocklists?.[zone]?.answers === "fails") {
    return { rcode: RCODE.SERVFAIL, answers: [], authorities: [] };
  }
  if (zone === undefined) return { rcode: RCODE.REFUSED, answers: [], authorities: [] };
  const answers: Answer[] = [];
  let owner = asked;
  let at: string | undefined = zone;
  // RFC 1034 §3.6.2: aliases are followed as long as we serve the target.
  for (let hops = 0; at !== undefined && hops < 8; hops += 1) {
    const records = zoneRecords(world, at);
    const found = matching(records, at, owner.toLowerCase());
    if (found === undefined) {
      // RFC 6604 §3: of an alias too, the code tells whether the last name exists.
      return { rcode: RCODE.NXDOMAIN, answers, authorities: [soa(at)] };
    }
    const exact = found.filter((record) => record.type === type || type === "ANY");
    if (exact.length > 0) {
      answers.push(...exact.map((record) => wire(record, owner)));
      return { rcode: RCODE.NOERROR, answers, authorities: [] };
    }
    const alias = found.find((record) => record.type === "CNAME");
    if (alias === undefined) return { rcode: RCODE.NOERROR, answers, authorities: [soa(at)] };
    answers.push(wire(alias, owner));
    owner = alias.content;
    at = zoneOf(world, owner);
  }
  return { rcode: RCODE.NOERROR, answers, authorities: [] };
}

/** The IPv4 addresses that a name resolves to right now: what EC2 asks before it accepts a PTR. */
export function resolveA(world: World, name: string): string[] {
  return answer(world, name, "A")
    .answers.filter(({ type }) => type === "A")
    .map(({ data }) => String(data));
}

function zoneOf(world: World, name: string): string | undefined {
  const zones = [
    ...Object.values(world.state.cloudflare.zones).map((zone) => zone.name),
    ...REVERSE_ZONES,
    ...Object.keys(world.state.blocklists ?? {}),
    SERVERS_ZONE,
  ];
  return zones
    .filter((zone) => name === zone || name.endsWith(`.${zone}`))
    .sort((a, b) => b.length - a.length)[0];
}

function zoneRecords(world: World, zone: string): RecordContent[] {
  const own = Object.values(world.state.cloudflare.zones).find(({ name }) => name === zone);
  const apex: RecordContent[] = [
    { name: zone, type: "SOA", content: "", ttl: 3_600 },
    ...(own?.nameServers ?? SERVERS).map((content) => ({
      name: zone,
      type: "NS",
      content,
      ttl: 86_400,
    })),
  ];
  if (zone === SERVERS_ZONE) {
    return [
      ...apex,
      ...SERVERS.map((name) => ({ name, type: "A", content: "127.0.0.1", ttl: 86_400 })),
    ];
  }
  if (REVERSE_ZONES.includes(zone)) return [...apex, ...reverseRecords(world, zone)];
  const blocklist = world.state.blocklists?.[zone];
  if (blocklist !== undefined) return [...apex, ...blocklistRecords(zone, blocklist)];
  const now = world.clock.now();
  const { served, zones } = world.state.cloudflare;
  const shown = served.filter(
    (record) =>
      zones[record.zoneId]?.name === zone &&
      record.from <= now &&
      (record.until === undefined || record.until > now),
  );
  return [...apex, ...shown];
}

/** The records at a name, by wildcard if need be (RFC 4592 §3.3.1); undefined when the name does not exist. */
function matching(
  records: readonly RecordContent[],
  zone: string,
  name: string,
): RecordContent[] | undefined {
  const exists = (wanted: string) =>
    wanted === zone ||
    records.some((record) => record.name === wanted || record.name.endsWith(`.${wanted}`));
  if (exists(name)) return records.filter((record) => record.name === name);
  let encloser = name;
  while (!exists(encloser)) encloser = encloser.slice(encloser.indexOf(".") + 1);
  const wildcard = records.filter((record) => record.name === `*.${encloser}`);
  return wildcard.length > 0 ? wildcard : undefined;
}

function soa(zone: string): Answer {
  const [mname = ""] = SERVERS;
  const data = {
    mname,
    rname: `dns.${SERVERS_ZONE}`,
    serial: 1,
    refresh: 10_000,
    retry: 2_400,
    expire: 604_800,
    // RFC 2308 §5: how long a resolver may remember that there is nothing.
    minimum: NEGATIVE_TTL,
  };
  return { name: zone, type: "SOA", ttl: NEGATIVE_TTL, data };
}

function wire(record: RecordContent, name: string): Answer {
  const { type, ttl, content } = record;
  if (type === "SOA") return { ...soa(record.name), name, ttl };
  return { name, type, ttl, data: rdata(record, content) };
}

function rdata({ type, priority, data }: RecordContent, content: string): unknown {
  switch (type) {
    case "MX":
      return { preference: priority ?? 0, exchange: content };
    case "TXT":
      return txtStrings(content) ?? [content];
    case "CAA":
      return { flags: Number(data?.["flags"] ?? 0), tag: data?.["tag"], value: data?.["value"] };
    case "SRV":
      return data;
    case "TLSA":
      return {
        usage: data?.["usage"],
        selector: data?.["selector"],
        matchingType: data?.["matching_type"],
        certificate: Buffer.from(String(data?.["certificate"]), "hex"),
      };
    default:
      return content;
  }
}
