/** A tenant's life on the real engine: create → no change → edit → drift → release → destroy. */
import { describe, expect, test } from "vitest";
import { checkTenant } from "../../sandbox/dns-check.ts";
import { makeExampleKey } from "../../sandbox/example-keys.ts";
import { deployedWorld, operationLines, type Run, release, type World, world } from "./harness.ts";

const TENANT = ["sendips:tenant"];

/** No operation of a run may replace anything. */
function expectNoReplacement(run: Run): void {
  expect(run.operations.filter(({ op }) => op.includes("replace"))).toEqual([]);
}

async function allocations(made: World): Promise<string[]> {
  const outputs = await made.outputs("acme");
  return Object.values(outputs.addresses).map(({ allocationId }) => allocationId);
}

describe("a tenant", () => {
  test("goes up, is answered for by DNS, and a second up changes nothing", async () => {
    const made = await world();
    expect((await made.up("mx-1")).code).toBe(0);
    await made.init("acme");
    await makeExampleKey("acme", "s202611", made.options);
    const run = await made.run("up", "--stack", "acme", "--yes", "--skip-preview");
    expect(run.output).toContain("Resources:");
    expect(run.code).toBe(0);

    const index = (line: string) => operationLines(run).indexOf(`create ${line}`);
    const order = ["Eip acme-tx1", "DnsRecord acme-tx1-a", "EipDomainName acme-tx1"].map(index);
    order.push(index("EipAssociation acme-tx1"));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order[0]).toBeGreaterThanOrEqual(0);

    const outputs = await made.outputs("acme");
    const { host, port } = made.sandbox.dns;
    const checks = await checkTenant(outputs, `${host}:${port}`);
    expect(Object.fromEntries(checks.records)).toEqual(
      Object.fromEntries(outputs.records.map(({ key }) => [key, undefined])),
    );
    expect(outputs.records.filter(({ name }) => name.includes("_domainkey"))).toHaveLength(2);

    const second = await made.run("up", "--stack", "acme", "--yes", "--skip-preview");
    expect([second.code, operationLines(second)]).toEqual([0, []]);
    const refreshed = await made.run("refresh", "--stack", "acme", "--yes", "--skip-preview");
    expect(refreshed.code).toBe(0);
    const third = await made.run("preview", "--stack", "acme", "--expect-no-changes");
    expect(third.code, third.output).toBe(0);
  });

  test("keeps its DKIM private key out of state, logs and outputs", async () => {
    const made = await world();
    await made.up("mx-1");
    await made.init("acme");
    await makeExampleKey("acme", "s202611", made.options);
    const shown = await made.mustPulumi(
      ...["config", "get", "--stack", "acme", "--path", "sendips:tenant.dkim.s202611.privateKey"],
    );
    const key = shown.stdout.trim();
    expect(key.length).toBeGreaterThan(1_000);
    const run = await made.run("up", "--stack", "acme", "--yes");
    expect(run.code, run.output).toBe(0);
    const places = [
      run.output,
      await made.stateText("acme"),
      JSON.stringify(await made.outputs("acme")),
      (await made.mustPulumi("preview", "--stack", "acme", "--json")).stdout,
    ];
    for (const place of places) {
      // Any 40 characters of it in a row would do harm; the public half shares none that long here.
      for (let at = 0; at + 40 <= key.length; at += 40) {
        const piece = key.slice(at, at + 40);
        if (at > 400) expect(place.includes(piece)).toBe(false);
      }
    }
  });

  test("takes edits without replacing anything", async () => {
    const made = await deployedWorld();
    const before = await allocations(made);

    made.edit("acme", [...TENANT, "addresses", "tx2"], { privateIp: "10.0.1.12" });
    const address = await made.up("acme");
    expect(operationLines(address).sort()).toEqual([
      "create DnsRecord acme-tx2-a",
      "create DnsRecord acme-tx2-helo-spf",
      "create Eip acme-tx2",
      "create EipAssociation acme-tx2",
      "create EipDomainName acme-tx2",
    ]);

    made.edit("acme", [...TENANT, "streams", "alerts"], {
      from: "alerts.acme.example",
      addresses: ["tx2"],
    });
    const stream = await made.up("acme");
    expect(operationLines(stream).sort()).toEqual([
      "create DnsRecord acme-mx-bounce.alerts.acme.example-tx2",
      "create DnsRecord acme-spf-alerts.acme.example",
      "create DnsRecord acme-spf-bounce.alerts.acme.example",
    ]);

    made.edit("acme", [...TENANT, "dmarc", "policy"], "quarantine");
    const policy = await made.up("acme");
    expect(operationLines(policy)).toEqual(["update DnsRecord acme-dmarc-acme.example"]);

    const same = await made.up("acme");
    expect([same.code, operationLines(same)]).toEqual([0, []]);
    for (const run of [address, stream, policy]) expectNoReplacement(run);
    expect(await allocations(made)).toEqual(expect.arrayContaining(before));
  });

  test("moves an address to another private IP without losing it", async () => {
    const made = await deployedWorld();
    const before = await allocations(made);
    made.edit("acme", [...TENANT, "addresses", "tx1", "privateIp"], "10.0.1.13");
    const run = await made.up("acme");
    expect(run.code, run.output).toBe(0);
    expect(
      new Set(run.operations.filter((o) => o.type.startsWith("aws:ec2/eip")).map((o) => o.name)),
    ).toEqual(new Set(["acme-tx1"]));
    // The address itself is only told where it goes: its tag.
    const others = operationLines(run).filter((line) => !line.includes("EipAssociation"));
    expect(others).toEqual(["update Eip acme-tx1"]);
    expect((await allocations(made)).sort()).toEqual(before.sort());
  });
});

