/** Networks of one's own addresses: as few as possible, and not one address more. */
import { parseIp4 } from "./ip.ts";

/**
 * The fewest IPv4 networks that hold exactly these addresses, in ascending order; one address stands
 * without `/32`. Addresses may repeat and come in any order.
 *
 * @throws RangeError for a text that is no dotted quad
 * @example
 * coverIp4(["192.0.2.4", "192.0.2.5", "192.0.2.9"]) // ["192.0.2.4/31", "192.0.2.9"]
 */
export function coverIp4(addresses: readonly string[]): string[] {
  const numbers = [...new Set(addresses.map(toNumber))].sort((a, b) => a - b);
  const networks: string[] = [];
  let index = 0;
  while (index < numbers.length) {
    const start = numbers[index] ?? 0;
    let size = 1;
    // A network of twice the size must begin at a multiple of it, and all of it must be ours.
    while (start % (size * 2) === 0 && numbers[index + size * 2 - 1] === start + size * 2 - 1) {
      size *= 2;
    }
    networks.push(size === 1 ? toText(start) : `${toText(start)}/${32 - Math.log2(size)}`);
    index += size;
  }
  return networks;
}

function toNumber(address: string): number {
  const ip = parseIp4(address);
  if (ip === undefined) throw new RangeError(`${JSON.stringify(address)} is no IPv4 address`);
  return ip.octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function toText(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
