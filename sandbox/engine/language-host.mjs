#!/usr/bin/env node
/**
 * A stand-in for `pulumi-language-nodejs`, only for machines where Pulumi's official download cannot
 * be had: its Go module is not published on its own. It serves `LanguageRuntime` and runs programs
 * and plugins with the SDK's own `cmd/run` and `cmd/run-plugin`, as the official host does. Plain
 * JavaScript, so that any Node runs it.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import module, { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

/** The SDK's exit code for "the error has been shown already". */
const SHOWN = 32;

// Of this process alone: whether the program has a compile cache is the program's business.
module.enableCompileCache?.(join(import.meta.dirname, "..", "..", ".sandbox", "compile-cache"));

// The program's own SDK is used, found from the entry point's real place; here, the nearest one.
const require = createRequire(import.meta.url);
const grpc = require("@grpc/grpc-js");
const service = require("@pulumi/pulumi/proto/language_grpc_pb.js");
const messages = require("@pulumi/pulumi/proto/language_pb.js");
const plugins = require("@pulumi/pulumi/proto/plugin_pb.js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");

const engine = process.argv.at(-1);

function versionOf(name) {
  const manifest = join(dirname(require.resolve("@pulumi/pulumi")), "..", name, "package.json");
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : undefined;
}

function requiredPackages(_call, callback) {
  const reply = new messages.GetRequiredPackagesResponse();
  const found = ["aws", "cloudflare"].flatMap((name) => {
    const version = versionOf(name);
    if (version === undefined) return [];
    const dependency = new plugins.PackageDependency();
    dependency.setName(name);
    dependency.setKind("resource");
    dependency.setVersion(`v${version}`);
    return [dependency];
  });
  reply.setPackagesList(found);
  callback(undefined, reply);
}

const running = new Set();

/** As the official host does (`execRuntime`): SIGINT, and SIGKILL to what is still there five seconds later. */
function interrupt(child) {
  child.kill("SIGINT");
  setTimeout(() => child.kill("SIGKILL"), 5_000).unref();
}

function cancel(_call, callback) {
  for (const child of running) interrupt(child);
  callback(undefined, new Empty());
}

function run(call, callback) {
  const { request } = call;
  const info = request.getInfo();
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const pwd = request.getPwd();
  const entry = info?.getEntryPoint() || request.getProgram() || ".";
  const program = resolve(info?.getProgramDirectory() || pwd, entry);
  // An entry point of "." is the program's folder; a name in it makes `require` look inside.
  const base = statSync(program, { throwIfNoEntry: false })?.isDirectory()
    ? join(program, "package.json")
    : program;
  const sdk = createRequire(existsSync(base) ? realpathSync(base) : import.meta.url);
  const args = [
    ...String(options.nodeargs ?? "")
      .split(/\s+/)
      .filter(Boolean),
    sdk.resolve("@pulumi/pulumi/cmd/run"),
    ...["--monitor", request.getMonitorAddress(), "--engine", engine],
    ...["--organization", request.getOrganization(), "--project", request.getProject()],
    ...["--root-directory", info?.getRootDirectory() || pwd],
    ...["--stack", request.getStack(), "--pwd", pwd],
    ...["--parallel", String(request.getParallel())],
    ...(request.getDryrun() ? ["--dry-run"] : []),
    entry,
    ...request.getArgsList(),
  ];
  const config = Object.fromEntries(request.getConfigMap().toArray());
  const child = spawn("node", args, {
    cwd: pwd,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true),
    },
  });
  running.add(child);
  child.on("close", () => running.delete(child));
  call.on("cancelled", () => interrupt(child));
  const reply = new messages.RunResponse();
  child.on("error", (error) => {
    reply.setError(`cannot run node: ${error.message}`);
    callback(undefined, reply);
  });
  child.on("close", (code, signal) => {
    if (code === SHOWN) reply.setBail(true);
    else if (code !== 0) {
      reply.setError(`Program exited with ${signal ?? `non-zero exit code: ${code}`}`);
    }
    callback(undefined, reply);
  });
}

/** A plugin that is written for Node: a folder with a `PulumiPlugin.yaml`. It runs until the engine lets go of it. */
function runPlugin(call) {
  const { request } = call;
  const folder = request.getInfo()?.getProgramDirectory() || request.getProgram();
  const sdk = createRequire(join(realpathSync(folder), "package.json"));
  const child = spawn(
    "node",
    [sdk.resolve("@pulumi/pulumi/cmd/run-plugin"), folder, ...request.getArgsList()],
    {
      cwd: request.getPwd(),
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...Object.fromEntries(request.getEnvList().map(assignment)) },
    },
  );
  running.add(child);
  const send = (set) => {
    const reply = new messages.RunPluginResponse();
    set(reply);
    call.write(reply);
  };
  child.stdout.on("data", (data) => send((reply) => reply.setStdout(data)));
  child.stderr.on("data", (data) => send((reply) => reply.setStderr(data)));
  child.on("error", (error) => call.destroy(error));
  child.on("close", (code) => {
    running.delete(child);
    send((reply) => reply.setExitcode(code ?? 1));
    call.end();
  });
  call.on("cancelled", () => interrupt(child));
}

function assignment(text) {
  const equals = text.indexOf("=");
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function pluginInfo(_call, callback) {
  const reply = new plugins.PluginInfo();
  reply.setVersion("3.259.0");
  callback(undefined, reply);
}

const server = new grpc.Server({
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
});
server.addService(service.LanguageRuntimeService, {
  run,
  runPlugin,
  getRequiredPackages: requiredPackages,
  getPluginInfo: pluginInfo,
  installDependencies: (call) => call.end(),
  cancel,
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
  // The engine ends language hosts with a signal, which would lose the compile cache.
  setImmediate(() => module.flushCompileCache?.());
  const parent = process.ppid;
  // An engine that was killed says no goodbye.
  setInterval(() => process.ppid === parent || process.exit(0), 1_000).unref();
});
