/** Runs the Pulumi CLI for what only it may do: encrypt a secret, read a stack's outputs. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";

/** A CLI and where it runs. */
export interface Pulumi {
  /** Path of the executable. */
  command: string;
  /** The project's folder. */
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** How a command ended. */
export interface CommandResult {
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

const EXECUTABLE = process.platform === "win32" ? "pulumi.exe" : "pulumi";

/**
 * The CLI that `npx pulumi` would run if it is there already, else one on PATH. Undefined when
 * neither is: nothing is downloaded here.
 *
 * @param cwd the project's folder, whose own npm package `pulumi` says the version. Default: the process's.
 */
export function installedPulumi(env: NodeJS.ProcessEnv, cwd = process.cwd()): string | undefined {
  const version = env["PULUMI_VERSION"] ?? pinnedVersion(cwd);
  const home = env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const downloaded = version === undefined ? [] : [join(home, "versions", version, "bin")];
  const onPath = (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.includes("node_modules"));
  return [...downloaded, ...onPath]
    .map((folder) => join(folder, EXECUTABLE))
    .find((file) => existsSync(file));
}

/** The same, else the npm package's, which downloads the CLI when it runs, else what PATH may have. */
export function pulumiCommand(env: NodeJS.ProcessEnv, cwd = process.cwd()): string {
  const installed = installedPulumi(env, cwd);
  if (installed !== undefined) return installed;
  const folder = pulumiPackage(cwd);
  return folder === undefined ? EXECUTABLE : join(folder, "..", ".bin", "pulumi");
}

function pinnedVersion(cwd: string): string | undefined {
  const folder = pulumiPackage(cwd);
  if (folder === undefined) return undefined;
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  return version;
}

/** The folder of the npm package `pulumi`: the project's, else the one that stands beside us. */
function pulumiPackage(cwd: string): string | undefined {
  for (const from of [join(cwd, "package.json"), import.meta.filename]) {
    try {
      return dirname(createRequire(from).resolve("pulumi/package.json"));
    } catch {
      // Not installed as seen from there.
    }
  }
  return undefined;
}

/**
 * Runs `pulumi <args> --non-interactive`. Never throws: a CLI that cannot be run ends with 127.
 *
 * @param how `input` goes to standard input, where no list of processes shows it; `timeLimit` in
 * milliseconds, default none.
 */
export function runPulumi(
  { command, cwd, env }: Pulumi,
  args: readonly string[],
  { input = "", timeLimit, onLine, onStart }: RunOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args, "--non-interactive", "--color", "never"], {
      cwd,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    if (child.pid !== undefined) onStart?.(child.pid);
    const captured = { stdout: "", stderr: "", output: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      createInterface({ input: child[stream] }).on("line", (line) => {
        captured[stream] += `${line}\n`;
        captured.output += `${line}\n`;
        onLine?.(line);
      });
    }
    const killCommand = () => {
      child.kill("SIGKILL");
      // What the CLI itself started may hold the pipes open for longer: it is not waited for.
      for (const pipe of [child.stdout, child.stderr]) pipe.destroy();
      resolve({ ...captured, code: 124 });
    };
    const timer = timeLimit === undefined ? undefined : setTimeout(killCommand, timeLimit);
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ ...captured, code: 127, stderr: `cannot run ${command}: ${error.message}` });
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ ...captured, code: code ?? 1 });
    });
  });
}
