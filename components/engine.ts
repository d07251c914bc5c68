/** What the engine says of the program that it runs: which stack, what is deployed of it, what failed. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi/errors.js";
import { invoke } from "@pulumi/pulumi/runtime/invoke.js";
import { failedLookUp } from "../core/foreign-errors.ts";
import {
  type Finding,
  formatProblem,
  formatProblems,
  hasErrors,
  isOpen,
  type Problem,
} from "../core/problem.ts";
import { type DeployedStack, readDeployed } from "../core/state/deployed-stack.ts";
import type { StackName } from "../core/state/tags.ts";

/** This stack by its full name: what its tags say. */
export function thisStack(): StackName {
  return {
    organisation: pulumi.getOrganization(),
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
  };
}

/** `organisation/project/stack`, of a stack of this project. */
export function fullStackName(stack: string): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
}

/**
 * Shows all problems: warnings in the preview, accepted ones as information, errors as one failure before anything
 * is registered.
 *
 * @throws RunError when one of them is an error.
 */
export function report(problems: readonly Problem[]): void {
  if (hasErrors(problems)) {
    const errors = problems.filter((problem) => problem.level === "error").length;
    throw new RunError(
      `${errors} ${errors === 1 ? "error" : "errors"} in the config of stack ${pulumi.getStack()}; nothing was changed\n${formatProblems(problems)}`,
    );
  }
  // The engine puts the level before each message itself.
  for (const problem of problems) {
    const text = formatProblem(problem);
    if (isOpen(problem)) pulumi.log.warn(text.slice("warning: ".length));
    else pulumi.log.info(text);
  }
}

/** {@link report}, for findings of this stack. */
export function reportFindings(findings: readonly Finding[]): void {
  report(findings.map((finding) => ({ ...finding, stack: pulumi.getStack() })));
}

/**
 * A hook that looks something up: where the look-up fails it refuses, in words that a person can use; any other
 * error is left as it is.
 */
export function lookUpHook(
  ask: (args: pulumi.ResourceHookArgs) => Promise<void>,
): (args: pulumi.ResourceHookArgs) => Promise<void> {
  return async (args) => {
    try {
      await ask(args);
    } catch (error) {
      const finding =
        error instanceof Error ? failedLookUp(error.message, pulumi.getStack()) : undefined;
      if (finding === undefined) throw error;
      throw new Error(formatProblem({ ...finding, stack: pulumi.getStack() }));
    }
  };
}

/**
 * What is deployed of this very stack: the resources of its state, not only its outputs, which a run that
 * failed writes too. With it, errors for what cannot be read: no guard stands on a guess.
 */
export async function lastDeployment(): Promise<{ deployed: DeployedStack; findings: Finding[] }> {
  const stackName = fullStackName(pulumi.getStack());
  const reply: { outputs?: unknown } = await settled(() =>
    invoke("pulumi:pulumi:readStackResourceOutputs", { stackName }),
  );
  return readDeployed(pulumi.getStack(), reply.outputs);
}

/**
 * Reads a state that the engine may be writing in this very moment: on a file back end it then reads a file that is
 * empty or cut off, and says that it failed to load the checkpoint. A write takes milliseconds, a read is tried again
 * for two seconds.
 *
 * @throws what the last read threw.
 */
export async function settled<T>(
  read: () => Promise<T>,
  { tries = 10, pause = 200 } = {},
): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await read();
    } catch (error) {
      const isHalfWritten =
        error instanceof Error && error.message.includes("failed to load checkpoint");
      if (!isHalfWritten || left <= 1) throw error;
      await sleep(pause);
    }
  }
}
