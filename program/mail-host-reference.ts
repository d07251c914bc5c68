/** The mail host that a tenant names. */
import * as pulumi from "@pulumi/pulumi";
import { invoke } from "@pulumi/pulumi/runtime/invoke.js";
import { privateIpsOf } from "../components/aws.ts";
import { fullStackName, reportFindings } from "../components/engine.ts";
import type { TenantConfig } from "../core/config/schema.ts";
import { isUnknownStack } from "../core/foreign-errors.ts";
import { type Primary, type PrivateIps, primaryOf } from "../core/host/private-ips.ts";
import type { DeployedStack } from "../core/state/deployed-stack.ts";
import { readMailHost } from "../core/state/outputs.ts";

/** The full name of a tenant's mail host stack; undefined when it names a network interface. */
export function mailHostStack({ mailHost }: TenantConfig): string | undefined {
  const stack = mailHost?.stack;
  return stack === undefined || stack.includes("/") ? stack : fullStackName(stack);
}

/**
 * The private IPs of a tenant's mail host, by stack reference or from the network interface, and the primary
 * one where it is known.
 *
 * @param deployed a stack that the last deployment referred to need not be looked for first.
 * @throws RunError when the mail host is not deployed yet.
 */
export async function mailHostPrivateIps(
  tenant: TenantConfig,
  deployed: DeployedStack,
): Promise<{ privateIps: PrivateIps; primary?: Primary | undefined }> {
  // A tenant of parked domains sends nothing.
  if (tenant.mailHost === undefined) return { privateIps: {} };
  const { stack, networkInterface } = tenant.mailHost;
  if (networkInterface !== undefined) return privateIpsOf(networkInterface);
  const name = mailHostStack(tenant) ?? "";
  if (deployed.outputs.mailHost === name || (await outputsOf(name)) !== undefined) {
    const reference = new pulumi.StackReference(name);
    const output = async (name: string) => (await reference.getOutputDetails(name)).value;
    const host = readMailHost({
      privateIps: await output("privateIps"),
      primaryIps: await output("primaryIps"),
      networkInterfaces: await output("networkInterfaces"),
    });
    if (host !== undefined) {
      return { privateIps: host.privateIps, primary: primaryOf(host.networkInterfaces) };
    }
  }
  reportFindings([
    {
      code: "mail-host-not-deployed",
      level: "error",
      path: "sendips:tenant.mailHost.stack",
      message: `the stack ${name} is not deployed, or is not a mail host: it has no output privateIps`,
      fix: `name a mail host stack that is deployed, or deploy it first: pulumi up -s ${stack}`,
    },
  ]);
  return { privateIps: {} };
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
    if (isUnknownStack(error)) return undefined;
    throw error;
  }
}
