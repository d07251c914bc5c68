/**
 * Every reply of the simulated Cloudflare against the types of Cloudflare's own client: what is required is
 * there, nothing is of another type, and nothing is there that the client does not know.
 */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import type { ServerReply } from "../../sandbox/server.ts";
import { zoneId } from "./aws.ts";
import types from "./cloudflare-types.json" with { type: "json" };
import { sandboxForTest } from "./support.ts";

const ajv = new Ajv({ allErrors: true, strict: false });
ajv.addSchema(types, "types");

/** What is wrong with a value that should be of a type. */
function faults(type: string, value: unknown): string[] {
  const validate = ajv.getSchema(`types#/definitions/${type}`);
  if (validate === undefined) throw new Error(`no type ${type}`);
  if (validate(withoutNull(value))) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${type}${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Cloudflare writes null where nothing is set (its API reference's examples); the types have no word for it. */
function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== "object" || value === null) return value;
  const set = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(set.map(([name, inner]) => [name, withoutNull(inner)]));
}

interface Envelope {
  success: unknown;
  errors: unknown;
  messages: unknown;
  result: unknown;
  result_info?: unknown;
}

const INFO = ["page", "per_page", "count", "total_count", "total_pages"];

function faultsIn({ action, path, status, body }: ServerReply): string[] {
  const { success, errors, messages, result, result_info, ...more } = JSON.parse(body) as Envelope;
  const found: string[] = [];
  if (Object.keys(more).length > 0) found.push(`unknown parts: ${Object.keys(more)}`);
  if (success !== status < 300) found.push(`success is ${success} with status ${status}`);
  if (!Array.isArray(errors) || !Array.isArray(messages))
    return [...found, "no list of errors or messages"];
  if (status >= 300) {
    if (errors.length === 0) found.push("an error without an error");
    return [...found, ...errors.flatMap((error) => faults("ErrorData", error))];
  }
  const isList = Array.isArray(result);
  const info = Object.keys(Object(result_info));
  if (isList && INFO.some((name) => !info.includes(name)))
    found.push("a list without its result_info");
  for (const one of isList ? result : [result]) {
    if (path.endsWith("/tokens/verify")) found.push(...faults("TokenVerifyResponse", one));
    else if (action === "DELETE dns_records") found.push(...faults("RecordDeleteResponse", one));
    else if (action.endsWith(" dns_records"))
      found.push(...faults(`RecordResponse.${one.type}Record`, one));
    else found.push(...faults("Zone", one));
  }
  return found;
}

const RECORDS: Record<string, unknown>[] = [
  { type: "A", content: "192.0.2.1" },
  { type: "AAAA", content: "2001:db8::1" },
  { type: "CNAME", content: "b.example" },
  { type: "MX", content: "mx.b.example", priority: 10 },
  { type: "TXT", content: '"v=spf1 -all"', comment: "why", tags: [] },
  { type: "CAA", data: { flags: 0, tag: "issue", value: "ca.example" } },
  { type: "NS", content: "ns.b.example" },
  { type: "PTR", content: "host.b.example" },
  { type: "SRV", data: { priority: 1, weight: 2, port: 25, target: "b.example" } },
  { type: "TLSA", data: { usage: 3, selector: 1, matching_type: 1, certificate: "ab" } },
];

it("every reply is one that Cloudflare's own client has a type for", async () => {
  const replies: ServerReply[] = [];
  const sandbox = await sandboxForTest({ onReply: (reply) => replies.push(reply) });
  const call = async (method: string, path: string, body?: unknown, token = "any") => {
    const reply = await fetch(`${sandbox.cloudflareUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await reply.json()) as { result: { id: string }; errors: { code: number }[] };
  };
  const zone = `/zones/${zoneId}`;
  const records = `${zone}/dns_records`;
  await call("GET", "/user/tokens/verify");
  await call("GET", "/zones?per_page=1");
  await call("GET", zone);
  for (const [index, record] of RECORDS.entries()) {
    const name = `r${index}.acme.example`;
    const { result } = await call("POST", records, { name, ttl: 300, proxied: false, ...record });
    const one = `${records}/${result.id}`;
    await call("GET", one);
    await call("PATCH", one, { comment: "changed" });
    // As the official provider does: what was computed is sent beside what is new.
    const old = { content: '0 issue "old.example"' };
    await call("PUT", one, {
      ...(record["data"] === undefined ? {} : old),
      name,
      ttl: 600,
      ...record,
    });
    if (index % 2 === 0) await call("DELETE", one);
  }
  await call("GET", `${records}?per_page=2&page=2&order=name`);
  await call("GET", `${records}?name=none.acme.example`);

  const code = async (...asked: Parameters<typeof call>) => (await call(...asked)).errors[0]?.code;
  const missing = "0".repeat(32);
  const twice = {
    name: "r3.acme.example",
    ttl: 300,
    type: "MX",
    content: "mx.b.example",
    priority: 10,
  };
  expect(await code("GET", `${records}/${missing}`)).toBe(81044);
  expect(await code("DELETE", `${records}/${missing}`)).toBe(81044);
  expect(await code("GET", `/zones/${missing}`)).toBe(9109);
  expect(await code("GET", "/zones/short")).toBe(7003);
  expect(await code("GET", zone, undefined, "invalid")).toBe(9109);
  expect(await code("POST", records, twice)).toBe(81058);
  expect(await code("POST", records, { ...twice, type: "X" })).toBe(9002);
  await sandbox.post("faults", { service: "cloudflare", action: "*", kind: "throttle" });
  expect(await code("GET", zone)).toBe(971);

  const wrong = replies.flatMap((reply) =>
    faultsIn(reply).map((fault) => `${reply.action} ${reply.status}: ${fault}`),
  );
  expect([...new Set(wrong)], wrong.join("\n")).toEqual([]);
  expect(replies.length).toBeGreaterThan(50);
  // Whoever checks must be able to find something.
  expect(faults("Zone", { id: 1 }).length).toBeGreaterThan(3);
});

it("the types are those of the client that is installed", () => {
  const manifest = readFileSync("node_modules/cloudflare/package.json", "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  expect(types.$comment).toContain(`npm cloudflare ${version} `);
});
