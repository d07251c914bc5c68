/** Runs the real Pulumi CLI in a project folder, as a person would. */
import {
  type CommandResult,
  type RunOptions,
  runPulumi as runCommandLine,
} from "../cli/engine/pulumi.ts";

export type { CommandResult } from "../cli/engine/pulumi.ts";

/** Where and how to run. */
export interface PulumiOptions extends RunOptions {
  cwd: string;
  /** The whole environment of the command. */
  env: NodeJS.ProcessEnv;
  /** Path of the CLI. */
  pulumi: string;
}

/**
 * Runs `pulumi <args> --non-interactive`; the exit status is the caller's to judge.
 *
 * @throws when the CLI cannot be run at all.
 */
export async function runPulumi(
  args: readonly string[],
  { cwd, env, pulumi, ...how }: PulumiOptions,
): Promise<CommandResult> {
  const ended = await runCommandLine({ command: pulumi, cwd, env }, args, how);
  if (ended.code === 127) throw new Error(ended.stderr);
  return ended;
}

/** {@link runPulumi}, but anything other than success is an error that shows the output. */
export async function mustPulumi(
  args: readonly string[],
  options: PulumiOptions,
): Promise<CommandResult> {
  const ended = await runPulumi(args, options);
  if (ended.code !== 0) {
    throw new Error(
      `pulumi ${args.join(" ")} ended with status ${ended.code}\n${ended.output.trimEnd()}`,
    );
  }
  return ended;
}
