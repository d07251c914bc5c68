/** What AWS has of a stack, asked without the engine. */
import { awsAccess } from "../../aws/access.ts";
import { type CloudAddress, type Ec2Api, ec2Api } from "../../aws/ec2.ts";
import { checkPlace } from "../../core/guards/stack-place.ts";
import { formatProblems } from "../../core/problem.ts";
import type { DeployedStack } from "../../core/state/deployed-stack.ts";
import { tagName } from "../../core/state/tags.ts";
import { type CloudflareAccess, cloudflareAccess } from "../../dns/cloudflare.ts";
import { messageOf, Refusal } from "../engine/surroundings.ts";
import { type Project, providerConfig } from "../project/project.ts";

/** EC2 as a stack's config and the environment lead there. */
export function ec2Of(project: Project, stack: string): Promise<Ec2Api> {
  return ec2Api(awsAccess(providerConfig(project, stack, "aws")));
}

/** Cloudflare's credentials and place, as a stack's config says them; a token there is encrypted, and of no use here. */
export function cloudflareAccessOf(project: Project, stack: string): CloudflareAccess {
  return cloudflareAccess(providerConfig(project, stack, "cloudflare"));
}

/**
 * Where the credentials lead, once it is sure that this is where the stack is deployed.
 *
 * @throws Refusal where EC2 does not answer, or answers for another account or Region.
 */
export async function placeOf(
  ec2: Ec2Api,
  stack: string,
  deployed: DeployedStack,
): Promise<{ account: string; region: string }> {
  let place: { account: string; region: string };
  try {
    place = await ec2.place();
  } catch (error) {
    throw new Refusal(
      `AWS cannot be asked for stack ${stack}; nothing was changed\n  ${messageOf(error)}\n  credentials of the stack's account, as for pulumi up: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    );
  }
  const findings = checkPlace(deployed, { stack, ...place });
  if (findings.length > 0) {
    throw new Refusal(
      `nothing was changed\n${formatProblems(findings.map((finding) => ({ ...finding, stack })))}`,
    );
  }
  return place;
}

/** The Elastic IPs that carry a stack's tags, and those of its state and outputs that EC2 has. */
export async function addressesOfStack(
  ec2: Ec2Api,
  stack: string,
  { addresses, lost }: DeployedStack,
): Promise<CloudAddress[]> {
  const publicIps = [...addresses, ...lost].map(({ publicIp }) => publicIp);
  const found = await Promise.all([
    ec2.addresses({ [`tag:${tagName("stack")}`]: [stack] }),
    publicIps.length === 0 ? [] : ec2.addresses({ "public-ip": publicIps }),
  ]);
  return [...new Map(found.flat().map((one) => [one.allocationId, one])).values()];
}
