#!/usr/bin/env node
/*
 * The `sendips` command, in the repository and in the package. Plain JavaScript that any Node since 14 can
 * read. In the repository it runs the sources, on a Node that cannot by running itself again on the one
 * that the project pins; in the package it runs what was built of them, on Node 20.11 and later.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const root = join(dirname(self), "..");
const modules = join(root, "node_modules");
const pinned = join(modules, "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const [major, minor] = process.versions.node.split(".").map(Number);
const isAtLeast = (wantedMajor, wantedMinor) =>
  major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (existsSync(join(root, "cli", "main.ts"))) {
  await runSources();
} else if (isAtLeast(20, 11)) {
  await run("../dist/cli/main.js");
} else {
  stop(
    `sendips needs Node 20.11 or later, and 22.18 or later to deploy; this is ${process.version}.`,
  );
}

async function runSources() {
  if (!existsSync(join(modules, "zod"))) {
    stop(`sendips: its packages are not installed; run in ${root}: npm run setup`);
  } else if (isAtLeast(22, 18)) {
    await run("./main.ts");
  } else if (existsSync(pinned)) {
    runAgain();
  } else {
    stop(
      `sendips needs Node 22.18 or later; this is ${process.version}, and ${pinned} is not there.\n` +
        "Run npm run setup, which brings Node 24, or install a later Node.",
    );
  }
}

async function run(file) {
  const { enableCompileCache } = await import("node:module");
  // Node has it since 22.1.
  if (!process.env.NODE_COMPILE_CACHE && enableCompileCache !== undefined) enableCompileCache();
  // A reader that has seen enough, such as head, is no fault.
  process.stdout.on("error", (error) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const { main } = await import(file);
  process.exitCode = await main(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    today: new Date().toISOString().slice(0, 10),
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    ...(process.stdin.isTTY && process.stdout.isTTY ? { ask } : {}),
  });
}

/** One line from the person at the terminal; undefined when they end the input. */
async function ask(question) {
  const { createInterface } = await import("node:readline");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => {
    terminal.once("close", () => resolve(undefined));
    terminal.question(question, (answer) => {
      resolve(answer);
      terminal.close();
    });
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