describe("letting go", () => {
  test("a removed address is kept: the removal is refused until its release is deployed", async () => {
    const made = await deployedWorld();
    const before = await bound(made);
    const streams = [...TENANT, "streams", "marketing"];
    made.edit("acme", streams, undefined);
    expect((await made.up("acme")).code).toBe(0);

    made.edit("acme", [...TENANT, "addresses", "mk1"], undefined);
    const refused = await made.up("acme");
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(
      /addresses\.mk1: is gone from the config, but 198\.51\.100\.\d is deployed and its release is not/,
    );
    expect(await released(made)).toBe(0);
    // It goes on sending: nothing was taken away from it before the refusal.
    expect(await bound(made)).toEqual(before);

    made.edit("acme", [...TENANT, "addresses", "mk1"], { privateIp: "10.0.1.11" });
    release(made, { mk1: true });
    expect((await made.up("acme")).code).toBe(0);
    made.edit("acme", [...TENANT, "addresses", "mk1"], undefined);
    const run = await made.up("acme");
    expect(run.code, run.output).toBe(0);
    const order = operationLines(run);
    const at = (line: string) => order.indexOf(line);
    const ptr = at("delete EipDomainName acme-mk1");
    expect(at("delete EipAssociation acme-mk1")).toBeLessThan(ptr);
    expect(ptr).toBeLessThan(at("delete DnsRecord acme-mk1-a"));
    expect(ptr).toBeLessThan(at("delete Eip acme-mk1"));
    // EC2 kept saying PtrSet for a while: the release was tried more than once.
    expect(await released(made)).toBeGreaterThan(1);
  });

  test("destroy refuses while an address is protected, and works once all are released", async () => {
    const made = await deployedWorld();
    const before = await bound(made);
    for (const unseen of [[], ["--skip-preview"]]) {
      const destroy = ["destroy", "--stack", "acme", "--yes", "--run-program", ...unseen];
      const refused = await made.run(...destroy);
      expect(refused.code).not.toBe(0);
      expect(refused.output).toMatch(
        /addresses\.tx1: 198\.51\.100\.\d is deployed and its release is/,
      );
      expect(refused.output).not.toMatch(/unprotect/);
      expect(await released(made)).toBe(0);
      expect(await bound(made)).toEqual(before);
    }

    release(made, { tx1: true, mk1: true });
    expect((await made.up("acme")).code).toBe(0);
    const run = await made.run("destroy", "--stack", "acme", "--yes", "--run-program");
    expect(run.code, run.output).toBe(0);
    expect(operationLines(run).filter((line) => line.startsWith("delete Eip acme"))).toHaveLength(
      2,
    );
  });
});

/** Private IP and PTR by public IP, as EC2 has them. */
async function bound(made: World): Promise<Record<string, unknown>> {
  const { aws } = made.sandbox.world.state;
  const found = Object.values(aws.regions["us-east-1"]?.addresses ?? {});
  expect(found).not.toEqual([]);
  return Object.fromEntries(
    found.map(({ publicIp, association, ptr }) => [publicIp, [association?.privateIp, ptr]]),
  );
}

/** How often `ReleaseAddress` was called. */
async function released(made: World): Promise<number> {
  const reply = await fetch(`${made.sandbox.url}/_sandbox/calls`);
  const text = await reply.text();
  return text.split('"ReleaseAddress"').length - 1;
}
