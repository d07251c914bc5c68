/** A problem of a stack's configuration: said with its place, its rule and its mend, all at once. */

import type { MailFinding } from "../mail/finding.ts";
import type { FindingCode, FindingCodeOf } from "./finding-codes.ts";

/** One error or warning. An error stops a deployment before any resource is registered. */
export interface Problem {
  /** Which problem it is, whatever the sentence: one of `docs/findings.md`. */
  code: FindingCode;
  level: "error" | "warning";
  /** The stack whose config holds the fault, e.g. `acme`; `Pulumi.yaml` for a fault of the operator's alone. */
  stack: string;
  /** Where in the config, as `pulumi config set --path` spells it: `sendips:tenant.addresses.tx1.privateIp`. */
  path: string;
  /** What is wrong. */
  message: string;
  /** What is allowed, or what to do. */
  fix: string;
  /** The rule behind it: an RFC section, a provider's policy; absent for plain schema faults. */
  rule?: string;
  /** Of a warning that somebody has accepted: why, and the last day of it. It does not count. */
  accepted?: { reason: string; until?: string };
  /** Of a warning that was accepted until a day that has passed. It counts again. */
  acceptedBefore?: { reason: string; until: string };
}

/** A problem without its stack: what the pure checks produce. */
export type Finding = Omit<Problem, "stack">;

/** A finding without its place: one of the mail grammars, or of a check that has its place from elsewhere. */
export interface Fault extends Omit<MailFinding, "code"> {
  code: FindingCode;
}

/** An error without its place. */
export function error(
  code: FindingCodeOf<"error">,
  rule: string,
  message: string,
  fix: string,
): Fault {
  return { code, rule, level: "error", message, fix };
}

/** A warning without its place. */
export function warning(
  code: FindingCodeOf<"warning">,
  rule: string,
  message: string,
  fix: string,
): Fault {
  return { code, rule, level: "warning", message, fix };
}

/** What the mail grammars say of a record, said of the config that asked for it. */
export function findingsAt(path: string, findings: readonly Fault[]): Finding[] {
  return findings.map(({ code, level, message, fix, rule }) => ({
    code,
    level,
    path,
    message,
    fix,
    rule,
  }));
}

/** True for what is to be mended or judged still: an error, or a warning that nobody has accepted. */
export function isOpen(problem: Problem): boolean {
  return problem.accepted === undefined;
}

/** True when nothing may be deployed. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.level === "error");
}

/**
 * One problem as text: two lines, an accepted one in one line, and one that was accepted in three.
 *
 * @example
 * formatProblem({ code: "config-value", level: "error", stack: "acme", path: "sendips:tenant.domain", message: "…", fix: "…" })
 * // error: acme: sendips:tenant.domain: … (config-value)
 */
export function formatProblem(problem: Problem): string {
  const rule = problem.rule === undefined ? "" : ` [${problem.rule}]`;
  const { level, stack, path, message, code, fix, accepted, acceptedBefore } = problem;
  const line = `${stack}: ${path}: ${message}${rule} (${code})`;
  if (accepted !== undefined) {
    const until = accepted.until === undefined ? "" : ` (until ${accepted.until})`;
    return `accepted: ${line}: ${oneLine(accepted.reason)}${until}`;
  }
  const before =
    acceptedBefore === undefined
      ? ""
      : `\n  it was accepted until ${acceptedBefore.until}, which has passed: ${oneLine(acceptedBefore.reason)}`;
  return `${level}: ${line}\n  ${fix}${before}`;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

/** All problems as one text, errors first. */
export function formatProblems(problems: readonly Problem[]): string {
  return sortedByRank(problems).map(formatProblem).join("\n");
}

/** Errors, then warnings, then what is accepted; the order among equals is the order of finding. */
export function sortedByRank(problems: readonly Problem[]): Problem[] {
  const rank = (problem: Problem) => (problem.level === "error" ? 0 : isOpen(problem) ? 1 : 2);
  return problems.toSorted((a, b) => rank(a) - rank(b));
}

/** The first few of a list, so that a message stays short however many there are. */
export function shortList(items: readonly string[], limit = 8): string {
  if (items.length === 0) return "none";
  const more = items.length > limit ? ` and ${items.length - limit} more` : "";
  return `${items.slice(0, limit).join(", ")}${more}`;
}
