/**
 * `npm test [-- vitest's arguments]`: gets the engine first, so that no test waits for it in silence,
 * then runs the whole suite.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { ensureEngine, ensureYamlHost } from "./engine/ensure.ts";
import { choosePlugins, describePlugins } from "./engine/home.ts";
import { REPOSITORY } from "./project.ts";

runCommand(async (args) => {
  const log = (line: string) => void process.stdout.write(`${line}\n`);
  await ensureYamlHost(await ensureEngine({ log }), log);
  log(describePlugins(await choosePlugins()));
  const vitest = join(REPOSITORY, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...args], {
    cwd: REPOSITORY,
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
});
