/** Elastic IPs that a tenant has let go and that stay allocated: paid for, and there for another tenant. */
import { awsAccess } from "../../aws/access.ts";
import { type CloudAddress, ec2Api } from "../../aws/ec2.ts";
import { readTags, taggedStack, tagName } from "../../core/state/tags.ts";
import { messageOf } from "../engine/surroundings.ts";
import { type Project, providerConfig } from "../project/project.ts";
import type { ReadStack } from "../project/stacks.ts";

/** An address that is kept. */
export interface KeptAddress {
  publicIp: string;
  allocationId: string;
  region: string;
  /** Whose it was, `organisation/project/stack`, and the key that it had there; null where no tag says so. */
  stack: string | null;
  address: string | null;
  /** The private IP that it is bound to as yet; null once its tenant has let it go. */
  privateIp: string | null;
  /** The day from which its tenant may let it go; null where it has. */
  mayGoFrom: string | null;
  /** What AWS takes for it; 0 for one of an own pool (BYOIP). */
  dollarsAMonth: number;
}

/** $0.005 an hour for each public IPv4 (VPC pricing), 730 hours a month. */
const DOLLARS_A_MONTH = 3.65;

/**
 * The kept addresses where these stacks are: asked once for each Region, account and endpoint of their configs.
 *
 * @returns with it why AWS could not be asked, one line a reason.
 */
export async function keptAddresses(
  project: Project,
  stacks: readonly ReadStack[],
): Promise<{ kept: KeptAddress[]; reasons: string[] }> {
  const accesses = new Map(
    stacks.filter(isInAws).map(({ name }) => {
      const access = awsAccess(providerConfig(project, name, "aws"));
      return [JSON.stringify(access), access];
    }),
  );
  const kept = new Map<string, KeptAddress>();
  const reasons: string[] = [];
  for (const access of accesses.values()) {
    try {
      const ec2 = await ec2Api(access);
      const found = await ec2.addresses({ [`tag:${tagName("retained")}`]: ["true"] });
      const { region } = found.length === 0 ? { region: "" } : await ec2.place();
      for (const address of found) kept.set(address.allocationId, keptAddress(address, region));
    } catch (error) {
      const where = access.region === undefined ? "" : ` in ${access.region}`;
      reasons.push(
        `kept addresses are not listed: AWS cannot be asked${where}: ${messageOf(error)}`,
      );
    }
  }
  return {
    kept: [...kept.values()].sort((a, b) => (a.publicIp < b.publicIp ? -1 : 1)),
    reasons: [...new Set(reasons)],
  };
}

/** Parked domains alone need no account. */
function isInAws({ stack }: ReadStack): boolean {
  if (stack === undefined) return false;
  return stack.kind === "mailHost" || Object.keys(stack.tenant.addresses).length > 0;
}

function keptAddress(
  { publicIp, allocationId, privateIp, publicIpv4Pool, tags }: CloudAddress,
  region: string,
): KeptAddress {
  const { address = null, mayGoFrom = null } = readTags(tags);
  const isBound = privateIp !== "";
  return {
    ...{ publicIp, allocationId, region, address },
    stack: taggedStack(tags) ?? null,
    privateIp: isBound ? privateIp : null,
    mayGoFrom: isBound ? mayGoFrom : null,
    dollarsAMonth: publicIpv4Pool === "amazon" ? DOLLARS_A_MONTH : 0,
  };
}

/** The list for a person; empty where there are none. */
export function keptText(kept: readonly KeptAddress[]): string {
  if (kept.length === 0) return "";
  const lines = kept.flatMap((one) => {
    const { publicIp, allocationId, region, stack, address, dollarsAMonth } = one;
    const cost = dollarsAMonth === 0 ? "of an own pool" : `$${dollarsAMonth.toFixed(2)} a month`;
    const whose = `${address ?? "an address"} of ${stack ?? "a stack that no tag names"}`;
    if (one.privateIp !== null) {
      const from = one.mayGoFrom === null ? "" : `, which may let it go from ${one.mayGoFrom}`;
      return [`  ${publicIp} (${allocationId}, ${region}), ${cost}: still ${whose}${from}`];
    }
    return [
      `  ${publicIp} (${allocationId}, ${region}), ${cost}: was ${whose}`,
      `    for a tenant: adopt: ${allocationId} on an address of its config`,
      `    to let it go: aws ec2 release-address --allocation-id ${allocationId} --region ${region}`,
    ];
  });
  return `Addresses that are kept allocated\n${lines.join("\n")}\n`;
}
