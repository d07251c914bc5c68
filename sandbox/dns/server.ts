/** An authoritative DNS server over UDP and TCP on one port, on loopback. */
import { createSocket, type RemoteInfo } from "node:dgram";
import { createServer, type Socket } from "node:net";
import * as packet from "dns-packet";
import type { World } from "../world.ts";
import { answer, RCODE, type Reply } from "./answers.ts";

export interface DnsServer {
  port: number;
  close(): Promise<void>;
}

/** RFC 1035 §4.2.1: what UDP carries without EDNS. */
const PLAIN_UDP = 512;
/** RFC 6891 §6.2.5: what we offer to take. */
const OUR_UDP = 1_232;

/** Starts both transports; with port 0, on a free port that is free for both. */
export async function startDns(
  world: World,
  options: { host: string; port: number },
): Promise<DnsServer> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await listen(world, options.host, options.port);
    } catch (error) {
      // A free UDP port may be taken on TCP: then another one will do, unless one was asked for.
      if (options.port !== 0 || tries > 20) throw error;
    }
  }
}

async function listen(world: World, host: string, wanted: number): Promise<DnsServer> {
  const udp = createSocket("udp4");
  udp.on("message", (message: Buffer, from: RemoteInfo) => {
    const reply = respond(world, message, "udp");
    if (reply !== undefined) udp.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    udp.once("error", reject);
    udp.bind(wanted, host, resolve);
  });
  const { port } = udp.address();
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveTcp(world, socket);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      tcp.once("error", reject);
      tcp.listen(port, host, resolve);
    });
  } catch (error) {
    udp.close();
    throw error;
  }
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => tcp.close(() => resolve())),
      ]);
    },
  };
}

/** RFC 7766: several queries on one connection, each behind its length in two bytes. */
function serveTcp(world: World, socket: Socket): void {
  let waiting = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (data: Buffer) => {
    waiting = Buffer.concat([waiting, data]);
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const length = waiting.readUInt16BE(0);
      const reply = respond(world, waiting.subarray(2, 2 + length), "tcp");
      waiting = waiting.subarray(2 + length);
      if (reply === undefined) continue;
      const size = Buffer.alloc(2);
      size.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([size, reply]));
    }
  });
}

/** The reply to one message; undefined for what is not a query, which is never answered. */
export function respond(
  world: World,
  message: Buffer,
  transport: "udp" | "tcp",
): Buffer | undefined {
  if (message.length < 12 || (message.readUInt8(2) & 0x80) !== 0) return undefined;
  let query: packet.Packet;
  try {
    query = packet.decode(message);
  } catch {
    return packet.encode({ id: message.readUInt16BE(0), type: "response", flags: RCODE.FORMERR });
  }
  const [question] = query.questions ?? [];
  const reply: Reply =
    question === undefined || (query.questions ?? []).length !== 1
      ? { rcode: RCODE.FORMERR, answers: [], authorities: [] }
      : answer(world, question.name, question.type);
  const edns = query.additionals?.find(({ type }) => type === "OPT");
  const limit =
    transport === "tcp"
      ? 65_535
      : Math.max(PLAIN_UDP, Math.min(edns?.udpPayloadSize ?? 0, OUR_UDP));
  const authoritative = reply.rcode === RCODE.REFUSED ? 0 : packet.AUTHORITATIVE_ANSWER;
  const desired = (query.flags ?? 0) & packet.RECURSION_DESIRED;
  const whole: packet.Packet = {
    id: query.id ?? 0,
    type: "response",
    flags: authoritative | desired | reply.rcode,
    questions: query.questions ?? [],
    answers: reply.answers,
    authorities: reply.authorities,
    additionals:
      edns === undefined
        ? []
        : [{ name: ".", type: "OPT", udpPayloadSize: OUR_UDP, flags: 0, options: [] }],
  };
  const encoded = packet.encode(whole);
  if (encoded.length <= limit) return encoded;
  return packet.encode({
    ...whole,
    flags: (whole.flags ?? 0) | packet.TRUNCATED_RESPONSE,
    answers: [],
    authorities: [],
  });
}
