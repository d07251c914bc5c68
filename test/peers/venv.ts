/** A Python environment with other people's checkers, made once and kept below `.sandbox`. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestContext } from "vitest";
import { withLock } from "../../sandbox/engine/lock.ts";
import { REPOSITORY } from "../../sandbox/project.ts";
import { skipFor } from "../contract/commands.ts";

const run = promisify(execFile);

const FOLDER = join(REPOSITORY, ".sandbox", "peers");
const VENV = join(FOLDER, "venv");
const PYTHON = join(VENV, "bin", "python");
const STAMP = join(FOLDER, "stamp");
const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");
/** Installed without their dependencies. */
const ALONE = join(import.meta.dirname, "requirements-alone.txt");

/** Prints its version where it can make an environment that the requirements fit. */
const PROBE = "import sys, venv, ensurepip; assert sys.version_info >= (3, 11); print(sys.version)";

/** What one test has tried the next need not try again, least of all in vain. */
let prepared: Promise<void> | undefined;

/**
 * The Python to run `peers.py` with. Where there is none, or its packages cannot be had, the test is
 * reported as skipped, with the reason; with `CI=true` it fails.
 */
export async function needPeers(context: Pick<TestContext, "skip">): Promise<string> {
  try {
    prepared ??= prepare();
    await prepared;
    return PYTHON;
  } catch (error) {
    const reason = "no Python 3.11 or later with the packages of test/peers/requirements.txt";
    return skipFor(context, `${reason}: ${lastLine(error)}`, error);
  }
}

/** The end of what a command said, where its reason stands. */
function lastLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = "stderr" in error ? String(error.stderr).trim() : "";
  return said.split("\n").at(-1) || error.message;
}

async function prepare(): Promise<void> {
  const { stdout: version } = await run("python3", ["-c", PROBE], { timeout: 60_000 });
  const wanted = createHash("sha256")
    .update(version)
    .update(await readFile(REQUIREMENTS))
    .update(await readFile(ALONE))
    .digest("hex");
  const ready = async () =>
    existsSync(PYTHON) && (await readFile(STAMP, "utf8").catch(() => "")) === wanted;
  if (await ready()) return;
  await withLock(
    `${FOLDER}.lock`,
    async () => {
      // Another process may have made it while we waited.
      if (await ready()) return;
      await rm(FOLDER, { recursive: true, force: true });
      await run("python3", ["-m", "venv", VENV], { timeout: 120_000 });
      await install();
      await writeFile(STAMP, wanted);
    },
    () => {},
  );
}

async function install(): Promise<void> {
  const options = ["--quiet", "--no-input", "--disable-pip-version-check"];
  // The packages that come as source are built by a pinned setuptools too: the first name is that of
  // pip before 25.3, the second that of pip since.
  const env = {
    ...process.env,
    PIP_CONSTRAINT: REQUIREMENTS,
    PIP_BUILD_CONSTRAINT: REQUIREMENTS,
  };
  for (const what of [
    ["--requirement", REQUIREMENTS],
    ["--no-deps", "--requirement", ALONE],
  ]) {
    await run(PYTHON, ["-m", "pip", "install", ...options, ...what], { env, timeout: 300_000 });
  }
}
