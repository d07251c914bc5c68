/**
 * `npm test [-- vitest's arguments]`: gets the engine first, so that no test waits for it in silence,
 * then runs the whole suite.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureEngine } from "./engine/ensure.ts";
import { REPOSITORY } from "./project.ts";

try {
  await ensureEngine({ log: (line) => process.stdout.write(`${line}\n`) });
  const vitest = join(REPOSITORY, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...process.argv.slice(2)], {
    cwd: REPOSITORY,
    stdio: "inherit",
  });
  child.on("close", (code) => {
    process.exitCode = code ?? 1;
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
