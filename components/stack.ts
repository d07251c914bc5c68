/** The stack as the engine hands it over: its config, its problems, the mail host that it refers to. */
import * as pulumi from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi/errors.js";
import { allConfig } from "@pulumi/pulumi/runtime/config.js";
import { invoke } from "@pulumi/pulumi/runtime/invoke.js";
import type { RawConfig } from "../core/config/config.ts";
import type { TenantConfig } from "../core/config/schema.ts";
import { failedLookUp } from "../core/foreign-errors.ts";
import type { PrivateIps } from "../core/host/mail-host.ts";
import {
  type Finding,
  formatProblem,
  formatProblems,
  hasErrors,
  type Problem,
} from "../core/problem.ts";
import { type Deployed, readDeployed } from "../core/state/deployed.ts";
import { readPrivateIps } from "../core/state/outputs.ts";
import { privateIpsOf } from "./cloud.ts";

const PREFIX = "sendips:";

/** The config under `sendips:`. Secrets in it are clear text: it must reach nothing but the plan. */
export function stackConfig(): RawConfig {
  const values = Object.entries(allConfig())
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => [key.slice(PREFIX.length), parsed(value)]);
  return { stack: pulumi.getStack(), values: Object.fromEntries(values) };
}

/** The engine hands over structured values as JSON and plain ones as they stand. */
function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/**
 * Shows all problems: warnings in the preview, errors as one failure before anything is registered.
 *
 * @throws RunError when one of them is an error.
 */
export function report(problems: readonly Problem[]): void {
  if (hasErrors(problems)) {
    const errors = problems.filter((problem) => problem.level === "error").length;
    throw new RunError(
      `${errors} ${errors === 1 ? "error" : "errors"} in the config of stack ${pulumi.getStack()}; nothing was changed\n${formatProblems(problems)}`,
    );
  }
  // The engine puts the level before each message itself.
  for (const problem of problems) {
    pulumi.log.warn(formatProblem(problem).slice("warning: ".length));
  }
}

/** {@link report}, for findings of this stack. */
export function reportFindings(findings: readonly Finding[]): void {
  report(findings.map((finding) => ({ ...finding, stack: pulumi.getStack() })));
}

/**
 * Runs a program whose look-ups come before anything is registered: one that fails (credentials that
 * are missing, an id that is not there) is an error of the stack and no stack trace.
 *
 * @throws RunError for such a look-up; every other error as it is.
 */
export async function explained<T>(program: () => Promise<T>): Promise<T> {
  try {
    return await program();
  } catch (error) {
    const finding = error instanceof Error ? failedLookUp(error.message) : undefined;
    if (finding === undefined) throw error;
    const stack = pulumi.getStack();
    throw new RunError(
      `the clouds cannot be asked for stack ${stack}; nothing was changed\n${formatProblems([{ ...finding, stack }])}`,
    );
  }
}

/**
 * A hook that looks something up: where the look-up fails it refuses, in the words of {@link explained};
 * any other error is left as it is.
 */
export function asking(
  ask: (args: pulumi.ResourceHookArgs) => Promise<void>,
): (args: pulumi.ResourceHookArgs) => Promise<void> {
  return async (args) => {
    try {
      await ask(args);
    } catch (error) {
      const finding = error instanceof Error ? failedLookUp(error.message) : undefined;
      if (finding === undefined) throw error;
      throw new Error(formatProblem({ ...finding, stack: pulumi.getStack() }));
    }
  };
}

/** The full name of a tenant's mail host stack; undefined when it names a network interface. */
export function mailHostStack({ mailHost }: TenantConfig): string | undefined {
  const stack = mailHost?.stack;
  return stack === undefined || stack.includes("/") ? stack : fullName(stack);
}

/**
 * The private IPs of a tenant's mail host, by stack reference or from the network interface.
 *
 * @param deployed a stack that the last deployment referred to need not be looked for first.
 * @throws RunError when the mail host is not deployed yet.
 */
export async function mailHostPrivateIps(
  tenant: TenantConfig,
  deployed: Deployed,
): Promise<PrivateIps> {
  // A tenant of parked domains sends nothing.
  if (tenant.mailHost === undefined) return {};
  const { stack, networkInterface } = tenant.mailHost;
  if (networkInterface !== undefined) return privateIpsOf(networkInterface);
  const name = mailHostStack(tenant) ?? "";
  if (deployed.outputs.mailHost === name || (await outputsOf(name)) !== undefined) {
    const reference = new pulumi.StackReference(name);
    const { value } = await reference.getOutputDetails("privateIps");
    const privateIps = value === undefined ? undefined : readPrivateIps(value);
    if (privateIps !== undefined) return privateIps;
  }
  reportFindings([
    {
      level: "error",
      path: "sendips:tenant.mailHost.stack",
      message: `the stack ${name} is not deployed, or is not a mail host: it has no output privateIps`,
      fix: `name a mail host stack that is deployed, or deploy it first: pulumi up -s ${stack}`,
    },
  ]);
  return {};
}

/**
 * What is deployed of this very stack: the resources of its state, not only its outputs, which a run that
 * failed writes too. With it, errors for what cannot be read: no guard stands on a guess.
 */
export async function lastDeployment(): Promise<ReturnType<typeof readDeployed>> {
  const stackName = fullName(pulumi.getStack());
  const reply: { outputs?: unknown } = await invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  });
  return readDeployed(pulumi.getStack(), reply.outputs);
}

function fullName(stack: string): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
}

/**
 * The outputs of a stack; undefined when there is no such stack. A stack reference to one that is not
 * there ends the deployment inside the engine, before the program can say which config named it; the
 * invoke behind it can be caught. One to this stack itself would become part of its state.
 */
async function outputsOf(name: string): Promise<unknown> {
  try {
    const reply: { outputs?: unknown } = await invoke("pulumi:pulumi:readStackOutputs", { name });
    return reply.outputs ?? {};
  } catch (error) {
    if (String(error).includes("unknown stack")) return undefined;
    throw error;
  }
}
