/**
 * `npm start`: deploys the example mail host and tenant on the sandbox with the real engine, then
 * asks DNS for what was published. Its exit status says whether all of it is as wanted.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { main as sendips } from "../cli/main.ts";
import { runCommand } from "./command.ts";
import { deployedOf } from "./deployed-stack.ts";
import { checkTenant, table } from "./dns-check.ts";
import { ensureEngine } from "./engine/ensure.ts";
import { engineEnv } from "./engine/env.ts";
import { describePlugins, prepareHome } from "./engine/home.ts";
import { withLock } from "./engine/lock.ts";
import { makeExampleKey } from "./example-keys.ts";
import { copyProject, REPOSITORY, SANDBOX_CREDENTIALS } from "./project.ts";
import { mustPulumi, type PulumiOptions } from "./pulumi.ts";
import {
  runningSandbox,
  type SandboxProcess,
  startSandboxProcess,
  stopSandboxProcess,
} from "./server-process.ts";

const FOLDER = join(REPOSITORY, ".sandbox", "start");
/** In the order of their deployment. */
const STACKS = ["mx-1", "acme"] as const;
const PROJECT = join(FOLDER, "project");
const USAGE = `npm start [-- --keep | --stop]
  (no option)  deploy the examples on the sandbox, check them over DNS, tidy up
  --keep       the same, and leave the sandbox running; prints the environment to use it with
  --stop       stop a sandbox that was left running`;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function deploy(stack: string, options: PulumiOptions): Promise<void> {
  say(`\n$ pulumi up -s ${stack}`);
  await mustPulumi(["stack", "init", stack], options);
  if (stack === "acme") {
    say("  making a DKIM key, straight into the encrypted config");
    await makeExampleKey(stack, "s202611", options);
  }
  await mustPulumi(["up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs"], {
    ...options,
    onLine: (line) => {
      if (line.trim() !== "") say(`  ${line.trimEnd()}`);
    },
  });
}

/** Refuses what `sendips lint` finds wrong: of a fault in YAML, pulumi says neither file nor stack. */
async function lint(): Promise<void> {
  let said = "";
  const write = (text: string) => {
    said += text;
  };
  const today = new Date().toISOString().slice(0, 10);
  const { env } = process;
  const surroundings = { cwd: REPOSITORY, env, today, out: write, err: write };
  const code = await sendips(["lint", ...STACKS], surroundings);
  if (code !== 0) throw new Error(`nothing is deployed: npx sendips lint found\n${said.trimEnd()}`);
}

async function check(sandbox: SandboxProcess, options: PulumiOptions): Promise<boolean> {
  const { outputs } = await deployedOf("acme", options);
  const server = `${sandbox.dns.host}:${sandbox.dns.port}`;
  say(`\nasking ${server} over UDP for ${outputs.records.length} records of acme`);
  const { text, ok } = table(outputs, await checkTenant(outputs, server));
  say(`${text}\n`);
  say(ok ? "all as published" : "NOT as wanted: see the reasons above");
  return ok;
}

/** What a shell needs in order to use the sandbox that was left running. */
function environment(sandbox: SandboxProcess, env: NodeJS.ProcessEnv): string {
  const shown = ["PULUMI_HOME", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"];
  const switches = ["PULUMI_SKIP_UPDATE_CHECK", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"];
  const own = ["PULUMI_IGNORE_AMBIENT_PLUGINS", "SENDIPS_LANGUAGE_HOST", "NODE_COMPILE_CACHE"];
  const names = [...shown, ...switches, ...own, ...Object.keys(SANDBOX_CREDENTIALS)];
  const { host, port } = sandbox.dns;
  return [
    "The sandbox is left running. To use it:",
    "",
    `cd ${PROJECT}`,
    ...names.flatMap((name) => (env[name] ? [`export ${name}='${env[name]}'`] : [])),
    "export AWS_DEFAULT_REGION=us-east-1",
    "",
    "npx pulumi up -s acme",
    `aws --endpoint-url ${sandbox.url} ec2 describe-addresses`,
    `curl -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" ${sandbox.cloudflareUrl}/zones`,
    `dig @${host} -p ${port} tx1.mail.acme.example`,
    "",
    "npm start -- --stop ends it.",
  ].join("\n");
}

/** Set by Ctrl-C and the like: what runs is ended in order, so that no process is left. */
let interrupted = false;
/** The process of the pulumi command under way. */
let running: number | undefined;

function interrupt(signal: NodeJS.Signals): void {
  // A terminal sends Ctrl-C to pulumi as well, and at a second one it would end in the middle of a call.
  if (!interrupted && signal !== "SIGINT" && running !== undefined) process.kill(running, "SIGINT");
  interrupted = true;
}

/** Runs one step after another, until one is interrupted. */
async function inOrder(...steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) {
    if (interrupted) return;
    await step();
    running = undefined;
  }
}

async function start(keep: boolean): Promise<number> {
  const left = await runningSandbox(FOLDER);
  if (left !== undefined) {
    say(`a sandbox is already running (process ${left.pid}); stop it first: npm start -- --stop`);
    return 1;
  }
  await lint();
  await rm(FOLDER, { recursive: true, force: true });
  const engine = await ensureEngine({ log: say });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  const sandbox = await startSandboxProcess(FOLDER);
  let ok: boolean | undefined;
  try {
    say(`sandbox: ${sandbox.url} (EC2, STS, SSM, Cloudflare), DNS ${sandbox.dns.port}`);
    await copyProject(PROJECT, sandbox);
    const home = join(FOLDER, "home");
    say(describePlugins(await prepareHome(home)));
    const env = {
      ...engineEnv({ home, backend: join(FOLDER, "backend"), engine }),
      ...SANDBOX_CREDENTIALS,
    };
    const onStart = (pid: number) => {
      running = pid;
    };
    const options = { cwd: PROJECT, env, pulumi: engine.pulumi, onStart };
    await inOrder(...STACKS.map((stack) => () => deploy(stack, options)), async () => {
      ok = await check(sandbox, options);
    });
    if (keep && !interrupted) say(`\n${environment(sandbox, env)}`);
  } catch (error) {
    if (!interrupted) throw error;
  } finally {
    if (!keep || ok === undefined || interrupted) await stopSandboxProcess(sandbox);
  }
  if (interrupted) {
    say("interrupted; the sandbox is stopped");
    return 130;
  }
  return ok ? 0 : 1;
}

async function main(args: readonly string[]): Promise<number> {
  const [option, ...rest] = args;
  if (rest.length > 0 || !["--keep", "--stop", undefined].includes(option)) {
    process.stderr.write(
      `npm start: ${args.join(" ")}: one of --keep and --stop, or nothing\n${USAGE}\n`,
    );
    return 2;
  }
  if (option === "--stop") {
    const left = await runningSandbox(FOLDER);
    if (left !== undefined) await stopSandboxProcess(left);
    say(left === undefined ? "no sandbox is running" : "stopped");
    return 0;
  }
  return withLock(
    join(REPOSITORY, ".sandbox", "start.lock"),
    () => start(option === "--keep"),
    () => say("waiting for another npm start in this checkout to end"),
  );
}

runCommand(main);
