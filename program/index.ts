/**
 * The program of a stack, a tenant or a mail host: what an operator's `index.ts` runs.
 *
 * @example
 * ```ts
 * export { default } from "sendips/program";
 * ```
 */
import "./stack-traces.ts";
import * as pulumi from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi/errors.js";
import type { Stack } from "../core/config/config.ts";
import { failedLookUp } from "../core/foreign-errors.ts";
import { formatProblems } from "../core/problem.ts";
import type { TenantStack } from "../core/tenant/plan.ts";
import { addressAdoptions } from "./address-adoption.ts";
import { deployMailHost, deployTenant } from "./deploy.ts";
import { guardMailHost, guardTenant } from "./guard.ts";
import { mailHostOutputs, tenantOutputs } from "./outputs.ts";
import { planTenant } from "./plan.ts";
import { preflightMailHost, preflightTenant } from "./preflight.ts";
import { screenAddresses } from "./screening.ts";
import { readStack } from "./stack-config.ts";

type MailHostStack = Extract<Stack, { kind: "mailHost" }>;

/**
 * A tenant: every step refuses before anything is registered, and the last one alone registers; but for the screening
 * of new addresses, which allocates them.
 */
async function runTenant(stack: TenantStack) {
  const plan = planTenant(stack);
  const guarded = await guardTenant(stack, plan);
  const preflight = await preflightTenant(stack, plan, guarded);
  const { deployed } = guarded;
  const screened = await screenAddresses(stack, plan, guarded);
  const { privateIps, addressAdoptions: standing } = preflight;
  const chosen = { addresses: plan.addresses.filter(({ key }) => screened.has(key)) };
  const { adoptions: fresh } = await addressAdoptions(
    ...([stack, chosen, privateIps, deployed, screened] as const),
  );
  const tenant = deployTenant(stack, plan, deployed, {
    ...preflight,
    addressAdoptions: new Map([...fresh, ...standing]),
  });
  return tenantOutputs(stack, plan, tenant, guarded.here, preflight);
}

/** A mail host, likewise. */
async function runMailHost(stack: MailHostStack) {
  const { deployed, here } = await guardMailHost(stack);
  const { vpcId } = await preflightMailHost(stack);
  return mailHostOutputs(deployMailHost(stack, deployed, vpcId), stack.mailHost, here);
}

async function run() {
  const stack = readStack();
  return stack.kind === "tenant" ? runTenant(stack) : runMailHost(stack);
}

/**
 * Runs the stack's program; what it returns are the stack's outputs.
 *
 * @throws RunError with everything that is wrong; also where a look-up fails (credentials that are missing, an id
 *   that is not there), which is an error of the stack and no stack trace.
 */
export default async function program(): Promise<pulumi.Inputs> {
  try {
    return await run();
  } catch (error) {
    const finding =
      error instanceof Error ? failedLookUp(error.message, pulumi.getStack()) : undefined;
    if (finding === undefined) throw error;
    const stack = pulumi.getStack();
    throw new RunError(
      `the clouds cannot be asked for stack ${stack}; nothing was changed\n${formatProblems([{ ...finding, stack }])}`,
    );
  }
}
