/** Lists of DNS records through Cloudflare's official client: pages and filters. */
import type { RecordListParams } from "cloudflare/resources/dns/records";
import { describe, expect, it } from "vitest";
import { codeOf, start, zone } from "./cloudflare.ts";

async function filled() {
  const { client, records, post } = await start();
  await post({ type: "A", name: "tx1", content: "192.0.2.1", ttl: 60, comment: "Sends tx" });
  await post({ type: "A", name: "tx2", content: "192.0.2.2", ttl: 300 });
  await post({ type: "A", name: "www", content: "192.0.2.1", ttl: 1, proxied: true });
  await post({ type: "TXT", name: "tx1", content: '"v=spf1 a -all"', ttl: 300 });
  await post({ type: "MX", name: "bounce", content: "mx.example.org", ttl: 300, priority: 10 });
  const list = async (query: Omit<RecordListParams, "zone_id">) =>
    (await records.list({ ...zone, ...query })).result.map(
      ({ type, name }) => `${type} ${name.replace(".acme.example", "")}`,
    );
  return { client, records, post, list };
}

describe("the list of records", () => {
  it("filters by type, name, content, comment and proxy", async () => {
    const { list } = await filled();
    expect(await list({})).toHaveLength(5);
    expect(await list({ type: "TXT" })).toEqual(["TXT tx1"]);
    expect(await list({ name: { exact: "TX1.acme.example" } })).toEqual(["A tx1", "TXT tx1"]);
    expect(await list({ name: { startswith: "tx" }, type: "A" })).toEqual(["A tx1", "A tx2"]);
    expect(await list({ name: { endswith: "ce.acme.example" } })).toEqual(["MX bounce"]);
    expect(await list({ name: { contains: "ww." } })).toEqual(["A www"]);
    expect(await list({ content: { exact: "192.0.2.1" } })).toEqual(["A tx1", "A www"]);
    expect(await list({ content: { startswith: '"v=spf1' } })).toEqual(["TXT tx1"]);
    expect(await list({ comment: { contains: "sends" } })).toEqual(["A tx1"]);
    expect(await list({ proxied: true })).toEqual(["A www"]);
    expect(await list({ search: "spf1" })).toEqual(["TXT tx1"]);
    const either = { type: "MX" as const, name: { exact: "www.acme.example" } };
    expect(await list({ ...either, match: "any" })).toEqual(["A www", "MX bounce"]);
    expect(await list(either)).toEqual([]);
  });

  it("is ordered on demand", async () => {
    const { list } = await filled();
    const down = await list({ order: "name", direction: "desc" });
    expect(down[0]).toBe("A www");
    expect(down.at(-1)).toBe("MX bounce");
    expect((await list({ order: "type" }))[3]).toBe("MX bounce");
  });

  it("refuses a filter that is not simulated, rather than answer with too much", async () => {
    const { list } = await filled();
    expect(await codeOf(list({ tag: { exact: "a:b" } }))).toBe("400 1004");
  });

  it("comes in pages, which the client follows", async () => {
    const { client, records } = await filled();
    const first = await records.list({ ...zone, per_page: 2 });
    const expected = { page: 1, per_page: 2, count: 2, total_count: 5, total_pages: 3 };
    expect(first.result_info).toEqual(expected);
    const last = await records.list({ ...zone, per_page: 2, page: 3 });
    expect(last.result).toHaveLength(1);
    expect((await records.list({ ...zone, per_page: 2, page: 4 })).result).toEqual([]);
    const all: string[] = [];
    for await (const { id } of client.dns.records.list({ ...zone, per_page: 2 })) all.push(id);
    expect(new Set(all).size).toBe(5);
  });

  it("has 100 records a page unless told", async () => {
    const { records, post } = await start();
    const names = Array.from({ length: 101 }, (_, index) => `n${index}`);
    await Promise.all(names.map((name) => post({ type: "A", name, content: "192.0.2.1", ttl: 1 })));
    const { result, result_info } = await records.list(zone);
    expect(result).toHaveLength(100);
    expect(result_info).toMatchObject({ per_page: 100, total_count: 101, total_pages: 2 });
  });
});
