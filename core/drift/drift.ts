/**
 * What differs between what the config wants, what was deployed, what stands in the clouds and what DNS answers. A
 * plain refresh does not see half of it: it asks neither the config nor DNS, and no PTR.
 */
import type { Finding } from "../problem.ts";
import type { DeployedStack } from "../state/deployed-stack.ts";
import type { Plan } from "../tenant/plan.ts";
import { addressDrift } from "./addresses.ts";
import type { CloudView } from "./cloud-view.ts";
import { recordDrift } from "./records.ts";

/** How a difference is put right by Pulumi. */
export interface Repair {
  /** Whether the state must be read anew first (`--refresh`). */
  refresh?: boolean;
  /** What is made anew in place (`--replace`), by its URN. */
  replace?: string;
}

/** One difference. */
export interface Drift extends Finding {
  /** Absent where no deployment puts it right: the fix says what does. */
  repair?: Repair;
}

/** What is compared. */
export interface DriftContext {
  plan: Plan;
  deployed: DeployedStack;
  view: CloudView;
  /** Whether the PTR of an address is ours to set. */
  setsReverseName: (key: string) => boolean;
}

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
