import { expect, test } from "vitest";
import { sandboxForTest } from "../contract/support.ts";
import { Plugin, type Props } from "./plugin.ts";

const RECORD = "cloudflare:index/dnsRecord:DnsRecord";
const ZONE = "023e105f4ecef8ad9ca31a8372d0c353";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

async function cloudflare() {
  const sandbox = await sandboxForTest();
  const plugin = await Plugin.start("cloudflare", {
    CLOUDFLARE_API_TOKEN: "test",
    CLOUDFLARE_BASE_URL: sandbox.cloudflareUrl,
  });
  await plugin.configure({});
  return { sandbox, plugin };
}

const record = (name: string, rest: Props = {}): Props => ({
  zoneId: ZONE,
  name: `${name}.acme.example`,
  type: "TXT",
  content: '"v=spf1 -all"',
  ttl: 300,
  ...rest,
});

test("says who it is, and what to set when it has no credentials", async () => {
  const plugin = await Plugin.start("cloudflare", {});
  expect(await plugin.version()).toBe("6.22.1");
  await expect(plugin.configure({})).rejects.toThrow(
    /credentials are not set correctly.*CLOUDFLARE_API_TOKEN/,
  );
});

test("Check fills in proxied, and refuses what the API would", async () => {
  const { plugin } = await cloudflare();
  const good = await plugin.check(RECORD, record("a", { content: UNKNOWN }));
  expect(good.failures).toEqual([]);
  expect(good.inputs).toMatchObject({ proxied: false, content: UNKNOWN });
  const bad = await plugin.check(RECORD, record("b", { ttl: 20, typo: 1 }));
  expect(bad.failures.map((each) => each.property)).toEqual(["typo"]);
  const ttl = await plugin.check(RECORD, record("b", { ttl: 20 }));
  expect(ttl.failures.map((each) => each.property)).toEqual(["ttl"]);
});

test("a preview leaves what only Cloudflare knows unknown", async () => {
  const { plugin } = await cloudflare();
  const { id, state } = await plugin.create(RECORD, record("c"), true);
  expect(id).toBe("");
  expect(state).toMatchObject({ content: '"v=spf1 -all"', createdOn: UNKNOWN });
});

test("a record is made, refreshed, imported, changed in place and deleted", async () => {
  const { plugin } = await cloudflare();
  const { inputs } = await plugin.check(RECORD, record("d"));
  const { id, state } = await plugin.create(RECORD, inputs);
  expect(await plugin.diff(RECORD, state, inputs)).toMatchObject({ changes: false });
  const refreshed = await plugin.read(RECORD, id, state, inputs);
  expect(refreshed).toEqual({ id, state, inputs });
  const imported = await plugin.read(RECORD, `${ZONE}/${id}`);
  expect(imported.id).toBe(id);
  expect(await plugin.diff(RECORD, imported.state, inputs)).toMatchObject({ changes: false });

  // Compared raw: the same text in other quotes is a change.
  const chunked = { ...inputs, content: '"v=spf1" " -all"' };
  expect(await plugin.diff(RECORD, state, chunked)).toMatchObject({ diffs: ["content"] });
  const drifted = await plugin.diff(RECORD, { ...state, ttl: 60, comment: "mine" }, inputs);
  expect(drifted.diffs.sort()).toEqual(["comment", "ttl"]);
  const moved = await plugin.diff(RECORD, state, { ...inputs, zoneId: "other" });
  expect(moved.replaces).toEqual(["zoneId"]);

  const wanted = { ...inputs, content: '"v=spf1 ~all"', comment: "soft" };
  const preview = await plugin.update(RECORD, id, state, wanted, true);
  expect(preview).toMatchObject({ content: '"v=spf1 ~all"', modifiedOn: UNKNOWN });
  const after = await plugin.update(RECORD, id, state, wanted);
  expect(after).toMatchObject({ content: '"v=spf1 ~all"', comment: "soft" });
  const retyped = await plugin.diff(RECORD, after, {
    ...wanted,
    type: "CNAME",
    content: "b.example",
  });
  expect(retyped.replaces).toEqual(["type"]);
  await plugin.delete(RECORD, id, after);
  await expect(plugin.delete(RECORD, id, after)).rejects.toThrow(/404 Not Found .*81044/);
  expect((await plugin.read(RECORD, id, after, wanted)).id).toBe("");
});

test("errors carry the HTTP status and Cloudflare's code", async () => {
  const { plugin } = await cloudflare();
  const { inputs } = await plugin.check(RECORD, record("e"));
  await plugin.create(RECORD, inputs);
  await expect(plugin.create(RECORD, inputs)).rejects.toThrow(
    /failed to make http request: POST "http:\S+\/dns_records": 400 Bad Request \{.*81058/,
  );
});

test("an MX keeps its priority", async () => {
  const { plugin } = await cloudflare();
  const mx = { type: "MX", content: "feedback.example.com", priority: 10 };
  const { inputs } = await plugin.check(RECORD, record("f", mx));
  const { state } = await plugin.create(RECORD, inputs);
  expect(state).toMatchObject({ priority: 10 });
  expect(await plugin.diff(RECORD, state, inputs)).toMatchObject({ changes: false });
});

test("a zone is found by id and by name", async () => {
  const { plugin } = await cloudflare();
  const getZone = "cloudflare:index/getZone:getZone";
  const byId = await plugin.invoke(getZone, { zoneId: ZONE });
  expect(byId).toMatchObject({ id: ZONE, name: "acme.example", status: "active" });
  expect(byId["nameServers"]).toHaveLength(2);
  const byName = await plugin.invoke(getZone, { filter: { name: "acme.example" } });
  expect(byName).toMatchObject({ zoneId: ZONE });
  await expect(plugin.invoke(getZone, { zoneId: "0".repeat(32) })).rejects.toThrow(/40\d/);
});
