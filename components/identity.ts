/** Under which names resources of ours may stand in a state. */
import * as pulumi from "@pulumi/pulumi";

/** A resource that was taken into the state by hand, `pulumi import` without a parent, is the same one. */
export const ALONE: pulumi.Alias = { parent: pulumi.rootStackResource };

/** The options of a component that sendips up to 0.1 deployed under another type. */
export function withFormerType(
  component: string,
  opts: pulumi.ComponentResourceOptions | undefined,
): pulumi.ComponentResourceOptions {
  return pulumi.mergeOptions(opts, { aliases: [{ type: `sendips:components:${component}` }] });
}
