/** The verdicts that `npm start`'s exit status rests on: what is wrong in DNS is reported as wrong. */
import * as ec2 from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { type RecordOutput, readOutputs } from "../../core/state/outputs.ts";
import { checkTenant, table } from "../../sandbox/dns-check.ts";
import { addRecord, allocate, ec2For } from "./aws.ts";
import { cloudflareFor, zone } from "./cloudflare.ts";
import { sandboxForTest } from "./support.ts";

const HOST = "tx1.mail.acme.example";
const SPF = "v=spf1 a -all";

/** A sandbox that has published all of a small tenant, and what the stack's state says of it. */
async function deployed() {
  const sandbox = await sandboxForTest();
  const aws = ec2For(sandbox);
  const { AllocationId, PublicIp } = await allocate(aws);
  await addRecord(sandbox, HOST, PublicIp);
  await sandbox.advance(3_600_000);
  const domain = { AllocationId, DomainName: HOST };
  await aws.send(new ec2.ModifyAddressAttributeCommand(domain));
  const { records } = cloudflareFor(sandbox).dns;
  const ttl = 300;
  const bounce = "bounce.acme.example";
  await records.create({ ...zone, type: "TXT", name: HOST, content: `"${SPF}"`, ttl });
  const mx = { type: "MX" as const, name: bounce, content: "feedback.example.org", priority: 10 };
  await records.create({ ...zone, ...mx, ttl });
  const key = `v=DKIM1; p=${"A".repeat(300)}`;
  const selector = "s1._domainkey.acme.example";
  await records.create({ ...zone, type: "TXT", name: selector, content: key, ttl });
  const note = "café";
  await records.create({ ...zone, type: "TXT", name: "note", content: note, ttl });
  const alias = { type: "CNAME" as const, name: "www.acme.example", content: HOST };
  await records.create({ ...zone, ...alias, ttl });
  const data = { flags: 0, tag: "issue", value: "ca.example.org" };
  await records.create({ ...zone, type: "CAA", name: "acme.example", data, ttl });
  await sandbox.advance(3_600_000);

  const output = (of: string, name: string, type: string, value: string): RecordOutput => ({
    ...{ key: of, name, type, value, ttl },
    ...(type === "PTR" ? { publisher: "aws" } : { publisher: "cloudflare", zone: "acme.example" }),
  });
  const published = [
    output("tx1-a", HOST, "A", PublicIp),
    output("tx1-ptr", PublicIp, "PTR", `${HOST}.`),
    output("tx1-helo-spf", HOST, "TXT", SPF),
    output("bounce-mx", bounce, "MX", "10 feedback.example.org."),
    output("dkim-s1", selector, "TXT", key),
    output("note", "note.acme.example", "TXT", note),
    output("alias", alias.name, "CNAME", `${HOST}.`),
    output("caa", "acme.example", "CAA", '0 issue "ca.example.org"'),
  ];
  const server = `${sandbox.dns.host}:${sandbox.dns.port}`;
  /** The check as `npm start` makes it, of these records; `patience` as of `checkTenant`. */
  const check = async (wanted: RecordOutput[] = published, patience = 0, at = server) => {
    const tx1 = {
      ...{ allocationId: AllocationId, publicIp: PublicIp, hostName: HOST },
      ...{ privateIp: "10.0.1.10", networkInterfaceId: "eni-0", associationId: "eipassoc-0" },
      streams: ["transactional"],
    };
    const { outputs, findings } = readOutputs({ addresses: { tx1 }, records: wanted });
    expect(findings).toEqual([]);
    const checks = await checkTenant(outputs, at, patience);
    return { checks, ...table(outputs, checks) };
  };
  const verdictOf = async (key: string) => (await check()).checks.records.get(key);
  return { sandbox, aws, AllocationId, PublicIp, records, published, check, verdictOf };
}

