/** The sandbox's name server by Node's resolver, and by bytes that no resolver would send. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { start } from "./cloudflare.ts";
import { dnsCodeOf, resolverFor } from "./dns.ts";
import { sandboxForTest, type TestSandbox } from "./support.ts";

/** One query for `tx1.acme.example A`, id 0x1234, recursion desired. */
const QUERY = Buffer.from(
  "123401000001000000000000037478310461636d65076578616d706c650000010001",
  "hex",
);

/** A copy with some bytes replaced. */
function withBytes(at: number, bytes: string): Buffer {
  const copy = Buffer.from(QUERY);
  Buffer.from(bytes, "hex").copy(copy, at);
  return copy;
}

/** Sends messages over UDP in turn and gives the replies until the last one, which must be answered. */
async function udp({ dns }: TestSandbox, ...messages: Buffer[]): Promise<Buffer[]> {
  const socket = createSocket("udp4");
  const replies: Buffer[] = [];
  socket.on("message", (reply: Buffer) => replies.push(reply));
  try {
    socket.connect(dns.port, dns.host);
    await once(socket, "connect");
    for (const message of messages) socket.send(message);
    const last = withBytes(0, "ffff");
    socket.send(last);
    while (replies.at(-1)?.readUInt16BE(0) !== 0xffff) await once(socket, "message");
  } finally {
    socket.close();
  }
  return replies.slice(0, -1);
}

const rcode = (reply: Buffer | undefined) => (reply?.readUInt8(3) ?? -1) & 0x0f;

describe("Node's resolver", () => {
  it("finds each type, and tells a missing name from a missing type", async () => {
    const { sandbox, post } = await start();
    await post({ type: "A", name: "tx1", content: "192.0.2.1", ttl: 120 });
    await post({ type: "A", name: "tx1", content: "192.0.2.2", ttl: 120 });
    await post({ type: "TXT", name: "tx1", content: '"v=spf1 a" " -all"', ttl: 300 });
    await post({ type: "MX", name: "@", content: "mx.example.org", priority: 10, ttl: 300 });
    await post({ type: "CNAME", name: "alias", content: "tx1.acme.example", ttl: 300 });
    await sandbox.advance(3_600_000);
    const resolver = resolverFor(sandbox);
    expect(await resolver.resolve4("tx1.acme.example", { ttl: true })).toEqual([
      { address: "192.0.2.1", ttl: 120 },
      { address: "192.0.2.2", ttl: 120 },
    ]);
    expect(await resolver.resolve4("alias.acme.example")).toHaveLength(2);
    expect(await resolver.resolveTxt("tx1.acme.example")).toEqual([["v=spf1 a", " -all"]]);
    expect(await resolver.resolveMx("acme.example")).toMatchObject([
      { priority: 10, exchange: "mx.example.org" },
    ]);
    expect(await resolver.resolveCname("alias.acme.example")).toEqual(["tx1.acme.example"]);
    const servers = ["ada.ns.cloudflare.example", "bob.ns.cloudflare.example"];
    expect(await resolver.resolveNs("acme.example")).toEqual(servers);
    expect(await resolver.resolveSoa("acme.example")).toMatchObject({ nsname: servers[0] });
    expect(await dnsCodeOf(resolver.resolve4("none.acme.example"))).toBe("ENOTFOUND");
    expect(await dnsCodeOf(resolver.resolveMx("tx1.acme.example"))).toBe("ENODATA");
    expect(await dnsCodeOf(resolver.resolve4("example.org"))).toBe("EREFUSED");
  });

  it("falls back to TCP for what UDP does not carry", async () => {
    const { sandbox, post } = await start();
    const strings = Array.from({ length: 15 }, (_, index) => `${index}`.padEnd(255, "x"));
    const content = strings.map((string) => `"${string}"`).join(" ");
    await post({ type: "TXT", name: "long", content, ttl: 300 });
    await sandbox.advance(3_600_000);
    const found = await resolverFor(sandbox).resolveTxt("long.acme.example");
    expect(found).toEqual([strings]);
  });
});

