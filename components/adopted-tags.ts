/** The tags of an address that is taken over: written before the engine imports it. */
import * as pulumi from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi/errors.js";
import { missingPermission, permissionFix } from "../core/foreign-errors.ts";
import { foreignTags, type StandingAddress } from "../core/guards/address-adoption.ts";
import { ec2Of } from "./ec2.ts";

/**
 * The tags of an Elastic IP that is taken over. The engine imports what is equal to its inputs, and nothing else: so
 * ours are written first, and a preview, which changes nothing, shows them as they stand.
 *
 * @param component whose provider's credentials are used.
 */
export function adoptedTags(
  { allocationId, publicIp, tags: before }: StandingAddress,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  component: pulumi.ComponentResource,
): pulumi.Input<Record<string, string>> {
  if (pulumi.runtime.isDryRun()) return before;
  return pulumi.output(tags).apply(async (wanted) => {
    const foreign = foreignTags(wanted);
    // All of ours at once: a policy lets only an address be tagged that then says whose it is.
    const ours = Object.entries(wanted).filter(([name]) => !(name in foreign));
    const remove = Object.keys(before).filter((name) => !(name in wanted));
    if (remove.length > 0 || ours.some(([name, value]) => before[name] !== value)) {
      const ec2 = await ec2Of(component);
      await ec2.tag(allocationId, Object.fromEntries(ours), remove).catch((error: unknown) => {
        throw untagged(publicIp, error);
      });
    }
    return wanted;
  });
}

/** What a person reads where EC2 does not take the tags. */
function untagged(publicIp: string, error: unknown): Error {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const missing = missingPermission(said);
  const stack = pulumi.getStack();
  const fix =
    missing === undefined
      ? "deploy again: nothing of it has changed"
      : `the credentials lack ${missing}: ${permissionFix(stack)}; then deploy again: nothing of it has changed`;
  return new RunError(
    `${stack}: ${publicIp} is not taken over, because its tags cannot be written: ${said}\n  ${fix}`,
  );
}
