/** Runs the Pulumi CLI for what only it may do: encrypt a secret, read a stack's outputs. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

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
  /** The exit status; 124 when it ran past its time limit. */
  code: number;
  stdout: string;
  stderr: string;
}

const MODULES = join(import.meta.dirname, "..", "node_modules");
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
  return installedPulumi(env) ?? join(MODULES, ".bin", "pulumi");
}

function pinnedVersion(): string {
  const manifest = join(MODULES, "pulumi", "package.json");
  if (!existsSync(manifest)) return "";
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, "utf8"));
  return version;
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
  how: { input?: string; timeLimit?: number } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args, "--non-interactive", "--color", "never"], {
      cwd,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    const giveUp = () => {
      child.kill("SIGKILL");
      // What the CLI itself started may hold the pipes open for longer: it is not waited for.
      for (const pipe of [child.stdout, child.stderr]) pipe.destroy();
      resolve({ code: 124, stdout, stderr });
    };
    const timer = how.timeLimit === undefined ? undefined : setTimeout(giveUp, how.timeLimit);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdin.on("error", () => {});
    child.stdin.end(how.input ?? "");
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ code: 127, stdout, stderr: `cannot run ${command}: ${error.message}` });
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}
