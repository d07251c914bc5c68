/** The sandbox's name server through `dig`. */
import { beforeEach, describe, expect, it } from "vitest";
import { addRecord, zoneId } from "./aws.ts";
import { start } from "./cloudflare.ts";
import { needCommand } from "./commands.ts";
import { dig } from "./dns.ts";
import { sandboxForTest } from "./support.ts";

const HOUR = 3_600_000;
const SOA =
  "acme.example. 60 IN SOA ada.ns.cloudflare.example. dns.ns.cloudflare.example. 1 10000 2400 604800 60";

beforeEach((context) => needCommand(context, ["dig", "-v"]));

/** A zone with a record of each kind. */
async function publishedZone() {
  const { sandbox, post, records } = await start();
  const data = { flags: 0, tag: "issue", value: "ca.example.org" };
  await post({ type: "A", name: "tx1", content: "192.0.2.1", ttl: 120 });
  await post({ type: "AAAA", name: "tx1", content: "2001:db8::1", ttl: 120 });
  await post({ type: "TXT", name: "tx1", content: '"v=spf1 a" " -all"', ttl: 300 });
  await post({ type: "MX", name: "@", content: "mx.example.org", priority: 10, ttl: 1 });
  await post({ type: "MX", name: "null", content: ".", priority: 0, ttl: 300 });
  await post({ type: "CNAME", name: "alias", content: "tx1.acme.example", ttl: 300 });
  await post({ type: "CNAME", name: "away", content: "host.example.org", ttl: 300 });
  await post({ type: "CNAME", name: "broken", content: "none.acme.example", ttl: 300 });
  await post({ type: "CAA", name: "@", data, ttl: 300 });
  await post({ type: "NS", name: "sub", content: "ns.example.org", ttl: 300 });
  await post({ type: "A", name: "*.wild", content: "192.0.2.9", ttl: 300 });
  await post({ type: "TXT", name: "deep.under", content: '"x"', ttl: 300 });
  const srv = { priority: 1, weight: 2, port: 465, target: "tx1.acme.example" };
  await post({ type: "SRV", name: "_submissions._tcp", data: srv, ttl: 300 });
  const tlsa = { usage: 3, selector: 1, matching_type: 1, certificate: "ab".repeat(32) };
  await post({ type: "TLSA", name: "_25._tcp.tx1", data: tlsa, ttl: 300 });
  await sandbox.advance(HOUR);
  return { sandbox, post, records };
}

