/** Cloudflare's refusals by number, through the official client where it can send such a request. */
import { describe, expect, it } from "vitest";
import { zoneId } from "./aws.ts";
import { cloudflareFor, codeOf, start, zone } from "./cloudflare.ts";
import { sandboxForTest, type TestSandbox } from "./support.ts";

/** Status and code of a request that the client would not send. */
async function raw(
  sandbox: TestSandbox,
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = { authorization: "Bearer test-token" },
): Promise<string> {
  const init = body === undefined ? { method, headers } : { method, headers, body };
  const reply = await fetch(`${sandbox.cloudflareUrl}/${path}`, init);
  const text = await reply.text();
  const codes = [...text.matchAll(/"code":(\d+)/g)].map(([, code]) => code);
  expect(JSON.parse(text)).toMatchObject({ success: false, messages: [], result: null });
  return [reply.status, ...codes].join(" ");
}

describe("conflicts", () => {
  it("81058: an identical record is not created again", async () => {
    const { records, post } = await start();
    const txt = { type: "TXT", name: "a", content: '"v=spf1 -all"', ttl: 300 };
    await post(txt);
    expect(await codeOf(post({ ...txt, ttl: 60, comment: "other" }))).toBe("400 81058");
    await post({ ...txt, content: '"v=spf1 ~all"' });
    const { result } = await records.list(zone);
    expect(result).toHaveLength(2);
  });

  it("81057: a record is not edited into another that is there", async () => {
    const { records, post } = await start();
    const a = { type: "A" as const, name: "a.acme.example", ttl: 300 };
    await post({ ...a, content: "192.0.2.1" });
    const second = await post({ ...a, content: "192.0.2.2" });
    const same = { ...zone, ...a, content: "192.0.2.1" };
    expect(await codeOf(records.edit(second.id, same))).toBe("400 81057");
    expect(await codeOf(records.update(second.id, same))).toBe("400 81057");
    // Into itself it is.
    await records.update(second.id, { ...same, content: "192.0.2.2" });
  });

  it("81053, 81054 and 81056: a CNAME is alone at its name", async () => {
    const { post } = await start();
    const cname = { type: "CNAME", content: "target.example.org", ttl: 300 };
    const a = { type: "A", content: "192.0.2.1", ttl: 300 };
    const txt = { type: "TXT", content: '"x"', ttl: 300 };
    await post({ ...a, name: "host" });
    expect(await codeOf(post({ ...cname, name: "host" }))).toBe("400 81053");
    await post({ ...cname, name: "alias" });
    expect(await codeOf(post({ ...a, name: "alias" }))).toBe("400 81053");
    expect(await codeOf(post({ ...cname, name: "alias", content: "b.org" }))).toBe("400 81053");
    expect(await codeOf(post({ ...txt, name: "alias" }))).toBe("400 81054");
    await post({ ...txt, name: "text" });
    expect(await codeOf(post({ ...cname, name: "text" }))).toBe("400 81056");
  });
});

describe("content", () => {
  it("9000 to 9009: a wrong name, type or content is told by number", async () => {
    const { post } = await start();
    const refused = (type: string, content: unknown, name: unknown = "a") =>
      codeOf(post({ type, name, content, ttl: 300, ...(type === "MX" ? { priority: 1 } : {}) }));
    expect(await refused("A", "192.0.2.1", "")).toBe("400 9000");
    expect(await refused("A", "192.0.2.1", "a..b")).toBe("400 9000");
    expect(await refused("A", "192.0.2.1", "a b")).toBe("400 9000");
    expect(await refused("A", "192.0.2.1", "l".repeat(64))).toBe("400 9000");
    expect(await refused("A", "192.0.2.1", Array(60).fill("abcd").join("."))).toBe("400 9000");
    expect(await refused("SPF", '"v=spf1 -all"')).toBe("400 9002");
    expect(await refused("A", "tx1.acme.example")).toBe("400 9005");
    expect(await refused("A", "192.0.2.256")).toBe("400 9005");
    expect(await refused("AAAA", "192.0.2.1")).toBe("400 9006");
    expect(await refused("CNAME", "not a host")).toBe("400 9007");
    expect(await refused("NS", "not a host")).toBe("400 9007");
    expect(await refused("MX", "not a host")).toBe("400 9009");
    expect(await refused("CNAME", undefined)).toBe("400 9100");
  });

  it("9207: a body that is not a JSON object", async () => {
    const sandbox = await sandboxForTest();
    const path = `zones/${zoneId}/dns_records`;
    for (const body of ["", "{", "null", "[]", '"text"']) {
      expect(await raw(sandbox, "POST", path, body), body).toBe("400 9207");
    }
  });
});

