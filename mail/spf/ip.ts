/**
 * Addresses by the strict grammar of RFC 7208 §5.6 and §12. `ipaddr.js` alone would also take
 * `0x7f.1`, `010.0.0.1` and `fe80::1%eth0`.
 */
import ipaddr, { type IPv4, type IPv6 } from "ipaddr.js";

export type Ip = IPv4 | IPv6;

const QNUM = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IP4 = new RegExp(`^${QNUM}(?:\\.${QNUM}){3}$`);
/** `INET6_ADDRSTRLEN` without the NUL; longer texts are not even looked at. */
const LENGTH_LIMIT = 45;
const IP6 = /^[0-9A-Fa-f:]*(?:[0-9A-Fa-f]|::)$/;

/** A dotted quad without leading zeros. */
export function parseIp4(text: string): IPv4 | undefined {
  return IP4.test(text) ? new ipaddr.IPv4(text.split(".").map(Number)) : undefined;
}

/** Any textual form of RFC 4291 §2.2, without a zone. */
export function parseIp6(text: string): IPv6 | undefined {
  if (text.length > LENGTH_LIMIT || !text.includes(":")) return undefined;
  const tail = /\d+\.[\d.]+$/.exec(text)?.[0];
  const hex = tail === undefined ? text : `${text.slice(0, -tail.length)}0:0`;
  if (tail !== undefined && !IP4.test(tail)) return undefined;
  if (!IP6.test(hex) || !ipaddr.IPv6.isValid(hex)) return undefined;
  const high = ipaddr.IPv6.parse(hex);
  const quad = tail === undefined ? undefined : parseIp4(tail);
  if (quad === undefined) return high;
  return ipaddr.IPv6.parse(hex.slice(0, -3) + quadAsHex(quad));
}

/** An address of either family; an IPv4-mapped one is IPv4 (RFC 7208 §5). */
export function parseIp(text: string): Ip | undefined {
  const ip6 = parseIp6(text);
  if (ip6?.isIPv4MappedAddress() === true) return ip6.toIPv4Address();
  return ip6 ?? parseIp4(text);
}

/** True for IPv4. */
export function isIp4(ip: Ip): ip is IPv4 {
  return ip.kind() === "ipv4";
}

/** True when both are of one family and share the first bits. */
export function inNetwork(ip: Ip, network: Ip, prefix: number): boolean {
  if (isIp4(ip)) return isIp4(network) && ip.match(network, prefix);
  return !isIp4(network) && ip.match(network, prefix);
}

/** The network's first address, as text. */
export function networkOf(ip: Ip, prefix: number): string {
  let left = prefix;
  const octets = ip.toByteArray().map((octet) => {
    const bits = Math.max(0, Math.min(8, left));
    left -= 8;
    return octet & (0xff << (8 - bits)) & 0xff;
  });
  return ipaddr.fromByteArray(octets).toString();
}

/** `%{i}` of an IPv6 address: 32 nibbles with dots (RFC 7208 §7.3), in capitals as the suite has them. */
export function nibbles(ip: IPv6): string {
  const hex = ip.toByteArray().map((octet) => octet.toString(16).padStart(2, "0"));
  return [...hex.join("").toUpperCase()].join(".");
}

function quadAsHex(quad: IPv4): string {
  const [a = 0, b = 0, c = 0, d = 0] = quad.octets;
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** A network: its first bits count. */
export interface Network {
  ip: Ip;
  prefix: number;
}

/** Reads `192.0.2.0/24` or one address. Host bits may be set. */
export function parseNetwork(text: string): Network | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const ip = parseIp6(address) ?? parseIp4(address);
  if (ip === undefined || rest.length > 0) return undefined;
  const whole = isIp4(ip) ? 32 : 128;
  if (length === undefined) return { ip, prefix: whole };
  const prefix = Number(length);
  return /^\d{1,3}$/.test(length) && prefix <= whole ? { ip, prefix } : undefined;
}

/** True when every address of the inner network is in the outer one. */
export function covers(outer: Network, inner: Network): boolean {
  return outer.prefix <= inner.prefix && inNetwork(inner.ip, outer.ip, outer.prefix);
}
