/** What the guards of addresses share: what they look at, and the commands that they name. */

import type { DeployedStack } from "../state/deployed-stack.ts";
import { readTags, type StackName, type Tags } from "../state/tags.ts";
import type { PlannedAddress } from "../tenant/plan.ts";
import type { Holder } from "./holders.ts";

/** An Elastic IP as EC2 has it. */
export interface LiveAddress extends Holder {
  /** Empty when it is bound to nothing. */
  networkInterfaceId: string;
}

/** What EC2 has of a stack. */
export interface LiveStack {
  /** Public IPs of the state, of the outputs and of the stack's tags that EC2 has. */
  present: ReadonlySet<string>;
  /** Those of them that a guard must see more of, see {@link needsDetails}. */
  details: readonly LiveAddress[];
}

/** What a guard of addresses looks at. */
export interface AddressContext {
  owner: StackName;
  /** The addresses of the plan; none when the stack's config is not a tenant's. */
  wanted: readonly PlannedAddress[];
  deployed: DeployedStack;
  live: LiveStack;
  /** The UTC day, `2026-11-24`. */
  today: string;
}

export const EC2_RULE = "EC2: a released Elastic IP may go to another account";

/** The config path of an address. */
export const addressPath = (key: string) => `sendips:tenant.addresses.${key}`;

/** What Pulumi is called with to take an address into the state, also of a stack that was never deployed. */
export function importArguments(stack: string, key: string, allocationId: string): string[] {
  return [
    ...["import", "aws:ec2/eip:Eip", `${stack}-${key}`, allocationId],
    ...["--stack", stack, "--yes", "--generate-code=false"],
  ];
}

/** {@link importArguments}, for a person. */
export function importCommand(stack: string, key: string, allocationId: string): string {
  return ["pulumi", ...importArguments(stack, key, allocationId)].join(" ");
}

/** Takes a resource out of the state, and what hangs on it, and leaves all of it as it is in the cloud. */
export function forgetCommand(stack: string, urn: string): string {
  return `pulumi state delete --force --target-dependents '${urn}' --stack ${stack} --yes`;
}

/**
 * Whether tags name the stack that a state was deployed as, before the stack and its resources got another name: the
 * next deployment writes the new one.
 */
export function isFormerName(
  tags: Tags,
  { stack }: StackName,
  { components, outputs }: Pick<DeployedStack, "components" | "outputs">,
): boolean {
  return components.includes(stack) && readTags(tags).stack === outputs.stack;
}

/** Whether tags name another stack of ours. A project or an organisation may have been renamed. */
export function isAnotherStacks(tags: Tags, { stack }: StackName): boolean {
  const tagged = readTags(tags).stack;
  return tagged !== undefined && tagged !== stack;
}
