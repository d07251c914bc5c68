/** A problem of a stack's configuration: said with its place, its rule and its mend, all at once. */

import type { Finding as MailFinding } from "../mail/finding.ts";

/** One error or warning. An error stops a deployment before any resource is registered. */
export interface Problem {
  level: "error" | "warning";
  /** The stack whose config holds the fault, e.g. `acme`. */
  stack: string;
  /** Where in the config, as `pulumi config set --path` spells it: `sendips:tenant.addresses.tx1.privateIp`. */
  path: string;
  /** What is wrong. */
  message: string;
  /** What is allowed, or what to do. */
  fix: string;
  /** The rule behind it: an RFC section, a provider's policy; absent for plain schema faults. */
  rule?: string;
}

/** A problem without its stack: what the pure checks produce. */
export type Finding = Omit<Problem, "stack">;

/** What the mail grammars say of a record, said of the config that asked for it. */
export function at(path: string, findings: readonly MailFinding[]): Finding[] {
  return findings.map(({ level, message, fix, rule }) => ({ level, path, message, fix, rule }));
}

/** True when nothing may be deployed. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.level === "error");
}

/**
 * One problem as text, two lines.
 *
 * @example
 * formatProblem({ level: "error", stack: "acme", path: "sendips:tenant.domain", message: "…", fix: "…" })
 */
export function formatProblem(problem: Problem): string {
  const rule = problem.rule === undefined ? "" : ` [${problem.rule}]`;
  return `${problem.level}: ${problem.stack}: ${problem.path}: ${problem.message}${rule}\n  ${problem.fix}`;
}

/** All problems as one text, errors first; the order among equals is the order of finding. */
export function formatProblems(problems: readonly Problem[]): string {
  const rank = (problem: Problem) => (problem.level === "error" ? 0 : 1);
  return problems
    .toSorted((a, b) => rank(a) - rank(b))
    .map(formatProblem)
    .join("\n");
}
