/** EC2's API, with the credentials of the provider that a component has. */
import * as pulumi from "@pulumi/pulumi";
import { AWS_KEYS, awsAccess } from "../aws/access.ts";
import { type Ec2Api, ec2Api } from "../aws/ec2.ts";
import { providerValues } from "./provider-values.ts";

/**
 * EC2's API with the credentials of a component's provider; they reach nothing but the client.
 *
 * @param component default: none, and the default provider's are used.
 */
export async function ec2Of(component?: pulumi.ComponentResource): Promise<Ec2Api> {
  const provider = component?.getProvider("aws:ec2/eip:Eip");
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
