/** A test whose command is missing says so, and fails in CI. */
import { describe, expect, it, vi } from "vitest";
import { needCommand } from "./commands.ts";

const MISSING = ["no-such-command-of-sendips"] as const;

/** What the test runner would be told. */
function skipper() {
  const reasons: unknown[] = [];
  const skip = (...args: unknown[]): never => {
    reasons.push(args.at(-1));
    throw new Error("skipped");
  };
  return { reasons, skip };
}

describe("a command that a test needs", () => {
  it("lets the test go on where it runs", async () => {
    const { reasons, skip } = skipper();
    await needCommand({ skip }, [process.execPath, "--version"]);
    expect(reasons).toEqual([]);
  });

  it("skips the test with a reason where it is missing", async () => {
    vi.stubEnv("CI", "");
    const { reasons, skip } = skipper();
    await expect(needCommand({ skip }, MISSING)).rejects.toThrow("skipped");
    expect(reasons).toEqual([`the \`${MISSING[0]}\` command does not run here`]);
    vi.unstubAllEnvs();
  });

  it("fails the test in CI", async () => {
    vi.stubEnv("CI", "true");
    const { reasons, skip } = skipper();
    await expect(needCommand({ skip }, MISSING)).rejects.toThrow("does not run here");
    expect(reasons).toEqual([]);
    vi.unstubAllEnvs();
  });
});
