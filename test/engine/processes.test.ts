/** No process outlives what started it, and none is ended that is not ours. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { runningSandbox } from "../../sandbox/server-process.ts";

const HOST = join(import.meta.dirname, "../../sandbox/engine/language-host.mjs");

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a language host ends when its engine was killed", async () => {
  const script =
    'const host = require("node:child_process").spawn(process.execPath, [process.argv[1], "127.0.0.1:1"]);' +
    'host.stdout.once("data", () => console.log(host.pid));';
  const engine = spawn(process.execPath, ["--eval", script, HOST], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void engine.kill("SIGKILL"));
  const [line]: unknown[] = await once(engine.stdout, "data");
  const host = Number(String(line));
  expect(alive(host)).toBe(true);
  engine.kill("SIGKILL");
  await vi.waitUntil(() => !alive(host), { timeout: 30_000, interval: 100 });
});

test("a process that took over a sandbox's id is not taken for it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sendips-ready-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const dns = { host: "127.0.0.1", port: 9 };
  const url = "http://127.0.0.1:9";
  const left = { pid: process.pid, url, cloudflareUrl: url, dns };
  writeFileSync(join(folder, "ready.json"), JSON.stringify(left));
  expect(await runningSandbox(folder)).toBeUndefined();
});
