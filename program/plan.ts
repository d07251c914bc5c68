/** Plans a tenant. */
import { RunError } from "@pulumi/pulumi/errors.js";
import { today } from "../components/clock.ts";
import { contextOf } from "../core/tenant/context.ts";
import { checkKnowledge } from "../core/tenant/existing/knowledge.ts";
import { type Plan, plan, type TenantStack } from "../core/tenant/plan.ts";
import { reportOf } from "./acceptance.ts";

/**
 * The plan of a tenant; its warnings are shown.
 *
 * @throws RunError with everything that is wrong with the config.
 */
export function planTenant(stack: TenantStack): Plan {
  const planned = plan(stack);
  const context = contextOf(stack.name, stack.tenant, stack.operator);
  reportOf(stack, [...planned.problems, ...checkKnowledge(context, today())], ["plan"]);
  if ("plan" in planned) return planned.plan;
  throw new RunError(`the config of stack ${stack.name} gives no plan and no reason`);
}
