/** Every kind of record on the real engine, as DNS shows it; and zones that the customer publishes. */
import { describe, expect, test } from "vitest";
import type { RecordOutput } from "../../core/state/outputs.ts";
import { checkTenant } from "../../sandbox/dns-check.ts";
import { makeExampleKey } from "../../sandbox/example-keys.ts";
import { SANDBOX_CREDENTIALS } from "../../sandbox/project.ts";
import { deployedWorld, operationLines, type World, world } from "./harness.ts";

const TENANT = ["sendips:tenant"];

async function wrongInDns(made: World): Promise<string[]> {
  const outputs = await made.outputs("acme");
  const { host, port } = made.sandbox.dns;
  const { records } = await checkTenant(outputs, `${host}:${port}`);
  return [...records].flatMap(([key, verdict]) =>
    verdict === undefined ? [] : [`${key}: ${verdict}`],
  );
}

test("every kind of record goes up, is answered for, and stays as it is", async () => {
  const made = await world();
  await made.up("mx-1");
  await made.init("acme");
  await makeExampleKey("acme", "s202611", made.options);
  made.edit("acme", [...TENANT, "spf", "addresses"], "macro");
  made.edit("acme", [...TENANT, "mtaSts"], {
    "acme.example": { mx: ["*.l.google.com"], certificateAuthorities: ["letsencrypt.org"] },
    "bounce.tx.acme.example": { servedBy: "mta-sts.operator.example" },
  });
  made.edit("acme", [...TENANT, "tlsReports"], {
    "acme.example": { reports: ["mailto:tls@operator.example"] },
  });
  made.edit("acme", [...TENANT, "bimi"], {
    "acme.example": { logo: "https://www.acme.example/logo.svg" },
  });
  made.edit("acme", [...TENANT, "neverMails"], ["parked.acme.example"]);
  const run = await made.up("acme");
  expect(run.code, run.output).toBe(0);
  expect(await wrongInDns(made)).toEqual([]);
  const { records } = await made.outputs("acme");
  expect([...new Set(records.map(({ type }) => type))].sort()).toEqual([
    ...["A", "CAA", "CNAME", "MX", "PTR", "TXT"],
  ]);

  await fetch(`${made.sandbox.url}/_sandbox/calls`, { method: "DELETE" });
  const second = await made.up("acme");
  expect([second.code, operationLines(second)]).toEqual([0, []]);
  // What the last deployment found right is not looked up again.
  const calls = await (await fetch(`${made.sandbox.url}/_sandbox/calls`)).text();
  expect(calls).toContain("GetCallerIdentity");
  expect(calls).not.toContain('"cloudflare"');
  await made.run("refresh", "--stack", "acme", "--yes", "--skip-preview");
  const third = await made.run("preview", "--stack", "acme", "--expect-no-changes");
  expect(third.code, third.output).toBe(0);
});

test("DKIM keys move into the operator's zone, and the From domains point there", async () => {
  const made = await world();
  await made.up("mx-1");
  await made.init("acme");
  await makeExampleKey("acme", "s202611", made.options);
  expect((await made.up("acme")).code).toBe(0);
  made.edit("acme", [...TENANT, "dkimZone"], "dkim.operator.example");
  const run = await made.up("acme");
  expect(run.code, run.output).toBe(0);
  expect(operationLines(run).every((line) => line.includes("DnsRecord acme-dkim-"))).toBe(true);
  expect(await wrongInDns(made)).toEqual([]);
});

test("a CNAME takes the place of a CAA record, and gives it back", async () => {
  const made = await world();
  await made.up("mx-1");
  const policy = [...TENANT, "mtaSts", "acme.example"];
  const own = { mx: ["*.l.google.com"], certificateAuthorities: ["letsencrypt.org"] };
  made.edit("acme", policy, own);
  expect((await made.up("acme")).code).toBe(0);
  const host = { mx: ["*.l.google.com"], servedBy: "mta-sts.operator.example" };
  for (const wanted of [host, own]) {
    made.edit("acme", policy, wanted);
    const run = await made.up("acme");
    expect(run.code, run.output).toBe(0);
    expect(operationLines(run).filter((line) => line.startsWith("delete-replaced"))).toHaveLength(
      1,
    );
    expect(await wrongInDns(made)).toEqual([]);
    const same = await made.up("acme");
    expect([same.code, operationLines(same)]).toEqual([0, []]);
  }
  // Two at its name: what cannot be done in one deployment is refused before anything is changed.
  const two = { ...own, certificateAuthorities: ["letsencrypt.org", "digicert.com"] };
  made.edit("acme", policy, two);
  expect((await made.up("acme")).code).toBe(0);
  made.edit("acme", policy, host);
  const refused = await made.up("acme");
  expect([refused.code === 0, operationLines(refused)]).toEqual([false, []]);
  expect(refused.output).toMatch(
    /a CNAME stands alone, and 2 records stand at mta-sts\.acme\.example/,
  );
});

