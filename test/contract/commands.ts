/** Commands of other people that some contract tests drive the sandbox with. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { TestContext } from "vitest";

const run = promisify(execFile);

/**
 * Goes on only where the command runs. Elsewhere the test is reported as skipped, with the reason;
 * with `CI=true`, where `.ci/run` installs every command, it fails.
 *
 * @param probe a call that needs nothing and changes nothing, such as `["aws", "--version"]`
 */
export async function needCommand(
  context: Pick<TestContext, "skip">,
  [command, ...args]: readonly [string, ...string[]],
): Promise<void> {
  try {
    await run(command, args, { timeout: 60_000 });
  } catch (error) {
    skipFor(context, `the \`${command}\` command does not run here`, error);
  }
}

/** Ends a test that lacks something on this machine: skipped with the reason, failed with `CI=true`. */
export function skipFor(context: Pick<TestContext, "skip">, reason: string, cause: unknown): never {
  if (process.env["CI"] === "true") throw new Error(reason, { cause });
  return context.skip(reason);
}
