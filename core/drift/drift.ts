/**
 * What differs between what the config wants, what was deployed, what stands in the clouds and what DNS answers. A
 * plain refresh does not see half of it: it asks neither the config nor DNS, and no PTR.
 */
import { addressDrift } from "./addresses.ts";
import type { Drift, DriftContext } from "./difference.ts";
import { recordDrift } from "./records.ts";

/** Every difference of a tenant, each once: where it was deployed otherwise than planned, nothing else is compared. */
export function tenantDrift(context: DriftContext): Drift[] {
  return [...addressDrift(context), ...recordDrift(context)];
}

/** The arguments of `pulumi up` that put differences right; undefined where it puts none right. */
export function repairArguments(stack: string, drifts: readonly Drift[]): string[] | undefined {
  const repairs = drifts.flatMap(({ repair }) => repair ?? []);
  if (repairs.length === 0) return undefined;
  const replaced = [...new Set(repairs.flatMap(({ replace }) => replace ?? []))];
  return [
    ...["--stack", stack],
    ...(repairs.some(({ refresh }) => refresh === true) ? ["--refresh"] : []),
    ...replaced.flatMap((urn) => ["--replace", urn]),
  ];
}
