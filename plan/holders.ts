/** Who holds a private IP: the Elastic IPs that EC2 shows on those that a tenant asks for. */
import { shown } from "./mail/finding.ts";
import type { PlannedAddress } from "./plan.ts";
import type { Finding } from "./problem.ts";

/** An Elastic IP that a private IP carries. */
export interface Holder {
  allocationId: string;
  publicIp: string;
  privateIp: string;
  tags: Readonly<Record<string, string>>;
}

/** Private IPs that carry an address of someone else, who would have to let go of it first. */
export function checkHolders(
  stack: string,
  addresses: readonly PlannedAddress[],
  holders: readonly Holder[],
): Finding[] {
  const foreign = holders.filter(({ tags }) => tags["sendips:stack"] !== stack);
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

/** `198.51.100.1 (tx1 of stack acme)`. */
export function describeHolder({ publicIp, allocationId, tags }: Holder): string {
  const { "sendips:stack": stack, "sendips:address": key } = tags;
  if (stack === undefined || key === undefined) {
    return `${publicIp} (${allocationId}, which is not of sendips)`;
  }
  return `${publicIp} (address ${shown(key)} of stack ${shown(stack)})`;
}
