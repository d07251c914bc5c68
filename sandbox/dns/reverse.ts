/** The reverse zones that EC2 serves for its Elastic IPs. */

import { ptrOf } from "../aws/ec2/ptr.ts";
import type { RecordContent } from "../cloudflare/state.ts";
import type { World } from "../world.ts";

/** Reverse zones of the ranges that the sandbox's addresses come from (RFC 5737, RFC 2544). */
export const REVERSE_ZONES = [
  "2.0.192.in-addr.arpa",
  "100.51.198.in-addr.arpa",
  "113.0.203.in-addr.arpa",
  "18.198.in-addr.arpa",
  "19.198.in-addr.arpa",
];

export function reverseRecords(world: World, zone: string): RecordContent[] {
  const found: RecordContent[] = [];
  for (const region of Object.values(world.state.aws.regions)) {
    for (const address of Object.values(region.addresses)) {
      const name = `${address.publicIp.split(".").reverse().join(".")}.in-addr.arpa`;
      const ptr = ptrOf(address, world.clock.now());
      if (!name.endsWith(`.${zone}`) || ptr === undefined) continue;
      found.push({ name, type: "PTR", content: ptr.replace(/\.$/, ""), ttl: 300 });
    }
  }
  return found;
}
