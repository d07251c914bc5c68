/** Names and addresses that the simulated AWS hands out. */
import { createHash } from "node:crypto";
import ipaddr from "ipaddr.js";
import { ApiError } from "./error.ts";
import type { AwsState } from "./state.ts";

/** `<prefix>-0…`, 17 hex digits as real ids have; the same calls give the same ids. */
export function newId(aws: AwsState, prefix: string): string {
  aws.seq += 1;
  const hash = createHash("sha256").update(`${prefix}:${aws.seq}`).digest("hex");
  return `${prefix}-0${hash.slice(0, 16)}`;
}

export function newMac(aws: AwsState): string {
  aws.seq += 1;
  const hash = createHash("sha256").update(`mac:${aws.seq}`).digest("hex");
  return `02:${(hash.slice(0, 10).match(/../g) ?? []).join(":")}`;
}

/** Ranges that nobody routes: documentation (RFC 5737), then benchmarks (RFC 2544). */
const ranges = [
  { base: "198.51.100.0", size: 256 },
  { base: "203.0.113.0", size: 256 },
  { base: "198.18.0.0", size: 131_072 },
];
/** Addresses of the operator's own pools, RFC 5737 as well. */
const ownRange = [{ base: "192.0.2.0", size: 256 }];

/** Next public address. One that was released comes back only when there is no other left. */
export function publicAddress(aws: AwsState, own: boolean): string {
  const used = new Set<string>();
  const released = new Set<string>();
  for (const region of Object.values(aws.regions)) {
    for (const address of Object.values(region.addresses)) used.add(address.publicIp);
    for (const ip of Object.keys(region.released)) released.add(ip);
  }
  const from = own ? ownRange : ranges;
  const size = from.reduce((sum, range) => sum + range.size, 0);
  for (const avoid of [released, new Set<string>()]) {
    for (let step = 0; step < size; step++) {
      const index = own ? step : (aws.nextAddress + step) % size;
      const ip = addressAt(from, index);
      if (ip === undefined || used.has(ip) || avoid.has(ip)) continue;
      if (!own) aws.nextAddress = (index + 1) % size;
      return ip;
    }
  }
  throw new ApiError("InsufficientAddressCapacity", "Not enough available addresses.");
}

/** Undefined for the first and last of each /24, which no host has. */
function addressAt(from: readonly { base: string; size: number }[], index: number) {
  let offset = index;
  for (const { base, size } of from) {
    if (offset < size) {
      const last = offset % 256;
      return last === 0 || last === 255 ? undefined : formatIp(parseIp(base) + offset);
    }
    offset -= size;
  }
  return undefined;
}

export function parseIp(text: string): number {
  return ipaddr.IPv4.parse(text).octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

export function formatIp(ip: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(ip / 2 ** shift) % 256).join(".");
}

/** First address and number of addresses of an IPv4 network. */
export function network(cidr: string): { first: number; size: number } {
  const first = parseIp(ipaddr.IPv4.networkAddressFromCIDR(cidr).toString());
  return { first, size: 2 ** (32 - ipaddr.IPv4.parseCIDR(cidr)[1]) };
}
