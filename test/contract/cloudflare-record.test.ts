/** Zones and DNS records through Cloudflare's official client. */
import { describe, expect, it } from "vitest";
import { zoneId } from "./aws.ts";
import { cloudflareFor, codeOf, start, zone } from "./cloudflare.ts";
import { sandboxForTest } from "./support.ts";

describe("zones", () => {
  it("are listed, found by name and shown by id", async () => {
    const other = { id: "a".repeat(32), name: "news.example" };
    const sandbox = await sandboxForTest({ zones: [{ id: zoneId, name: "acme.example" }, other] });
    const { zones } = cloudflareFor(sandbox);
    const names = async (query: { name?: string; page?: number; per_page?: number }) =>
      (await zones.list(query)).result.map(({ name }) => name);
    expect(await names({})).toEqual(["acme.example", "news.example"]);
    expect(await names({ name: "news.example" })).toEqual(["news.example"]);
    expect(await names({ name: "none.example" })).toEqual([]);
    expect(await zones.get(zone)).toMatchObject({
      id: zoneId,
      name: "acme.example",
      status: "active",
      type: "full",
      name_servers: ["ada.ns.cloudflare.example", "bob.ns.cloudflare.example"],
    });
  });
});

describe("records", () => {
  it("are created, shown, edited, updated and deleted", async () => {
    const { records } = await start();
    const a = { type: "A" as const, name: "tx1.acme.example", content: "192.0.2.1", ttl: 300 };
    const made = await records.create({ ...zone, ...a, comment: "sending address" });
    expect(made).toMatchObject({
      ...a,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      proxied: false,
      proxiable: true,
      comment: "sending address",
      tags: [],
    });
    expect(await records.get(made.id, zone)).toEqual(made);

    const edit = { ...zone, type: "A" as const, name: a.name, ttl: 60 as const };
    const edited = await records.edit(made.id, edit);
    // PATCH leaves what it does not name.
    expect(edited).toMatchObject({ id: made.id, content: "192.0.2.1", comment: made.comment });
    expect(edited).toMatchObject({ ttl: 60, created_on: made.created_on });

    const updated = await records.update(made.id, { ...zone, ...a, content: "192.0.2.2" });
    // PUT does not.
    expect(updated).toMatchObject({ id: made.id, content: "192.0.2.2", ttl: 300, comment: null });

    expect(await records.delete(made.id, zone)).toEqual({ id: made.id });
    expect(await codeOf(records.get(made.id, zone))).toBe("404 81044");
    expect(await codeOf(records.delete(made.id, zone))).toBe("404 81044");
    expect(await codeOf(records.edit(made.id, edit))).toBe("404 81044");
  });

  it("are named by FQDN whatever was sent", async () => {
    const { post } = await start();
    const nameOf = async (name: string) =>
      (await post({ type: "TXT", name, content: `"${name}"`, ttl: 60 })).name;
    expect(await nameOf("a")).toBe("a.acme.example");
    expect(await nameOf("B.Acme.Example")).toBe("b.acme.example");
    expect(await nameOf("c.acme.example.")).toBe("c.acme.example");
    expect(await nameOf("@")).toBe("acme.example");
    expect(await nameOf("acme.example")).toBe("acme.example");
    expect(await nameOf("*.d")).toBe("*.d.acme.example");
    expect(await nameOf("_dmarc")).toBe("_dmarc.acme.example");
    // No other zone's name is known: it becomes one below this zone.
    expect(await nameOf("acme.org")).toBe("acme.org.acme.example");
  });

  it("live from 60 seconds to a day, or automatically", async () => {
    const { post } = await start();
    const ttlOf = async (ttl: number) => {
      const call = post({ type: "A", name: `t${ttl}`, content: "192.0.2.1", ttl });
      const code = await codeOf(call);
      return code === "(no error)" ? (await call).ttl : code;
    };
    expect(await ttlOf(1)).toBe(1);
    expect(await ttlOf(60)).toBe(60);
    expect(await ttlOf(86_400)).toBe(86_400);
    for (const ttl of [0, 2, 59, 86_401, 1.5, -1]) expect(await ttlOf(ttl)).toBe("400 9021");
  });

  it("are proxied where their type allows it, with an automatic TTL", async () => {
    const { post } = await start();
    const record = { type: "A", name: "www", content: "192.0.2.1", ttl: 300, proxied: true };
    expect(await post(record)).toMatchObject({ proxied: true, ttl: 1, proxiable: true });
    const txt = { ...record, type: "TXT", content: '"v=spf1 -all"' };
    expect(await codeOf(post(txt))).toBe("400 9004");
    const mx = { ...record, type: "MX", content: "mx.example.org", priority: 10 };
    expect(await codeOf(post(mx))).toBe("400 9004");
  });

  it("of type MX have a priority, 0 with it", async () => {
    const { records, post } = await start();
    const mx = { type: "MX" as const, name: "bounce.acme.example", content: "mx.example.org" };
    const first = await records.create({ ...zone, ...mx, ttl: 300, priority: 0 });
    expect(first).toMatchObject({ priority: 0, content: "mx.example.org", proxiable: false });
    // The same exchange at another priority is another record.
    await records.create({ ...zone, ...mx, ttl: 300, priority: 20 });
    const edit = { ...zone, ...mx, ttl: 60 as const };
    expect(await records.edit(first.id, edit)).toMatchObject({ priority: 0 });
    expect(await codeOf(post({ ...mx, ttl: 300 }))).toBe("400 9100");
    for (const priority of [-1, 65_536, 1.5, "ten"]) {
      expect(await codeOf(post({ ...mx, ttl: 300, priority }))).toBe("400 9008");
    }
    const nothing = { ...mx, name: "null.acme.example", content: ".", priority: 0, ttl: 300 };
    expect(await post(nothing)).toMatchObject({ content: "." });
    const address = { ...mx, content: "192.0.2.1", ttl: 300, priority: 10 };
    expect(await codeOf(post(address))).toBe("400 9009");
  });

  it("of type CAA are made from their data, in whatever order it came", async () => {
    const { records, post } = await start();
    const caa = { type: "CAA" as const, name: "acme.example", ttl: 300 };
    const data = { value: "ca.example.org; policy=ev", tag: "issue", flags: 0 };
    const made = await records.create({ ...zone, ...caa, data });
    expect(made).toMatchObject({ content: '0 issue "ca.example.org; policy=ev"', data });
    expect(await codeOf(post({ ...caa, data }))).toBe("400 81058");
    expect(await codeOf(post({ ...caa }))).toBe("400 9100");
    expect(await codeOf(post({ ...caa, data: { tag: "issue", value: "x" } }))).toBe("400 9100");
    const odd = { ...data, flags: 256 };
    expect(await codeOf(post({ ...caa, data: odd }))).toBe("400 1004");
  });

  it("may change their type with PUT, and keep nothing of the old one", async () => {
    const { records } = await start();
    const name = "x.acme.example";
    const mx = { type: "MX" as const, name, content: "mx.example.org", ttl: 300, priority: 5 };
    const { id } = await records.create({ ...zone, ...mx });
    const a = { type: "A" as const, name, content: "192.0.2.1", ttl: 300 };
    const changed = await records.update(id, { ...zone, ...a });
    expect(changed).toMatchObject(a);
    expect(changed).not.toHaveProperty("priority");
  });
});