describe("answers", () => {
  it("come for every type, with authority", async () => {
    const { sandbox } = await publishedZone();
    const answer = async (name: string, type: string) => {
      const { status, flags, answer } = await dig(sandbox, name, type);
      expect([status, ...flags]).toEqual(["NOERROR", "qr", "aa", "rd"]);
      return answer;
    };
    const tx1 = "tx1.acme.example";
    expect(await answer(tx1, "A")).toEqual([`${tx1}. 120 IN A 192.0.2.1`]);
    expect(await answer(tx1, "AAAA")).toEqual([`${tx1}. 120 IN AAAA 2001:db8::1`]);
    expect(await answer(tx1, "TXT")).toEqual([`${tx1}. 300 IN TXT "v=spf1 a" " -all"`]);
    // An automatic TTL is five minutes.
    expect(await answer("acme.example", "MX")).toEqual([
      "acme.example. 300 IN MX 10 mx.example.org.",
    ]);
    expect(await answer("null.acme.example", "MX")).toEqual(["null.acme.example. 300 IN MX 0 ."]);
    expect(await answer("acme.example", "CAA")).toEqual([
      'acme.example. 300 IN CAA 0 issue "ca.example.org"',
    ]);
    expect(await answer("acme.example", "SOA")).toEqual([SOA.replace(" 60 IN", " 3600 IN")]);
    expect(await answer("acme.example", "NS")).toEqual([
      "acme.example. 86400 IN NS ada.ns.cloudflare.example.",
      "acme.example. 86400 IN NS bob.ns.cloudflare.example.",
    ]);
    expect(await answer("ada.ns.cloudflare.example", "A")).toEqual([
      "ada.ns.cloudflare.example. 86400 IN A 127.0.0.1",
    ]);
    expect(await answer("sub.acme.example", "NS")).toHaveLength(1);
    expect(await answer("_submissions._tcp.acme.example", "SRV")).toEqual([
      "_submissions._tcp.acme.example. 300 IN SRV 1 2 465 tx1.acme.example.",
    ]);
    const [tlsa = ""] = await answer(`_25._tcp.${tx1}`, "TLSA");
    expect(tlsa.replaceAll(" ", "").toLowerCase()).toContain(`311${"ab".repeat(32)}`);
    expect(await answer(tx1, "ANY")).toHaveLength(3);
  });

  it("follow an alias as far as we serve it", async () => {
    const { sandbox } = await publishedZone();
    const alias = "alias.acme.example. 300 IN CNAME tx1.acme.example.";
    expect((await dig(sandbox, "alias.acme.example", "A")).answer).toEqual([
      alias,
      "tx1.acme.example. 120 IN A 192.0.2.1",
    ]);
    expect((await dig(sandbox, "alias.acme.example", "CNAME")).answer).toEqual([alias]);
    const nodata = await dig(sandbox, "alias.acme.example", "MX");
    expect(nodata).toMatchObject({ status: "NOERROR", answer: [alias], authority: [SOA] });
    const away = await dig(sandbox, "away.acme.example", "A");
    expect(away.answer).toEqual(["away.acme.example. 300 IN CNAME host.example.org."]);
    expect(away).toMatchObject({ status: "NOERROR", authority: [] });
    // RFC 6604 §3: the code tells of the last name, not of the first.
    const broken = await dig(sandbox, "broken.acme.example", "A");
    expect(broken).toMatchObject({ status: "NXDOMAIN", authority: [SOA] });
    expect(broken.answer).toHaveLength(1);
  });

  it("come by wildcard where nothing closer exists (RFC 4592)", async () => {
    const { sandbox, post } = await publishedZone();
    const ask = async (name: string) => (await dig(sandbox, `${name}.acme.example`, "A")).answer;
    expect(await ask("x.wild")).toEqual(["x.wild.acme.example. 300 IN A 192.0.2.9"]);
    expect(await ask("a.b.wild")).toEqual(["a.b.wild.acme.example. 300 IN A 192.0.2.9"]);
    await post({ type: "TXT", name: "x.wild", content: '"here"', ttl: 300 });
    await sandbox.advance(HOUR);
    expect(await ask("x.wild")).toEqual([]);
    expect(await ask("wild")).toEqual([]);
  });

  it("keep the asker's spelling", async () => {
    const { sandbox } = await publishedZone();
    const { question, answer } = await dig(sandbox, "tX1.AcMe.eXaMpLe", "A");
    expect(question).toEqual([";tX1.AcMe.eXaMpLe. IN A"]);
    expect(answer).toEqual(["tX1.AcMe.eXaMpLe. 120 IN A 192.0.2.1"]);
  });
});

describe("what is not there", () => {
  it("is NXDOMAIN when the name is not, and NODATA when only the type is not", async () => {
    const { sandbox } = await publishedZone();
    const nothing = { flags: ["qr", "aa", "rd"], answer: [], authority: [SOA] };
    const none = await dig(sandbox, "none.acme.example", "A");
    expect(none).toMatchObject({ status: "NXDOMAIN", ...nothing });
    const nodata = await dig(sandbox, "tx1.acme.example", "MX");
    expect(nodata).toMatchObject({ status: "NOERROR", ...nothing });
    // RFC 8020: a name above one that exists does exist.
    const empty = await dig(sandbox, "under.acme.example", "A");
    expect(empty).toMatchObject({ status: "NOERROR", ...nothing });
    const unknown = await dig(sandbox, "tx1.acme.example", "TYPE65400");
    expect(unknown).toMatchObject({ status: "NOERROR", ...nothing });
    expect(unknown.question).toEqual([";tx1.acme.example. IN TYPE65400"]);
  });

  it("is refused in zones of others, other classes and as a transfer", async () => {
    const { sandbox } = await publishedZone();
    const refused = { status: "REFUSED", flags: ["qr", "rd"], answer: [], authority: [] };
    expect(await dig(sandbox, "example.org", "A")).toMatchObject(refused);
    expect(await dig(sandbox, "notacme.example", "A")).toMatchObject(refused);
    expect(await dig(sandbox, ".", "NS")).toMatchObject(refused);
    expect(await dig(sandbox, "version.bind", "CH", "TXT")).toMatchObject(refused);
    expect((await dig(sandbox, "acme.example", "CH", "TXT")).status).toBe("REFUSED");
    expect((await dig(sandbox, "acme.example", "AXFR")).text).toContain("Transfer failed");
    expect((await dig(sandbox, "acme.example", "A", "+opcode=notify")).status).toBe("NOTIMP");
  });
});

