/** Runs the real Pulumi CLI in a project folder, as a person would. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a command ended. */
export interface Ended {
  code: number;
  stdout: string;
  /** stdout and stderr as they came. */
  output: string;
}

/** Where and how to run. */
export interface PulumiOptions {
  cwd: string;
  /** The whole environment of the command. */
  env: NodeJS.ProcessEnv;
  /** Path of the CLI. */
  pulumi: string;
  /** Written to its standard input: how secrets get in without a command line that shows them. */
  input?: string;
  /** Called with each line as it comes. */
  onLine?: (line: string) => void;
  /** Called with the command's process id once it runs. */
  onStart?: (pid: number) => void;
}

/** Runs `pulumi <args> --non-interactive`; the exit status is the caller's to judge. */
export function runPulumi(args: readonly string[], options: PulumiOptions): Promise<Ended> {
  const child = spawn(options.pulumi, [...args, "--non-interactive"], {
    cwd: options.cwd,
    env: options.env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  const ended = { stdout: "", output: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    createInterface({ input: child[stream] }).on("line", (line) => {
      if (stream === "stdout") ended.stdout += `${line}\n`;
      ended.output += `${line}\n`;
      options.onLine?.(line);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...ended, code: code ?? 1 }));
  });
}

/** {@link runPulumi}, but anything other than success is an error that shows the output. */
export async function mustPulumi(args: readonly string[], options: PulumiOptions): Promise<Ended> {
  const ended = await runPulumi(args, options);
  if (ended.code !== 0) {
    throw new Error(
      `pulumi ${args.join(" ")} ended with status ${ended.code}\n${ended.output.trimEnd()}`,
    );
  }
  return ended;
}