describe("paths", () => {
  it("7003: what is not there, and ids that are none", async () => {
    const { client, sandbox } = await start();
    expect(await codeOf(client.zones.get({ zone_id: "acme.example" }))).toBe("404 7003");
    expect(await raw(sandbox, "GET", "accounts")).toBe("404 7003");
    expect(await raw(sandbox, "GET", `zones/${zoneId}/settings`)).toBe("404 7003");
    expect(await raw(sandbox, "GET", `zones/${zoneId}/dns_records/a/b`)).toBe("404 7003");
  });

  it("81044: a record of another zone is not there", async () => {
    const other = { id: "a".repeat(32), name: "news.example" };
    const sandbox = await sandboxForTest({ zones: [{ id: zoneId, name: "acme.example" }, other] });
    const { records } = cloudflareFor(sandbox).dns;
    const a = { type: "A" as const, name: "a", content: "192.0.2.1", ttl: 300 };
    const { id } = await records.create({ ...zone, ...a });
    expect(await codeOf(records.get(id, { zone_id: other.id }))).toBe("404 81044");
  });

  it("10405: methods that a path does not have", async () => {
    const sandbox = await sandboxForTest();
    expect(await raw(sandbox, "POST", "zones", "{}")).toBe("405 10405");
    expect(await raw(sandbox, "DELETE", `zones/${zoneId}/dns_records`)).toBe("405 10405");
    expect(await raw(sandbox, "POST", `zones/${zoneId}/dns_records/x`, "{}")).toBe("405 10405");
    expect(await raw(sandbox, "DELETE", `zones/${zoneId}`)).toBe("405 10405");
  });
});

describe("credentials", () => {
  it("9106, 6003 and 9109: none, malformed, unknown", async () => {
    const sandbox = await sandboxForTest();
    const list = (headers: Record<string, string>) =>
      raw(sandbox, "GET", "zones", undefined, headers);
    expect(await list({})).toBe("400 9106");
    expect(await list({ "x-auth-key": "k" })).toBe("400 9106");
    expect(await list({ authorization: "Bearer" })).toBe("400 6003");
    expect(await list({ authorization: "Basic abc" })).toBe("400 6003");
    const invalid = cloudflareFor(sandbox, "invalid");
    expect(await codeOf(invalid.zones.list())).toBe("403 9109");
    const client = cloudflareFor(sandbox);
    // A zone of somebody else.
    expect(await codeOf(client.zones.get({ zone_id: "f".repeat(32) }))).toBe("403 9109");
    expect(await client.user.tokens.verify()).toMatchObject({ status: "active" });
  });

  it("may be the global key with its e-mail address", async () => {
    const sandbox = await sandboxForTest();
    const { default: Cloudflare } = await import("cloudflare");
    const client = new Cloudflare({
      baseURL: sandbox.cloudflareUrl,
      apiToken: null,
      apiKey: "144c9defac04969c7bfad8efaa8ea194",
      apiEmail: "ops@acme.example",
      maxRetries: 0,
    });
    expect((await client.zones.list()).result).toHaveLength(1);
  });
});

describe("the rate limit", () => {
  it("971: the 1,201st request within five minutes stops a credential for five", async () => {
    const sandbox = await sandboxForTest();
    const client = cloudflareFor(sandbox);
    const get = () => client.zones.get(zone);
    for (let round = 0; round < 12; round += 1) {
      await Promise.all(Array.from({ length: 100 }, get));
    }
    const refusal: unknown = await get().catch((error: unknown) => error);
    const { default: Cloudflare } = await import("cloudflare");
    if (!(refusal instanceof Cloudflare.RateLimitError)) throw new Error("not limited");
    expect(refusal.status).toBe(429);
    expect(refusal.errors).toMatchObject([{ code: 971 }]);
    expect(refusal.headers.get("retry-after")).toBe("300");
    // Another credential is not stopped.
    await cloudflareFor(sandbox, "another-token").zones.get(zone);
    await sandbox.advance(200_000);
    expect(await codeOf(get())).toBe("429 971");
    await sandbox.advance(100_000);
    await get();
  });

  it("counts five minutes back, not by the clock", async () => {
    const sandbox = await sandboxForTest();
    sandbox.world.state.cloudflare.rateLimit = 2;
    const get = () => codeOf(cloudflareFor(sandbox).zones.get(zone));
    expect(await get()).toBe("(no error)");
    await sandbox.advance(290_000);
    expect(await get()).toBe("(no error)");
    await sandbox.advance(20_000);
    expect(await get()).toBe("(no error)");
    expect(await get()).toBe("429 971");
  });

  it("is injected on demand, with the time to wait", async () => {
    const { sandbox, client } = await start();
    const fault = { service: "cloudflare", action: "GET zones" };
    await sandbox.post("faults", { ...fault, kind: "throttle" });
    const refusal: unknown = await client.zones.list().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 429, errors: [{ code: 971 }] });
    const { default: Cloudflare } = await import("cloudflare");
    if (!(refusal instanceof Cloudflare.APIError)) throw new Error("not refused");
    expect(refusal.headers?.get("retry-after")).toBe("1");
    await sandbox.post("faults", { ...fault, kind: "error", code: "10000", status: 403 });
    expect(await codeOf(client.zones.list())).toBe("403 10000");
    await sandbox.post("faults", { ...fault, kind: "error" });
    expect(await codeOf(client.zones.list())).toBe("500 1000");
  });
});