describe("the DNS check", () => {
  it("is content with what was published", async () => {
    const { check, PublicIp } = await deployed();
    const { checks, text, ok } = await check();
    expect(ok).toBe(true);
    expect([...checks.records.values()]).toEqual(Array(8).fill(undefined));
    expect(text.split("\n")).toHaveLength(2);
    expect(text).toMatch(
      new RegExp(`^tx1 +${PublicIp} +${HOST} +ok +ok +transactional +5 ok$`, "m"),
    );
  });

  it("sees that a name has another address", async () => {
    const { sandbox, records, check } = await deployed();
    const { result } = await records.list({ ...zone, type: "A" });
    const content = "192.0.2.99";
    const edit = { ...zone, type: "A" as const, name: HOST, ttl: 300, content };
    await records.update(result[0]?.id ?? "", edit);
    await sandbox.advance(3_600_000);
    const { ok, text } = await check();
    expect(ok).toBe(false);
    expect(text).toContain(`(A: answers ${content})`);
    expect(text).toContain(`  A ${HOST}: answers ${content}`);
  });

  it("sees that a reverse name is not there, or another", async () => {
    const { sandbox, aws, AllocationId, PublicIp, check, verdictOf } = await deployed();
    await addRecord(sandbox, "mk1.mail.acme.example", PublicIp);
    await sandbox.advance(3_600_000);
    const other = { AllocationId, DomainName: "mk1.mail.acme.example" };
    await aws.send(new ec2.ModifyAddressAttributeCommand(other));
    await sandbox.advance(3_600_000);
    expect(await verdictOf("tx1-ptr")).toBe("answers mk1.mail.acme.example.");
    const attribute = { AllocationId, Attribute: "domain-name" as const };
    await aws.send(new ec2.ResetAddressAttributeCommand(attribute));
    await sandbox.advance(3_600_000);
    expect(await verdictOf("tx1-ptr")).toBe("ENOTFOUND");
    expect((await check()).ok).toBe(false);
  });

  it("sees a text that differs, and one too many", async () => {
    const { sandbox, records, verdictOf, check } = await deployed();
    await records.create({ ...zone, type: "TXT", name: HOST, content: '"v=spf1 +all"', ttl: 300 });
    await sandbox.advance(3_600_000);
    expect(await verdictOf("tx1-helo-spf")).toBe("answers 2 records, not 1");
    const { result } = await records.list({ ...zone, content: { exact: `"${SPF}"` } });
    await records.delete(result[0]?.id ?? "", zone);
    await sandbox.advance(3_600_000);
    expect(await verdictOf("tx1-helo-spf")).toBe("answers v=spf1 +all");
    const { ok, checks } = await check();
    expect(ok).toBe(false);
    expect(checks.addresses[0]?.helo).toBe("answers v=spf1 +all");
  });

  it("tells a name that is not there from a type that is not", async () => {
    const { published, check } = await deployed();
    const [, , , mx] = published;
    if (mx === undefined) throw new Error("no MX");
    const wrong = [
      { ...mx, key: "nowhere", name: "none.acme.example" },
      { ...mx, key: "typeless", name: HOST },
      { ...mx, key: "preference", value: "20 feedback.example.org." },
      { ...mx, key: "untested", type: "LOC" },
      { ...mx, key: "target", name: "www.acme.example", type: "CNAME", value: "other.example." },
      { ...mx, key: "ca", name: "acme.example", type: "CAA", value: '0 issue ";"' },
    ];
    const { checks, ok, text } = await check([...published, ...wrong]);
    expect(ok).toBe(false);
    expect(checks.records.get("nowhere")).toBe("ENOTFOUND");
    expect(checks.records.get("typeless")).toBe("ENODATA");
    expect(checks.records.get("preference")).toBe("answers 10 feedback.example.org.");
    expect(checks.records.get("untested")).toContain("no check for LOC");
    expect(checks.records.get("target")).toBe(`answers ${HOST}.`);
    expect(checks.records.get("ca")).toBe('answers 0 issue "ca.example.org"');
    expect(text).toContain("6 of 11 wrong");
  });

  it("misses what the outputs leave out", async () => {
    const { published, check } = await deployed();
    for (const missing of ["tx1-a", "tx1-ptr", "tx1-helo-spf"]) {
      const { ok, text } = await check(published.filter(({ key }) => key !== missing));
      expect(text, missing).toContain("the stack's state does not hold this record");
      expect(ok, missing).toBe(false);
    }
    expect((await check([])).ok).toBe(false);
  });

  it("is not content where nobody answers", async () => {
    const { check, published } = await deployed();
    const closed = await sandboxForTest();
    await closed.close();
    const at = `${closed.dns.host}:${closed.dns.port}`;
    const { ok, checks } = await check(published, 0, at);
    expect(ok).toBe(false);
    expect(new Set(checks.records.values())).toEqual(new Set(["ECONNREFUSED"]));
  });

  it("waits for what still propagates", async () => {
    const { sandbox, records, published, check } = await deployed();
    const late = { type: "TXT" as const, name: "late.acme.example", content: "x", ttl: 300 };
    await records.create({ ...zone, ...late });
    const wanted: RecordOutput[] = [
      ...published,
      { ...late, key: "late", value: "x", publisher: "cloudflare", zone: "acme.example" },
    ];
    expect((await check(wanted)).ok).toBe(false);
    const patient = check(wanted, 20_000);
    await sandbox.advance(3_600_000);
    expect((await patient).ok).toBe(true);
  });
});
