/** Who holds a private IP, in words. */
import { quotedExcerpt } from "../../mail/finding.ts";
import { readTags, type Tags, taggedStack } from "../state/tags.ts";

/** An Elastic IP that a private IP carries. */
export interface Holder {
  allocationId: string;
  publicIp: string;
  /** Empty when it is bound to nothing. */
  privateIp: string;
  tags: Tags;
}

/** `198.51.100.1 (address "tx1" of stack "organization/sendips/acme")`. */
export function describeHolder({ publicIp, allocationId, tags }: Holder): string {
  const stack = taggedStack(tags);
  const key = readTags(tags).address;
  if (stack === undefined || key === undefined) {
    return `${publicIp} (${allocationId}, which is not of sendips)`;
  }
  return `${publicIp} (address ${quotedExcerpt(key)} of stack ${quotedExcerpt(stack)})`;
}