describe("sizes", () => {
  const LONG = `"${"x".repeat(255)}" `.repeat(4).trim();

  async function long() {
    const started = await publishedZone();
    await started.post({ type: "TXT", name: "long", content: LONG, ttl: 300 });
    const other = LONG.replaceAll("x", "y");
    await started.post({ type: "TXT", name: "longer", content: LONG, ttl: 300 });
    await started.post({ type: "TXT", name: "longer", content: other, ttl: 300 });
    await started.sandbox.advance(HOUR);
    return started.sandbox;
  }

  it("over 512 bytes are cut over UDP without EDNS, and whole over TCP", async () => {
    const sandbox = await long();
    const cut = await dig(sandbox, "long.acme.example", "TXT", "+noedns", "+ignore");
    expect(cut).toMatchObject({ status: "NOERROR", transport: "UDP", answer: [] });
    expect(cut.flags).toEqual(["qr", "aa", "tc", "rd"]);
    const whole = await dig(sandbox, "long.acme.example", "TXT", "+noedns");
    expect(whole.text).toContain("Truncated, retrying in TCP mode");
    expect(whole).toMatchObject({ transport: "TCP", flags: ["qr", "aa", "rd"] });
    expect(whole.answer).toEqual([`long.acme.example. 300 IN TXT ${LONG}`]);
    expect((await dig(sandbox, "tx1.acme.example", "A", "+noedns")).transport).toBe("UDP");
  });

  it("up to 1,232 bytes fit into UDP with EDNS, as far as the asker can take them", async () => {
    const sandbox = await long();
    const fits = await dig(sandbox, "long.acme.example", "TXT", "+bufsize=1232", "+ignore");
    expect(fits).toMatchObject({ transport: "UDP", flags: ["qr", "aa", "rd"] });
    expect(fits.answer).toHaveLength(1);
    expect(fits.edns).toBe("EDNS: version: 0, flags:; udp: 1232");
    const small = await dig(sandbox, "long.acme.example", "TXT", "+bufsize=600", "+ignore");
    expect(small.flags).toContain("tc");
    // However much the asker can take, fragments are not sent.
    const longer = await dig(sandbox, "longer.acme.example", "TXT", "+bufsize=4096", "+ignore");
    expect(longer.flags).toContain("tc");
    expect(longer.edns).toBeDefined();
    const tcp = await dig(sandbox, "longer.acme.example", "TXT", "+bufsize=4096");
    expect(tcp.transport).toBe("TCP");
    expect(tcp.answer).toHaveLength(2);
  });

  it("are told by EDNS only to those who speak it, in version 0", async () => {
    const sandbox = await long();
    expect((await dig(sandbox, "tx1.acme.example", "A", "+noedns")).edns).toBeUndefined();
    const version1 = ["+edns=1", "+noednsnegotiation"];
    const { status, answer } = await dig(sandbox, "tx1.acme.example", "A", ...version1);
    expect({ status, answer }).toEqual({ status: "BADVERS", answer: [] });
    // And dig comes down to version 0 by itself.
    expect((await dig(sandbox, "tx1.acme.example", "A", "+edns=1")).status).toBe("NOERROR");
    const dnssec = await dig(sandbox, "tx1.acme.example", "A", "+dnssec");
    expect(dnssec.edns).toBe("EDNS: version: 0, flags: do; udp: 1232");
  });
});

describe("changes", () => {
  it("show once they have propagated, each in its turn", async () => {
    const sandbox = await sandboxForTest({ delays: { dnsPropagation: 10_000 } });
    const name = "tx1.acme.example";
    const ask = async () => {
      const { status, answer } = await dig(sandbox, name, "A");
      return answer[0]?.split(" ").at(-1) ?? status;
    };
    await addRecord(sandbox, name, "192.0.2.1");
    expect(await ask()).toBe("NXDOMAIN");
    await sandbox.advance(10_000);
    expect(await ask()).toBe("192.0.2.1");
    const call = async (method: string, body?: string) => {
      const [id] = Object.keys(sandbox.world.state.cloudflare.records);
      const url = `${sandbox.cloudflareUrl}/zones/${zoneId}/dns_records/${id}`;
      const headers = { authorization: "Bearer token" };
      const init = body === undefined ? { method, headers } : { method, headers, body };
      expect((await fetch(url, init)).status).toBe(200);
    };
    await call("PATCH", '{"content":"192.0.2.2"}');
    await sandbox.advance(4_000);
    await call("PATCH", '{"content":"192.0.2.3"}');
    expect(await ask()).toBe("192.0.2.1");
    await sandbox.advance(6_000);
    expect(await ask()).toBe("192.0.2.2");
    await sandbox.advance(4_000);
    expect(await ask()).toBe("192.0.2.3");
    await call("DELETE");
    expect(await ask()).toBe("192.0.2.3");
    await sandbox.advance(10_000);
    expect(await ask()).toBe("NXDOMAIN");
  });
});