describe("a zone that the customer publishes", () => {
  const zones = {
    "acme.example": "external",
    "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
  };

  test("is handed over as a page, holds nothing up, and gets its PTRs once it is there", async () => {
    const made = await world();
    await made.up("mx-1");
    made.edit("acme", ["sendips:zones"], zones);
    const run = await made.up("acme");
    expect(run.code, run.output).toBe(0);
    expect(run.output).toContain("warning");
    expect(operationLines(run).filter((line) => line.includes("EipDomainName"))).toEqual([]);
    const { records } = await made.outputs("acme");
    // What is to be handed over is named, and the command that prints it.
    expect(run.output).toMatch(
      /acme\.example *: "\d+ for the customer to publish: npx sendips plan acme --customer"/,
    );
    const page = async (format: string) =>
      (await made.sendips("plan", "acme", "--customer", "--format", format)).stdout;
    const [markdown, zone] = [await page("markdown"), await page("bind")];
    const hostNames = records.filter(({ type }) => type === "A");
    for (const { type, waitsFor } of records) {
      const waits = /^the customer publishes the A record of .*waitForCustomerRecords: true/;
      if (type === "PTR") expect(waitsFor).toMatch(waits);
      else expect(waitsFor).toBeUndefined();
    }
    expect(hostNames).toHaveLength(2);
    for (const { name, value } of hostNames) {
      expect(markdown).toContain(name);
      expect(zone).toContain(value);
    }

    await publishAsCustomer(made, hostNames);
    made.edit("acme", [...TENANT, "waitForCustomerRecords"], true);
    const later = await made.up("acme");
    expect(later.code, later.output).toBe(0);
    expect(operationLines(later).sort()).toEqual([
      "create EipDomainName acme-mk1",
      "create EipDomainName acme-tx1",
    ]);
    const set = await made.outputs("acme");
    expect(set.records.filter(({ waitsFor }) => waitsFor !== undefined)).toEqual([]);
  });
});

test("the preview shows the plan's warnings", async () => {
  const made = await deployedWorld();
  made.edit("acme", [...TENANT, "dmarc", "policy"], "none");
  const run = await made.run("preview", "--stack", "acme");
  expect(run.code, run.output).toBe(0);
  expect(run.output).toMatch(/warning: acme: sendips:tenant\.dmarc: p=none/);
  const accepted = [
    { code: "dmarc-policy-none", reason: "until the reports are clean" },
    { code: "address-pool-fixed", reason: "found by a deployment alone, and not called idle" },
    { code: "bimi-unseen", reason: "never" },
  ];
  made.edit("acme", [...TENANT, "accept"], accepted);
  const then = await made.run("preview", "--stack", "acme");
  expect(then.code, then.output).toBe(0);
  expect(then.output).not.toMatch(/warning: acme: sendips:tenant\.dmarc/);
  expect(then.output).toMatch(
    /accepted: acme: sendips:tenant\.dmarc: p=none.*\(dmarc-policy-none\): until the reports are clean/,
  );
  expect(then.output).toMatch(/warning: acme: sendips:tenant\.accept\[2\]: no warning bimi-unseen/);
  expect(then.output).not.toContain("accept[1]");
});

/** Publishes records through the API, as a customer would with an editor in a browser. */
async function publishAsCustomer(made: World, records: readonly RecordOutput[]): Promise<void> {
  for (const { name, type, value, ttl } of records) {
    const zone = "0c1d2e3f405162738495a6b7c8d9eaf0";
    const reply = await fetch(`${made.sandbox.cloudflareUrl}/zones/${zone}/dns_records`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${SANDBOX_CREDENTIALS.CLOUDFLARE_API_TOKEN}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ name, type, content: value, ttl, proxied: false }),
    });
    expect(reply.status, await reply.text()).toBe(200);
  }
}
