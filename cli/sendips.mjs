#!/usr/bin/env node
/*
 * The `sendips` command. Plain JavaScript that any Node since 14 can read: on one that cannot run
 * TypeScript it runs itself again on the Node that the project pins.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const modules = join(dirname(self), "..", "node_modules");
const pinned = join(modules, "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const [major, minor] = process.versions.node.split(".").map(Number);

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (!existsSync(join(modules, "zod"))) {
  stop(`sendips: its packages are not installed; run in ${dirname(modules)}: npm run setup`);
} else if (major > 22 || (major === 22 && minor >= 18)) {
  await run();
} else if (existsSync(pinned)) {
  runAgain();
} else {
  stop(
    `sendips needs Node 22.18 or later; this is ${process.version}, and ${pinned} is not there.\n` +
      "Run npm run setup, which brings Node 24, or install a later Node.",
  );
}

async function run() {
  const { enableCompileCache } = await import("node:module");
  if (!process.env.NODE_COMPILE_CACHE) enableCompileCache();
  // A reader that has seen enough, such as head, is no fault.
  process.stdout.on("error", (error) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    today: new Date().toISOString().slice(0, 10),
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
}

function runAgain() {
  const child = spawn(pinned, [self, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("error", (error) => stop(`sendips: cannot run ${pinned}: ${error.message}`));
  child.on("close", (code, signal) => {
    process.exitCode = code === null ? 128 + constants.signals[signal] : code;
  });
}
