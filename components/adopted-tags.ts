/** The tags of an address that is taken over: written before the engine imports it. */
import * as pulumi from "@pulumi/pulumi";
import { AWS_KEYS, awsAccess } from "../aws/access.ts";
import { type Ec2Api, ec2Api } from "../aws/ec2.ts";
import { foreignTags, type StandingAddress } from "../core/guards/address-adoption.ts";
import { providerValues } from "./provider-values.ts";

/**
 * The tags of an Elastic IP that is taken over. The engine imports what is equal to its inputs, and nothing else: so
 * ours are written first, and a preview, which changes nothing, shows them as they stand.
 *
 * @param component whose provider's credentials are used.
 */
export function adoptedTags(
  { allocationId, tags: before }: StandingAddress,
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
      await (await ec2Of(component)).tag(allocationId, Object.fromEntries(ours), remove);
    }
    return wanted;
  });
}

/** EC2's API with the credentials of a component's provider; they reach nothing but the client. */
async function ec2Of(component: pulumi.ComponentResource): Promise<Ec2Api> {
  const provider = component.getProvider("aws:ec2/eip:Eip");
  if (provider === undefined) {
    const config = new pulumi.Config("aws");
    return ec2Api(awsAccess((key) => parsed(config.get(key))));
  }
  const value = await providerValues(provider, AWS_KEYS);
  return ec2Api(awsAccess((key) => parsed(value(key))));
}

/** Lists and maps stand as JSON in a stack's config. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
