/** The sandbox's own controls, which no cloud has: faults, call log, clock, settings. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { AllocateAddressCommand } from "@aws-sdk/client-ec2";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { describe, expect, it, onTestFinished } from "vitest";
import { ec2For, ssmFor, zoneId } from "./aws.ts";
import { cloudflareFor, codeOf, start, zone } from "./cloudflare.ts";
import { sandboxForTest, type TestSandbox } from "./support.ts";

/** Status and error text of a control that is refused. */
async function refused(sandbox: TestSandbox, method: string, path: string, body?: string) {
  const init = body === undefined ? { method } : { method, body };
  const reply = await fetch(`${sandbox.url}/_sandbox/${path}`, init);
  const { error } = (await reply.json()) as { error?: string };
  return `${reply.status} ${error}`;
}

/** Whether a process runs; one that has ended and that nobody has asked after yet is listed, and does not. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}

describe("faults", () => {
  const fault = { service: "cloudflare", action: "POST dns_records" };
  const cut = { service: "*", kind: "drop-before", times: "for-ever" };
  const record = { type: "A", name: "tx1", content: "192.0.2.1", ttl: 300 };

  it("of kind drop-before cut the call off undone, drop-after done", async () => {
    const { sandbox, records, post } = await start();
    const count = async () => (await records.list(zone)).result.length;
    await sandbox.post("faults", { ...fault, kind: "drop-before" });
    expect(await codeOf(post(record))).toMatch(/Connection error/);
    expect(await count()).toBe(0);
    await sandbox.post("faults", { ...fault, kind: "drop-after" });
    expect(await codeOf(post(record))).toMatch(/Connection error/);
    expect(await count()).toBe(1);
    // Which is why the next try meets this.
    expect(await codeOf(post(record))).toBe("400 81058");
    const calls = (await sandbox.get("calls")) as { action: string; status: number }[];
    const posts = calls.filter(({ action }) => action === fault.action);
    expect(posts.map(({ status }) => status)).toEqual([0, 0, 400]);
  });

  it("of kind delay answer late, and do the call", async () => {
    const { sandbox, client, records, post } = await start();
    await sandbox.post("faults", { ...fault, kind: "delay", delayMs: 600_000 });
    const waiting = new AbortController();
    const path = `/zones/${zoneId}/dns_records`;
    const late = codeOf(client.post(path, { body: record, signal: waiting.signal }));
    const statuses = async () =>
      ((await sandbox.get("calls")) as { action: string; status: number }[])
        .filter(({ action }) => action === fault.action)
        .map(({ status }) => status);
    await expect.poll(statuses).toEqual([0]);
    // Others are answered meanwhile.
    expect((await records.list(zone)).result).toEqual([]);
    waiting.abort();
    expect(await late).toMatch(/aborted/);
    await sandbox.post("faults", { ...fault, kind: "delay", delayMs: 1 });
    await post(record);
    expect(await statuses()).toEqual([0, 200]);
  });

  it("hit what they name, by wildcard too, and are spent", async () => {
    const sandbox = await sandboxForTest();
    const { zones } = cloudflareFor(sandbox);
    await sandbox.post("faults", [
      { service: "ec2", action: "*", kind: "error" },
      { service: "*", action: "GET zones", kind: "throttle", skip: 1, times: 2 },
    ]);
    const codes: string[] = [];
    for (let count = 0; count < 3; count += 1) codes.push(await codeOf(zones.list()));
    expect(codes).toEqual(["(no error)", "429 971", "429 971"]);
    expect(await sandbox.get("faults")).toEqual([
      { service: "ec2", action: "*", kind: "error", left: 1 },
    ]);
    await sandbox.delete("faults");
    expect(await sandbox.get("faults")).toEqual([]);
    expect(await codeOf(zones.list())).toBe("(no error)");
  });

  it("count what changes something, of any service, and no dry run", async () => {
    const { sandbox, records, post } = await start();
    const rule = { service: "*", action: "*mutating", kind: "error", skip: 1 };
    await sandbox.post("faults", rule);
    const ec2 = ec2For(sandbox);
    const codes = [
      await codeOf(records.list(zone)),
      await codeOf(ec2.send(new AllocateAddressCommand({ DryRun: true }))),
      await codeOf(ec2.send(new AllocateAddressCommand({}))),
      await codeOf(post(record)),
      await codeOf(post(record)),
    ];
    expect(codes).toEqual([
      "(no error)",
      expect.stringMatching(/^DryRunOperation/),
      ...["(no error)", "500 1000", "(no error)"],
    ]);
    const calls = (await sandbox.get("calls")) as { mutates: boolean; fault?: string }[];
    expect(calls.map(({ mutates }) => mutates)).toEqual([false, false, true, true, true]);
    expect(calls.map(({ fault }) => fault)[3]).toBe("error");
  });

  it("for ever cut everything off until they are cleared", async () => {
    const { sandbox, records } = await start();
    await sandbox.post("faults", { ...cut, action: "*" });
    for (let count = 0; count < 3; count += 1) {
      expect(await codeOf(records.list(zone))).toMatch(/Connection error/);
    }
    expect(await sandbox.get("faults")).toEqual([{ ...cut, action: "*", left: "for-ever" }]);
    await sandbox.delete("faults");
    expect(await codeOf(records.list(zone))).toBe("(no error)");
  });

  it("of the kinds that kill end a process and what it started, before or after the call", async () => {
    for (const [kind, done] of [
      ["kill-before", 0],
      ["kill-after", 1],
    ] as const) {
      const { sandbox, records, post } = await start();
      // A shell that has started two more, of which one leads a process group of its own, as a provider does.
      const script =
        'const { spawn } = require("node:child_process"); const wait = ["--eval", "setInterval(() => {}, 1e6)"];' +
        'for (const detached of [true, false]) console.log(spawn(process.execPath, wait, { detached, stdio: "ignore" }).pid);' +
        "setInterval(() => {}, 1e6)";
      const stdio = ["ignore", "pipe", "inherit"] as const;
      const root = spawn(process.execPath, ["--eval", script], { stdio: [...stdio] });
      onTestFinished(() => void root.kill("SIGKILL"));
      const started: number[] = [];
      for await (const line of createInterface({ input: root.stdout })) {
        if (started.push(Number(line)) === 2) break;
      }
      await sandbox.post("faults", { ...fault, kind, pid: root.pid });
      const ended = once(root, "exit");
      expect(await codeOf(post(record))).toMatch(/Connection error/);
      expect(await ended).toEqual([null, "SIGKILL"]);
      await expect.poll(() => started.filter(isAlive)).toEqual([]);
      expect((await records.list(zone)).result).toHaveLength(done);
    }
  });

  it("are refused when they cannot be meant", async () => {
    const sandbox = await sandboxForTest();
    const add = (more: object) =>
      refused(sandbox, "POST", "faults", JSON.stringify({ ...fault, kind: "error", ...more }));
    expect(await add({ kind: "explode" })).toMatch(/^400 .*kind/s);
    expect(await add({ status: 200 })).toMatch(/^400 .*status/s);
    expect(await add({ kind: "kill-after" })).toMatch(/^400 .*pid/s);
    expect(await add({ times: 0 })).toMatch(/^400 .*times/s);
    expect(await add({ actoin: "x" })).toMatch(/^400 .*actoin/s);
    expect(await refused(sandbox, "POST", "faults", "{")).toMatch(/^400 /);
    expect(await sandbox.get("faults")).toEqual([]);
  });
});

describe("the call log", () => {
  it("counts calls of every service, in order, by the sandbox's clock", async () => {
    const sandbox = await sandboxForTest();
    await ec2For(sandbox).send(new AllocateAddressCommand({}));
    await sandbox.advance(3_600_000);
    await cloudflareFor(sandbox).dns.records.list({ ...zone, type: "A" });
    const calls = (await sandbox.get("calls")) as { at: number }[];
    expect(calls).toMatchObject([
      { service: "ec2", action: "AllocateAddress", status: 200 },
      {
        service: "cloudflare",
        action: "GET dns_records",
        params: { path: `/client/v4/zones/${zoneId}/dns_records`, query: { type: "A" } },
        status: 200,
      },
    ]);
    const [first, second] = calls;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(3_600_000);
  });

  it("holds no credential and no secret value, not even of a call that cannot be read", async () => {
    const sandbox = await sandboxForTest();
    const Value = "hush-hush";
    const put = { Name: "/a", Value, Type: "SecureString" as const };
    await ssmFor(sandbox).send(new PutParameterCommand(put));
    await cloudflareFor(sandbox, "cf-token").zones.list();
    const target = { "x-amz-target": "AmazonSSM.PutParameter" };
    const broken = { method: "POST", headers: target, body: `{"Name":"/a","Value":"${Value}"` };
    expect((await fetch(sandbox.url, broken)).status).toBe(400);
    const encoded = new URLSearchParams({ Action: "RunInstances", UserData: Value });
    await fetch(sandbox.url, { method: "POST", body: encoded });
    const log = JSON.stringify(await sandbox.get("calls"));
    for (const action of ["PutParameter", "GET zones", "RunInstances"]) {
      expect(log).toContain(action);
    }
    for (const secret of [Value, "cf-token", "AKIASANDBOX", "Signature", "uthorization"]) {
      expect(log).not.toContain(secret);
    }
  });
});

describe("clock and settings", () => {
  it("push time forward, never back, and at another rate", async () => {
    const sandbox = await sandboxForTest();
    const now = async () => ((await sandbox.get("clock")) as { now: number }).now;
    const before = await now();
    await sandbox.advance(86_400_000);
    expect(await now()).toBeGreaterThanOrEqual(before + 86_400_000);
    expect(await sandbox.post("clock", { rate: 1_000_000 })).toMatchObject({ rate: 1_000_000 });
    const fast = await now();
    await expect.poll(now).toBeGreaterThan(fast + 60_000);
    expect(await refused(sandbox, "POST", "clock", '{"advanceMs":-1}')).toMatch(
      /^400 .*advanceMs/s,
    );
    expect(await refused(sandbox, "POST", "clock", '{"rate":0}')).toMatch(/^400 .*rate/s);
  });

  it("change one delay or the quota, and show all", async () => {
    const sandbox = await sandboxForTest({
      eipQuota: 5,
      delays: { dnsPropagation: 1, ptrPending: 2, ptrLinger: 3 },
    });
    const change = { delays: { ptrPending: 20 }, eipQuota: 9 };
    const wanted = { delays: { dnsPropagation: 1, ptrPending: 20, ptrLinger: 3 }, eipQuota: 9 };
    expect(await sandbox.post("settings", change)).toEqual(wanted);
    expect(await sandbox.get("settings")).toEqual(wanted);
    const typo = '{"delays":{"dns":1}}';
    expect(await refused(sandbox, "POST", "settings", typo)).toMatch(/^400 .*dns/s);
    expect(await sandbox.get("settings")).toEqual(wanted);
  });

  it("are all there is", async () => {
    const sandbox = await sandboxForTest();
    expect(await sandbox.get("health")).toEqual({ ok: true });
    expect(await refused(sandbox, "GET", "nothing")).toBe("404 no GET /_sandbox/nothing");
    expect(await refused(sandbox, "PUT", "faults", "[]")).toBe("404 no PUT /_sandbox/faults");
  });
});
