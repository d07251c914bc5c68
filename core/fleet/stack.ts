/** The stacks of a fleet. */
import type { Stack } from "../config/config.ts";
import type { PlanResult, TenantStack } from "../tenant/plan.ts";

/** One stack of the fleet. */
export interface FleetStack {
  /** The stack's name. */
  name: string;
  /** Its `aws:region`; undefined when its file does not say, and then nothing regional is checked. */
  region: string | undefined;
  stack: Stack;
  /** Of a tenant. Without it, or when it holds errors in place of a plan, its records are left out. */
  result?: PlanResult;
}

/** A tenant of the fleet. */
export interface FleetTenant extends FleetStack {
  stack: TenantStack;
}

/** A mail host of the fleet. */
export interface FleetMailHost extends FleetStack {
  stack: Extract<Stack, { kind: "mailHost" }>;
}
