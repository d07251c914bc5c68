/** Who holds a private IP: the Elastic IPs that EC2 shows on those that a tenant asks for. */
import { shown } from "../mail/finding.ts";
import type { PlannedAddress } from "../plan.ts";
import type { Finding } from "../problem.ts";
import { ADDRESS_TAG, isOwned, type StackName, type Tags, taggedStack } from "../state/tags.ts";

/** An Elastic IP that a private IP carries. */
export interface Holder {
  allocationId: string;
  publicIp: string;
  /** Empty when it is bound to nothing. */
  privateIp: string;
  tags: Tags;
}

/** Private IPs that carry an address of someone else, who would have to let go of it first. */
export function checkHolders(
  owner: StackName,
  addresses: readonly PlannedAddress[],
  holders: readonly Holder[],
): Finding[] {
  const foreign = holders.filter(({ tags }) => !isOwned(tags, owner));
  return foreign.flatMap((holder): Finding[] => {
    const address = addresses.find(({ privateIp }) => privateIp === holder.privateIp);
    if (address === undefined) return [];
    return [
      {
        level: "error",
        path: `sendips:tenant.addresses.${address.key}.privateIp`,
        message: `${holder.privateIp} carries ${describeHolder(holder)} already`,
        fix: "a private IP that is free: a private IP carries one Elastic IP; sendips lint --all shows who uses which",
        rule: "EC2: one Elastic IP for each private IPv4",
      },
    ];
  });
}

/** `198.51.100.1 (address "tx1" of stack "organization/sendips/acme")`. */
export function describeHolder({ publicIp, allocationId, tags }: Holder): string {
  const stack = taggedStack(tags);
  const key = tags[ADDRESS_TAG];
  if (stack === undefined || key === undefined) {
    return `${publicIp} (${allocationId}, which is not of sendips)`;
  }
  return `${publicIp} (address ${shown(key)} of stack ${shown(stack)})`;
}
