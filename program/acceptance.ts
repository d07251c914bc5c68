/** Findings of a stack as its config accepts them. */
import { today } from "../components/clock.ts";
import { report } from "../components/engine.ts";
import { withAcceptances } from "../core/acceptance.ts";
import type { Stack } from "../core/config/config.ts";
import type { FindingSource } from "../core/finding-codes.ts";
import type { Finding } from "../core/problem.ts";

/**
 * Reports findings of a stack, warnings that its config accepts as accepted.
 *
 * @param looked what the findings are all of: entries that accept nothing of it are warnings too.
 * @throws RunError when one of them is an error.
 */
export function reportOf(
  stack: Stack,
  findings: readonly Finding[],
  sources: readonly FindingSource[] = [],
): void {
  const problems = findings.map((finding) => ({ ...finding, stack: stack.name }));
  const read = [{ name: stack.name, stack }];
  report(withAcceptances(problems, read, { today: today(), sources }));
}
