/**
 * `npm run test:official`: the official providers beside our stand-ins, on the sandbox.
 *
 *   --build     builds from their Go modules what lies nowhere: half an hour and more
 *   --present   runs what can run with what is there, and says what cannot; otherwise that is a failure
 *   --write     writes docs/official.md from what was seen
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { runCommand } from "../../sandbox/command.ts";
import { ensureEngine } from "../../sandbox/engine/ensure.ts";
import { REPOSITORY } from "../../sandbox/project.ts";
import { findTools, type ProviderName, type Tool } from "./tools.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);

runCommand(async (args) => {
  const flags = ["--build", "--present", "--write"];
  const rest = args.filter((arg) => !flags.includes(arg));
  await ensureEngine({ log: say });
  const tools = await findTools({ build: args.includes("--build"), log: say });
  const all: [string, Tool | string][] = [
    ["CLI", tools.cli],
    ["aws", tools.providers.aws],
    ["cloudflare", tools.providers.cloudflare],
  ];
  for (const [name, tool] of all) {
    if (typeof tool === "string") say(`NOT RUN, ${name}: ${tool}`);
    else say(`${name}: ${tool.version}, ${tool.source}`);
  }
  const missing = all.filter(([, tool]) => typeof tool === "string");
  if (missing.length > 0 && !args.includes("--present")) return 1;
  const { cli, providers } = tools;
  const present = (["aws", "cloudflare"] as const).filter(
    (name: ProviderName) => typeof cli !== "string" && typeof providers[name] !== "string",
  );
  if (present.length === 0) {
    say("nothing of the official suite was run");
    return 0;
  }
  const vitest = join(REPOSITORY, "node_modules", "vitest", "vitest.mjs");
  const config = join(import.meta.dirname, "vitest.config.ts");
  const child = spawn(process.execPath, [vitest, "run", "--config", config, ...rest], {
    cwd: REPOSITORY,
    stdio: "inherit",
    env: {
      ...process.env,
      SENDIPS_OFFICIAL_TOOLS: JSON.stringify({ cli, providers }),
      ...(args.includes("--write") ? { SENDIPS_OFFICIAL_WRITE: "1" } : {}),
    },
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
});
