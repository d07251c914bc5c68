/** A deployment that waits says for what, and ends when it is told to. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import {
  deployedWorld,
  forget,
  liveState,
  mailHostWorld,
  operationLines,
  release,
  type World,
  world,
} from "./harness.ts";

const AN_HOUR = 3_600_000;

/** An hour later, what was published resolves, and what is published from then on does so at once. */
async function later(made: World): Promise<void> {
  await post(made, "settings", { delays: { dnsPropagation: 0 } });
  await post(made, "clock", { advanceMs: AN_HOUR });
}

async function post(made: World, path: string, body: unknown): Promise<void> {
  const request = { method: "POST", body: JSON.stringify(body) };
  const reply = await fetch(`${made.sandbox.url}/_sandbox/${path}`, request);
  if (reply.status !== 200) throw new Error(await reply.text());
}

/** A deployment under way, in a process group of its own as a shell starts one. */
function underway(made: World, stack: string) {
  const { cwd, env, pulumi } = made.options;
  const args = ["up", "--stack", stack, "--yes", "--skip-preview", "--non-interactive"];
  const child = spawn(pulumi, args, {
    cwd,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => {
      output += data.toString();
    });
  }
  const closed = once(child, "close");
  const pid = child.pid ?? 0;
  onTestFinished(() => {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  });
  return {
    pid,
    said: () => output,
    async waits(): Promise<void> {
      await expect
        .poll(() => output, { timeout: 60_000, interval: 50 })
        .toMatch(/waits until \S+ resolves to/);
    },
    /** Its exit status, and how long it took from now. */
    async ended(): Promise<{ code: number | null; seconds: number }> {
      const begun = Date.now();
      // Later than any promise, and before the test gives up without a word.
      const never = sleep(60_000, undefined, { ref: false }).then(() => {
        throw new Error(`it does not end:\n${output}`);
      });
      const [code] = (await Promise.race([closed, never])) as [number | null];
      return { code, seconds: (Date.now() - begun) / 1_000 };
    },
  };
}

test("what a PTR waits for is said at once and every ten seconds, with each answer", async () => {
  const made = await world({ delays: { dnsPropagation: AN_HOUR } });
  await made.up("mx-1");
  await made.init("acme");
  const up = underway(made, "acme");
  await up.waits();
  await sleep(11_000);
  const { host, port } = made.sandbox.dns;
  const line = new RegExp(
    `acme: acme-tx1: waits until tx1\\.mail\\.acme\\.example resolves to 198\\.51\\.100\\.\\d, for the PTR: ${host}:${port} says that there is no such name \\(NXDOMAIN\\) \\((\\d+) s of at most 600 s\\)`,
    "g",
  );
  const seconds = [...new Set([...up.said().matchAll(line)].map(([, waited]) => Number(waited)))];
  expect(seconds).toHaveLength(2);
  expect(seconds[0]).toBeLessThan(5);
  await later(made);
  expect((await up.ended()).code).toBe(0);
  expect(up.said()).toMatch(/tx1\.mail\.acme\.example resolves to 198\.51\.100\.\d, after \d+ s/);
});

/** Ctrl-C reaches the CLI alone from a CI runner, and the whole group from a terminal. */
for (const [how, signal] of [
  ["to the CLI alone", (pid: number) => process.kill(pid, "SIGINT")],
  ["to its process group", (pid: number) => process.kill(-pid, "SIGINT")],
  [
    "twice",
    async (pid: number) => {
      process.kill(pid, "SIGINT");
      await sleep(200);
      try {
        process.kill(pid, "SIGINT");
      } catch {
        // The first was enough.
      }
    },
  ],
] as const) {
  test(`Ctrl-C ${how} ends a wait, and nothing is lost by it`, async () => {
    const made = await world({ delays: { dnsPropagation: AN_HOUR } });
    await made.up("mx-1");
    await made.init("acme");
    const up = underway(made, "acme");
    await up.waits();
    await signal(up.pid);
    const { code, seconds } = await up.ended();
    expect(code, up.said()).not.toBe(0);
    // What the issue promises is five; a machine that is busy takes longer, and ten minutes is the wait.
    expect(seconds).toBeLessThan(30);
    expect(() => process.kill(-up.pid, 0)).toThrow();
    const before = Object.keys(liveState(made).addresses);
    expect(before).toHaveLength(2);
    await later(made);
    const next = await made.up("acme");
    expect(next.code, next.output).toBe(0);
    expect(Object.keys(liveState(made).addresses)).toEqual(before);
  });
}

test("a wait that nobody needs is not mentioned", async () => {
  const made = await deployedWorld();
  const again = await made.up("acme");
  expect([again.code, operationLines(again)]).toEqual([0, []]);
  expect(again.output).not.toContain("waits until");
});

test("a PTR that EC2 takes its time with is reported on, up to the limit of the config, and the next run goes on", async () => {
  const made = await mailHostWorld();
  await post(made, "settings", { delays: { ptrPending: AN_HOUR } });
  made.edit("acme", ["sendips:waits"], { ptr: 15 });
  const up = await made.up("acme");
  expect(up.code).not.toBe(0);
  expect(up.output).toMatch(
    /waits until EC2 has set the PTR to tx1\.mail\.acme\.example: it has none \(1\d s\)/,
  );
  expect(up.output).toContain("EC2 goes on with it: deploy again in some minutes");
  const before = Object.keys(liveState(made).addresses);
  await post(made, "settings", { delays: { ptrPending: 0 } });
  await post(made, "clock", { advanceMs: AN_HOUR });
  const next = await made.up("acme");
  expect(next.code, next.output).toBe(0);
  expect(Object.keys(liveState(made).addresses)).toEqual(before);
});

test("a PTR that EC2 refuses, or that AWS Support holds, fails with its reason and what to do", async () => {
  const made = await mailHostWorld();
  await post(made, "settings", { ptrFailure: "The domain is not yours." });
  const failed = await made.up("acme");
  expect(failed.code).not.toBe(0);
  expect(failed.output).toContain("The domain is not yours.");
  expect(failed.output).toContain("acme: sendips:tenant.addresses.tx1: its PTR was not set");
  await post(made, "settings", { ptrFailure: null });
  for (const address of Object.values(
    made.sandbox.world.state.aws.regions["us-east-1"]?.addresses ?? {},
  )) {
    address.ptr.locked = true;
  }
  const locked = await made.up("acme");
  expect(locked.output).toContain("AWS Support holds it");
});

test("an address that EC2 does not let go is tried again within the limit of the config, and then by the next run", async () => {
  const made = await deployedWorld();
  await post(made, "settings", { delays: { ptrLinger: AN_HOUR } });
  release(made, { mk1: true });
  expect((await made.up("acme")).code).toBe(0);
  forget(made);
  made.edit("acme", ["sendips:waits"], { release: 3 });
  const up = await made.up("acme");
  expect(up.code).not.toBe(0);
  expect(up.output).toMatch(/its release is tried again \(\d s of at most 3 s\)/);
  expect(up.output).toContain("EC2 still remembers its PTR");
  await post(made, "clock", { advanceMs: AN_HOUR });
  const next = await made.up("acme");
  expect(next.code, next.output).toBe(0);
  expect(Object.keys(liveState(made).addresses)).toHaveLength(1);
});
