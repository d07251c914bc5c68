/** Starts a sandbox for one test and speaks to its controls. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/server.ts";

export interface TestSandbox extends Sandbox {
  stateFile: string;
  /** `POST /_sandbox/<path>`; throws unless the sandbox accepts it. */
  post(path: string, body: unknown): Promise<unknown>;
  get(path: string): Promise<unknown>;
  delete(path: string): Promise<unknown>;
  /** Pushes the sandbox clock forward. */
  advance(ms: number): Promise<void>;
}

/**
 * A sandbox on free loopback ports with a state file of its own, closed when the test ends.
 * Its clock moves at the real rate and delays are an hour, so nothing happens until `advance`.
 */
export async function sandboxForTest(options: SandboxOptions = {}): Promise<TestSandbox> {
  const folder = mkdtempSync(join(tmpdir(), "sendips-sandbox-"));
  const stateFile = options.stateFile ?? join(folder, "state.json");
  const hour = 3_600_000;
  const delays = { dnsPropagation: hour, ptrPending: hour, ptrLinger: hour, ...options.delays };
  const sandbox = await startSandbox({ ...options, stateFile, delays });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const admin = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const reply = await fetch(`${sandbox.url}/_sandbox/${path}`, init);
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return JSON.parse(text);
  };
  return {
    ...sandbox,
    stateFile,
    post: (path, body) => admin("POST", path, body),
    get: (path) => admin("GET", path),
    delete: (path) => admin("DELETE", path),
    advance: async (ms) => {
      await admin("POST", "clock", { advanceMs: ms });
    },
  };
}
