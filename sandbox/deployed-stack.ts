/** What is deployed of a stack on the sandbox, read as everybody reads it. */
import { formatProblems } from "../core/problem.ts";
import type { DeployedStack } from "../core/state/deployed-stack.ts";
import { readExport } from "../core/state/stack-export.ts";
import { mustPulumi, type PulumiOptions } from "./pulumi.ts";

/**
 * Exports a stack's state and reads it.
 *
 * @throws when something of it cannot be read.
 */
export async function deployedOf(stack: string, options: PulumiOptions): Promise<DeployedStack> {
  const { stdout } = await mustPulumi(["stack", "export", "--stack", stack], options);
  const { deployed, findings } = readExport(stack, stdout);
  if (findings.length > 0) {
    throw new Error(formatProblems(findings.map((finding) => ({ ...finding, stack }))));
  }
  return deployed;
}
