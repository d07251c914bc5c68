/**
 * `node sandbox/setup.mjs [script] [arguments]`: installs the packages where they are missing, then
 * runs the script, if one is named, on the pinned Node. Plain JavaScript without packages: it runs
 * in a fresh clone, on whatever Node the machine has.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const repository = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const modules = join(repository, "node_modules");
const node = join(modules, "node", "bin", "node");
const stamp = join(modules, ".sendips-lock");
const lock = join(repository, ".sandbox", "setup.lock");

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (Number(process.versions.node.split(".")[0]) < 20) {
  stop(`sendips needs Node 20 or later to set itself up; this is ${process.version}.`);
}
const [script, ...args] = process.argv.slice(2);

const wanted = createHash("sha256")
  .update(readFileSync(join(repository, "package-lock.json")))
  .digest("hex");
const installed = () =>
  existsSync(node) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;

function install() {
  process.stdout.write("installing packages: half a minute or so\n");
  const options = { cwd: repository, stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" };
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], options);
  if (npm.error) stop(`cannot run npm, which comes with Node: ${npm.error.message}`);
  if (npm.status !== 0) stop(`npm ci ended with status ${npm.status}\n${npm.stderr}`);
  if (!existsSync(node)) {
    // npm may be set to run no install scripts; the pinned Node comes by one.
    spawnSync(process.execPath, ["installArchSpecificPackage"], {
      ...options,
      cwd: join(modules, "node"),
    });
  }
  if (!existsSync(node)) {
    stop("the npm package `node` did not bring a Node for this machine; run `npm rebuild node`.");
  }
  writeFileSync(stamp, wanted);
}

/** Two at once: the second waits for the first, and takes over when it died. */
async function exclusively(work) {
  mkdirSync(join(repository, ".sandbox"), { recursive: true });
  for (let told = false; ; told = true) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    let owner = 0;
    try {
      owner = Number(readFileSync(join(lock, "pid"), "utf8"));
      process.kill(owner, 0);
    } catch (error) {
      if (error.code === "ESRCH") {
        rmSync(lock, { recursive: true, force: true });
        continue;
      }
    }
    if (!told) process.stdout.write("waiting for another set-up to end\n");
    await sleep(500);
  }
  try {
    writeFileSync(join(lock, "pid"), String(process.pid));
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

if (!installed()) await exclusively(() => installed() || install());

if (script !== undefined) runScript(script);

function runScript(file) {
  const child = spawn(node, [join(repository, file), ...args], {
    stdio: "inherit",
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(repository, ".sandbox", "compile-cache"),
      PATH: [join(modules, ".bin"), process.env.PATH].join(delimiter),
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  child.on("error", (error) => stop(`cannot run ${node}: ${error.message}`));
  child.on("close", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}
