/** TXT content through Cloudflare's official client: what comes back is not always what was sent. */
import { describe, expect, it } from "vitest";
import { zoneId } from "./aws.ts";
import { codeOf, start, zone } from "./cloudflare.ts";
import { resolverFor } from "./dns.ts";

async function txt() {
  const { sandbox, records, post } = await start();
  const put = async (name: string, content: string) =>
    (await post({ type: "TXT", name, content, ttl: 300 })).content;
  /** The strings that DNS carries once the record is published. */
  const strings = async (name: string) => {
    await sandbox.advance(3_600_000);
    const found = await resolverFor(sandbox).resolveTxt(`${name}.acme.example`);
    // Node shows each octet as one character.
    return found.map((parts) => parts.map((part) => Buffer.from(part, "latin1").toString("utf8")));
  };
  return { sandbox, records, post, put, strings };
}

const long = "x".repeat(300);
const chunked = `"${"x".repeat(255)}" "${"x".repeat(45)}"`;

describe("TXT content", () => {
  it("of up to 255 bytes is kept as it was sent, quoted or not", async () => {
    const { put, strings } = await txt();
    expect(await put("a", "v=spf1 -all")).toBe("v=spf1 -all");
    expect(await put("b", '"v=spf1 -all"')).toBe('"v=spf1 -all"');
    expect(await put("c", "x".repeat(255))).toBe("x".repeat(255));
    expect(await strings("a")).toEqual([["v=spf1 -all"]]);
    expect(await strings("b")).toEqual([["v=spf1 -all"]]);
  });

  it("over 255 bytes comes back in other quotes than it was sent", async () => {
    const { records, put, strings } = await txt();
    expect(await put("a", long)).toBe(chunked);
    expect(await put("b", `"${long}"`)).toBe(chunked);
    expect(await strings("a")).toEqual([["x".repeat(255), "x".repeat(45)]]);
    // So the same content sent again is the same record, and a plan that compares raw drifts.
    const again = { type: "TXT", name: "a", content: long, ttl: 300 };
    expect(await codeOf(records.create({ ...zone, ...again, type: "TXT" }))).toBe("400 81058");
  });

  it("that is already in chunks is kept to the letter", async () => {
    const { put, strings } = await txt();
    for (const [name, content] of [
      ["a", chunked],
      ["b", '"v=spf1 " "-all"'],
    ] as const) {
      expect(await put(name, content)).toBe(content);
    }
    expect(await strings("b")).toEqual([["v=spf1 ", "-all"]]);
  });

  it("keeps quotes, backslashes and octets beyond ASCII", async () => {
    const { put, strings } = await txt();
    expect(await put("a", 'say "hi"')).toBe('say "hi"');
    expect(await strings("a")).toEqual([['say "hi"']]);
    await put("b", String.raw`"a \"b\" \\ c"`);
    expect(await strings("b")).toEqual([[String.raw`a "b" \ c`]]);
    await put("c", String.raw`"caf\195\169"`);
    expect(await strings("c")).toEqual([["café"]]);
    const mixed = String.raw`x"\é`.repeat(60);
    await put("d", mixed);
    const [parts = []] = await strings("d");
    expect(parts).toHaveLength(2);
    expect(parts.join("")).toBe(mixed);
  });

  it("whose quotes do not pair is refused", async () => {
    const { post } = await txt();
    const put = (content: string) => post({ type: "TXT", name: "a", content, ttl: 300 });
    expect(await codeOf(put('"v=spf1 -all'))).toBe("400 1004");
    expect(await codeOf(put('"a" b'))).toBe("400 1004");
    expect(await codeOf(put(""))).toBe("400 9100");
  });

  it("has at most 4,096 bytes a record, and 8,192 a name and type", async () => {
    const { records, post } = await txt();
    // 16 strings of 255 and their length bytes are 4,096.
    const whole = (letter: string) => letter.repeat(255 * 16);
    const put = (name: string, content: string) => post({ type: "TXT", name, content, ttl: 300 });
    await put("a", whole("x"));
    expect(await codeOf(put("a", `${whole("y")}z`))).toBe("400 1004");
    await put("a", whole("y"));
    expect(await codeOf(put("a", "z"))).toBe("400 1004");
    // Another type at that name, and another name, have room of their own.
    await post({ type: "A", name: "a", content: "192.0.2.1", ttl: 300 });
    const { id } = await put("b", "z");
    const edit = { type: "TXT" as const, name: "a.acme.example", ttl: 300 };
    expect(await codeOf(records.edit(id, { ...edit, zone_id: zoneId }))).toBe("400 1004");
  });
});
