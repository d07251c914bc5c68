/** The reply to one DNS message: header, EDNS and size; what is in the zones is in `answers.ts`. */
import * as packet from "dns-packet";
import type { World } from "../world.ts";
import { answer, RCODE, type Reply } from "./answers.ts";

/** RFC 1035 §4.2.1: what UDP carries without EDNS. */
const PLAIN_UDP = 512;
/** RFC 6891 §6.2.5: what we offer to take. */
const OUR_UDP = 1_232;
/** RFC 6891 §6.1.3: EDNS version unknown; its upper bits are in the OPT record. */
const BADVERS = 16;
/** RFC 3225 §3: the DO bit is copied into the reply. */
const DNSSEC_OK = 0x8000;
/** Opcode and RD, which a reply copies (RFC 1035 §4.1.1). */
const COPIED = 0x7900;
const AUTHORITATIVE: readonly number[] = [RCODE.NOERROR, RCODE.NXDOMAIN];

/** The reply to one message; undefined for what is not a query, which is never answered. */
export function respond(
  world: World,
  message: Buffer,
  transport: "udp" | "tcp",
): Buffer | undefined {
  if (message.length < 12 || (message.readUInt8(2) & 0x80) !== 0) return undefined;
  const flags = message.readUInt16BE(2) & COPIED;
  const bare = (rcode: number): Buffer =>
    packet.encode({ id: message.readUInt16BE(0), type: "response", flags: flags | rcode });
  if ((flags & 0x7800) !== 0) return bare(RCODE.NOTIMP);
  let query: packet.Packet;
  try {
    query = packet.decode(message);
  } catch {
    return bare(RCODE.FORMERR);
  }
  try {
    return encoded(query, flags, reply(world, query), transport);
  } catch (error) {
    // A record that cannot be put on the wire must not take the server down with it.
    process.stderr.write(`sandbox: dns ${query.questions?.[0]?.name}: ${String(error)}\n`);
    const failed = { rcode: RCODE.SERVFAIL, answers: [], authorities: [] };
    return encoded(query, flags, failed, transport);
  }
}

function reply(world: World, query: packet.Packet): Reply {
  const nothing = { answers: [], authorities: [] };
  const [question, ...more] = query.questions ?? [];
  const edns = optionsOf(query);
  if (question === undefined || more.length > 0 || edns.length > 1) {
    return { rcode: RCODE.FORMERR, ...nothing };
  }
  if ((edns[0]?.ednsVersion ?? 0) !== 0) return { rcode: BADVERS, ...nothing };
  const transfer = ["AXFR", "IXFR"].includes(question.type);
  if (question.class !== "IN" || transfer) return { rcode: RCODE.REFUSED, ...nothing };
  return answer(world, question.name, question.type);
}

function optionsOf({ additionals }: packet.Packet): packet.Answer[] {
  return (additionals ?? []).filter(({ type }) => type === "OPT");
}

/** Truncated when it is larger than the asker takes over this transport. */
function encoded(
  query: packet.Packet,
  flags: number,
  { rcode, answers, authorities }: Reply,
  transport: "udp" | "tcp",
): Buffer {
  const [edns] = optionsOf(query);
  const offered = Math.min(edns?.udpPayloadSize ?? 0, OUR_UDP);
  const limit = transport === "tcp" ? 65_535 : Math.max(PLAIN_UDP, offered);
  const ours: packet.Answer = {
    name: ".",
    type: "OPT",
    udpPayloadSize: OUR_UDP,
    extendedRcode: rcode >> 4,
    ednsVersion: 0,
    flags: (edns?.flags ?? 0) & DNSSEC_OK,
    options: [],
  };
  const authority = AUTHORITATIVE.includes(rcode) ? packet.AUTHORITATIVE_ANSWER : 0;
  const whole: packet.Packet = {
    id: query.id ?? 0,
    type: "response",
    flags: flags | authority | (rcode & 0x0f),
    questions: query.questions ?? [],
    answers,
    authorities,
    additionals: edns === undefined ? [] : [ours],
  };
  const bytes = packet.encode(whole);
  if (bytes.length <= limit) return bytes;
  return packet.encode({
    ...whole,
    flags: (whole.flags ?? 0) | packet.TRUNCATED_RESPONSE,
    answers: [],
    authorities: [],
  });
}
