/** An authoritative DNS server over UDP and TCP on one port, on loopback. */
import { createSocket, type RemoteInfo } from "node:dgram";
import { createServer, type Socket } from "node:net";
import type { World } from "../world.ts";
import { respond } from "./respond.ts";

export interface DnsServer {
  port: number;
  close(): Promise<void>;
}

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
