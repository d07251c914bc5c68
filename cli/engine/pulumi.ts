/** Runs the Pulumi CLI for what only it may do: encrypt a secret, read a stack's outputs. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { member } from "../../core/maps.ts";

/** A CLI and where it runs. */
export interface Pulumi {
  /** Path of the executable. */
  command: string;
  /** The project's folder. */
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** How a command ended. */
export interface Ended {
  /** The exit status; 124 when it ran past its time limit, 127 when it cannot be run. */
  code: number;
  stdout: string;
  stderr: string;
  /** Both, line by line as they came. */
  output: string;
}

/** How a command is run. */
export interface RunOptions {
  /** Goes to standard input, where no list of processes shows it. @default nothing */
  input?: string;
  /** Milliseconds. @default none */
  timeLimit?: number;
  /** Called with each line as it comes. */
  onLine?: (line: string) => void;
  /** Called with the command's process id once it runs. */
  onStart?: (pid: number) => void;
}

const require = createRequire(import.meta.url);
const EXECUTABLE = process.platform === "win32" ? "pulumi.exe" : "pulumi";

/**
 * The CLI that `npx pulumi` would run if it is there already, else one on PATH. Undefined when
 * neither is: nothing is downloaded here.
 */
export function installedPulumi(env: NodeJS.ProcessEnv): string | undefined {
  const version = env["PULUMI_VERSION"] ?? pinnedVersion();
  const home = env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const onPath = (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.includes("node_modules"));
  const folders = [join(home, "versions", version, "bin"), ...onPath];
  return folders.map((folder) => join(folder, EXECUTABLE)).find((file) => existsSync(file));
}

/** The same, else the npm package's, which downloads the CLI when it runs. */
export function pulumiCommand(env: NodeJS.ProcessEnv): string {
  const manifest = manifestOfPackage();
  const npms = manifest === undefined ? "pulumi" : join(manifest, "..", "..", ".bin", "pulumi");
  return installedPulumi(env) ?? npms;
}

function pinnedVersion(): string {
  const manifest = manifestOfPackage();
  if (manifest === undefined) return "";
  const version = member(JSON.parse(readFileSync(manifest, "utf8")), "version");
  return typeof version === "string" ? version : "";
}

/** The npm package `pulumi`, wherever it is installed above this file; undefined where it is not. */
function manifestOfPackage(): string | undefined {
  try {
    return require.resolve("pulumi/package.json");
  } catch {
    return undefined;
  }
}

/** Runs `pulumi <args> --non-interactive`. Never throws. */
export function runPulumi(
  { command, cwd, env }: Pulumi,
  args: readonly string[],
  { input = "", timeLimit, onLine, onStart }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args, "--non-interactive", "--color", "never"], {
      cwd,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    if (child.pid !== undefined) onStart?.(child.pid);
    const said = { stdout: "", stderr: "", output: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      createInterface({ input: child[stream] }).on("line", (line) => {
        said[stream] += `${line}\n`;
        said.output += `${line}\n`;
        onLine?.(line);
      });
    }
    const giveUp = () => {
      child.kill("SIGKILL");
      // What the CLI itself started may hold the pipes open for longer: it is not waited for.
      for (const pipe of [child.stdout, child.stderr]) pipe.destroy();
      resolve({ ...said, code: 124 });
    };
    const timer = timeLimit === undefined ? undefined : setTimeout(giveUp, timeLimit);
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ ...said, code: 127, stderr: `cannot run ${command}: ${error.message}` });
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ ...said, code: code ?? 1 });
    });
  });
}
