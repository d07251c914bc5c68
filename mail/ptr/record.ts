/** Reverse names: `in-addr.arpa` (RFC 1035 §3.5) and `ip6.arpa` (RFC 3596 §2.5). */
import ipaddr from "ipaddr.js";
import { error, type Finding, type Parsed, shown } from "../finding.ts";
import { isHostName, lintHostName, lintName } from "../names.ts";

/** A PTR record: the address and the host name that its reverse name points to. */
export interface Ptr {
  /** IPv4 or IPv6, in its canonical text. */
  address: string;
  host: string;
}

/** The reverse name of an address without the last dot, or undefined when it is no address. */
export function reverseName(address: string): string | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  const bytes = parsed.toByteArray();
  if (parsed.kind() === "ipv4") return `${bytes.toReversed().join(".")}.in-addr.arpa`;
  const nibbles = bytes.flatMap((byte) => [byte >> 4, byte & 15]).toReversed();
  return `${nibbles.map((nibble) => nibble.toString(16)).join(".")}.ip6.arpa`;
}

/** The address of a whole reverse name, in canonical text; undefined for a part of one or another name. */
export function addressOfReverseName(name: string): string | undefined {
  const lower = name.toLowerCase().replace(/\.$/, "");
  const v4 = /^((?:\d{1,3}\.){4})in-addr\.arpa$/.exec(lower)?.[1];
  if (v4 !== undefined) {
    const address = v4.slice(0, -1).split(".").toReversed().join(".");
    return parseAddress(address)?.toString();
  }
  const v6 = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(lower)?.[1];
  if (v6 === undefined) return undefined;
  const digits = v6.replaceAll(".", "").split("").toReversed().join("");
  return ipaddr.IPv6.parse((digits.match(/.{4}/g) ?? []).join(":")).toString();
}

/** Reads `7.100.51.198.in-addr.arpa. PTR tx1.mail.acme.example.`; TTL and class are skipped. */
export function parsePtr(text: string): Parsed<Ptr> {
  const rule = "RFC 1035 §3.5";
  const match = /^\s*(\S+)\s+(?:\d+\s+)?(?:IN\s+)?PTR\s+(\S+)\s*$/i.exec(text);
  const address = addressOfReverseName(match?.[1] ?? "");
  if (match === null || address === undefined) {
    const fix = "<reverse name> PTR <host name>";
    return { findings: [error("ptr-unreadable", rule, `${shown(text)} is not a PTR record`, fix)] };
  }
  const value = { address, host: (match[2] ?? "").toLowerCase().replace(/\.$/, "") };
  return { value, findings: lintPtr(value) };
}

/** A zone file line; an address that is none renders as it stands, and {@link lintPtr} says so. */
export function renderPtr(ptr: Ptr): string {
  return `${reverseName(ptr.address) ?? ptr.address}. PTR ${ptr.host}.`;
}

/** Faults: not an address, not a host name, a generic one. */
export function lintPtr(ptr: Ptr): Finding[] {
  const findings: Finding[] = [];
  if (parseAddress(ptr.address) === undefined) {
    const fix = "an IPv4 or IPv6 address";
    findings.push(
      error("ptr-address", "RFC 1035 §3.5", `${shown(ptr.address)} is not an address`, fix),
    );
  }
  if (!isHostName(ptr.host)) {
    const [first] = lintName(ptr.host);
    const why = first === undefined ? "has one label" : first.message;
    const fix = "a host name in lower-case A-labels";
    findings.push(
      error("ptr-host", "RFC 5321 §2.3.5", `the PTR names ${shown(ptr.host)}: ${why}`, fix),
    );
  }
  return [...findings, ...lintHostName(ptr.host, ptr.address)];
}

/** The canonical text of an address, or undefined. */
export function canonicalAddress(text: string): string | undefined {
  return parseAddress(text)?.toString();
}

/** Strict: four decimal parts without leading zeros, or IPv6 without a zone. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (/^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(text)) {
    return ipaddr.IPv4.isValid(text) ? ipaddr.IPv4.parse(text) : undefined;
  }
  if (!text.includes(":") || text.includes("%")) return undefined;
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}