describe("malformed messages", () => {
  it("are answered with FORMERR where there is an id to answer, else not at all", async () => {
    const sandbox = await sandboxForTest();
    const cases = {
      "cut inside the question": QUERY.subarray(0, 20),
      "a count without its records": withBytes(6, "0001"),
      "a pointer to itself": Buffer.concat([
        QUERY.subarray(0, 12),
        Buffer.from("c00c00010001", "hex"),
      ]),
      "a reserved label type": withBytes(12, "80"),
      "no question": Buffer.from("123401000000000000000000", "hex"),
      "two questions": Buffer.concat([withBytes(4, "0002"), QUERY.subarray(12)]),
    };
    for (const [what, message] of Object.entries(cases)) {
      const [reply, ...more] = await udp(sandbox, message);
      expect(more, what).toEqual([]);
      expect(reply?.readUInt16BE(0), what).toBe(0x1234);
      expect((reply?.readUInt8(2) ?? 0) & 0x84, what).toBe(0x80);
      expect(rcode(reply), what).toBe(1);
    }
  });

  it("that are no queries get no reply", async () => {
    const sandbox = await sandboxForTest();
    const response = withBytes(2, "81");
    expect(await udp(sandbox, Buffer.alloc(0), QUERY.subarray(0, 11), response)).toEqual([]);
  });

  it("of random bytes leave the server standing", async () => {
    const sandbox = await sandboxForTest();
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed;
    };
    const messages = Array.from({ length: 300 }, () => {
      const message = Buffer.from(QUERY);
      for (let count = random() % 6; count >= 0; count -= 1) {
        message[random() % message.length] = random() % 256;
      }
      return message.subarray(0, 12 + (random() % (message.length - 12)));
    });
    for (const message of messages) for (const reply of await udp(sandbox, message)) rcode(reply);
    expect(await dnsCodeOf(resolverFor(sandbox).resolve4("tx1.acme.example"))).toBe("ENOTFOUND");
  });
});

describe("records that the server cannot encode", () => {
  it("are SERVFAIL, and the server goes on", async () => {
    const { sandbox, post } = await start();
    const { id } = await post({ type: "A", name: "tx1", content: "192.0.2.1", ttl: 300 });
    await sandbox.advance(3_600_000);
    const served = sandbox.world.state.cloudflare.served.find(({ recordId }) => recordId === id);
    if (served === undefined) throw new Error("not served");
    Object.assign(served, { type: "SRV", content: "" });
    const resolver = resolverFor(sandbox);
    expect(await dnsCodeOf(resolver.resolveSrv("tx1.acme.example"))).toBe("ESERVFAIL");
    expect(await dnsCodeOf(resolver.resolve4("none.acme.example"))).toBe("ENOTFOUND");
  });
});

describe("TCP", () => {
  it("carries several queries on one connection, in whatever pieces (RFC 7766)", async () => {
    const sandbox = await sandboxForTest();
    const socket = connect(sandbox.dns.port, sandbox.dns.host);
    await once(socket, "connect");
    socket.setNoDelay(true);
    const framed = (message: Buffer) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      return Buffer.concat([length, message]);
    };
    const stream = Buffer.concat([framed(QUERY), framed(withBytes(0, "5678"))]);
    let got = Buffer.alloc(0);
    socket.on("data", (data: Buffer) => {
      got = Buffer.concat([got, data]);
    });
    for (const byte of stream) socket.write(Buffer.from([byte]));
    const whole = () => {
      const first = got.length >= 2 ? 2 + got.readUInt16BE(0) : Number.POSITIVE_INFINITY;
      return got.length >= first + 2 && got.length >= first + 2 + got.readUInt16BE(first);
    };
    while (!whole()) await once(socket, "data");
    const second = 2 + got.readUInt16BE(0);
    expect([got.readUInt16BE(2), got.readUInt16BE(second + 2)]).toEqual([0x1234, 0x5678]);
    socket.destroy();
  });
});
