/** Collects what differs, holds it against what is accepted, and writes it down. */
import { ACCEPTED_DIFFERENCES } from "./accepted-differences.ts";

export interface Difference {
  resource: string;
  operation: string;
  /** What of it: `calls`, `attribute arn`, `replaces` … */
  what: string;
  official: string;
  ours: string;
}

const seen: Difference[] = [];
const compared = new Map<string, Set<string>>();

/** Says that an operation of a resource was compared, whatever came of it. */
export function compare(resource: string, operation: string): void {
  const operations = compared.get(resource) ?? new Set();
  compared.set(resource, operations.add(operation));
}

export function recordDifference(difference: Difference): void {
  seen.push(difference);
}

const matches = (
  entry: (typeof ACCEPTED_DIFFERENCES)[number],
  { resource, operation, what }: Difference,
) => fits(entry.resource, resource) && fits(entry.operation, operation) && fits(entry.what, what);

function fits(wanted: string | RegExp, text: string): boolean {
  return typeof wanted === "string" ? wanted === text : wanted.test(text);
}

/** Why a difference stays; undefined for one that must not. */
export function reasonFor(difference: Difference): string | undefined {
  return ACCEPTED_DIFFERENCES.find((entry) => matches(entry, difference))?.reason;
}

/** Those of an operation that nobody accepted, in words. */
export function unacceptedDifferences(operation: string): string[] {
  return seen
    .filter((difference) => difference.operation === operation)
    .filter((difference) => reasonFor(difference) === undefined)
    .map(
      ({ resource, what, official, ours }) =>
        `${resource}: ${what}\n  official: ${official}\n  ours:     ${ours}`,
    );
}

/** Accepted differences that did not occur: the list says more than is true. */
export function staleAcceptances(versions: Readonly<Record<string, string>>): string[] {
  const expected = ACCEPTED_DIFFERENCES.filter(({ of, resource }) => {
    const provider = String(resource).includes("record-") ? "cloudflare" : "aws";
    return provider in versions && (of === undefined || versions.aws?.startsWith(of));
  });
  return expected
    .filter((entry) => !seen.some((difference) => matches(entry, difference)))
    .map(({ resource, operation, what }) => `${resource} × ${operation} × ${what}`);
}

export function allDifferences() {
  return { seen, compared };
}
