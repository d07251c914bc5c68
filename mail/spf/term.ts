/** The grammar of one term (RFC 7208 §12): a mechanism with its qualifier, or a modifier. */
import { quotedExcerpt } from "../finding.ts";
import { rfcSection, spfError } from "./finding.ts";
import { parseIp, parseIp4, parseIp6 } from "./ip.ts";
import { parseDomainSpec, parseMacroString } from "./macro.ts";
import type { SpfFinding, SpfQualifier, Term } from "./types.ts";

/** A term, or why there is none. */
export interface ReadTerm {
  term?: Term;
  findings: SpfFinding[];
}

const MODIFIER = /^([A-Za-z][A-Za-z0-9_.-]*)=(.*)$/;
const MECHANISM = /^([-+~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?![A-Za-z0-9_.=-])(.*)$/i;
const DUAL_CIDR = /(?:\/(\d+))?(?:\/\/(\d+))?$/;
const GLUED = /[A-Za-z0-9.}/]([-~?+]all)$/i;
const MECHANISMS = "all, include:, a, mx, ip4:, ip6: or exists:";

/** Reads one term, a text without spaces. `at` is its offset in the record. */
export function readTerm(text: string, at: number): ReadTerm {
  const stray = text.search(/[^\x21-\x7e]/);
  if (stray >= 0) {
    const code = text.codePointAt(stray) ?? 0;
    const message = `the character U+${code.toString(16).toUpperCase().padStart(4, "0")} in ${quotedExcerpt(text)}`;
    const fix = "printable ASCII only, terms apart by spaces";
    return { findings: [spfError("spf-charset", rfcSection("3.1"), message, fix, at + stray)] };
  }
  const read = readModifier(text, at) ?? readMechanism(text, at);
  if (read.findings.length === 0) return read;
  const glued = gluedAll(text);
  return glued === undefined ? read : { findings: [gluedFinding(text, glued, at)] };
}

/** The `~all` that hangs on a term for want of a space, as in `include:a.example~all`. */
export function gluedAll(text: string): string | undefined {
  return GLUED.exec(text)?.[1];
}

/** The error for {@link gluedAll}; `a.example-all` is even a valid name, so the grammar may not see it. */
export function gluedFinding(text: string, all: string, at: number): SpfFinding {
  const rest = text.slice(0, -all.length);
  const message = `${quotedExcerpt(text)}: ${all} hangs on the term before it`;
  return spfError(
    "spf-glued",
    rfcSection("4.6.1"),
    message,
    `${quotedExcerpt(`${rest} ${all}`)}, with a space`,
    at,
  );
}

function readModifier(text: string, at: number): ReadTerm | undefined {
  const match = MODIFIER.exec(text);
  if (match === null) return undefined;
  const [, name = "", value = ""] = match;
  const start = at + name.length + 1;
  const type = name.toLowerCase();
  if (type !== "redirect" && type !== "exp") {
    const { findings } = parseMacroString(value, "modifier", start);
    return findings.length > 0
      ? { findings }
      : { term: { type: "unknown", name, value }, findings };
  }
  const { findings } = parseDomainSpec(value, start);
  return findings.length > 0 ? { findings } : { term: { type, domain: value }, findings };
}

function readMechanism(text: string, at: number): ReadTerm {
  const match = MECHANISM.exec(text);
  if (match === null) {
    const message = `${quotedExcerpt(text)} is no mechanism and no modifier`;
    return {
      findings: [spfError("spf-mechanism", rfcSection("4.6.1"), message, likelySpelling(text), at)],
    };
  }
  const [, sign = "", name = "", rest = ""] = match;
  const qualifier = (sign === "" ? "+" : sign) as SpfQualifier;
  const start = at + sign.length + name.length;
  const type = name.toLowerCase();
  switch (type) {
    case "all":
      if (rest === "") return { term: { type, qualifier }, findings: [] };
      return argumentFault(text, "5.1", `${sign}all, with nothing behind it`, start);
    case "include":
    case "exists": {
      const rule = type === "include" ? "5.2" : "5.7";
      if (!rest.startsWith(":")) return argumentFault(text, rule, `${type}:<domain>`, start);
      const domain = rest.slice(1);
      const findings = domainFindings(type, domain, start + 1);
      return findings.length > 0 ? { findings } : { term: { type, qualifier, domain }, findings };
    }
    case "ptr": {
      if (rest === "") return { term: { type, qualifier }, findings: [] };
      if (!rest.startsWith(":")) return argumentFault(text, "5.5", "ptr or ptr:<domain>", start);
      const domain = rest.slice(1);
      const findings = domainFindings(type, domain, start + 1);
      return findings.length > 0 ? { findings } : { term: { type, qualifier, domain }, findings };
    }
    case "a":
    case "mx":
      return readAddressMechanism(type, qualifier, rest, start);
    default:
      return readNetworkMechanism(type === "ip4" ? "ip4" : "ip6", qualifier, rest, start);
  }
}

function readAddressMechanism(
  type: "a" | "mx",
  qualifier: SpfQualifier,
  rest: string,
  start: number,
): ReadTerm {
  const rule = type === "a" ? "5.3" : "5.4";
  const cidr = DUAL_CIDR.exec(rest);
  const end = cidr?.index ?? rest.length;
  const argument = rest.slice(0, end);
  const findings: SpfFinding[] = [];
  if (/\/\d*$/.test(argument) || (argument !== "" && !argument.startsWith(":"))) {
    return argumentFault(type + rest, rule, `${type}[:<domain>][/<IPv4>][//<IPv6>]`, start);
  }
  const prefix4 = readPrefix(cidr?.[1], 32, rule, start + end, findings);
  const prefix6 = readPrefix(cidr?.[2], 128, rule, start + end, findings);
  const domain = argument === "" ? undefined : argument.slice(1);
  if (domain !== undefined) findings.push(...domainFindings(type, domain, start + 1));
  if (findings.length > 0) return { findings };
  const term: Term = {
    type,
    qualifier,
    ...(domain === undefined ? {} : { domain }),
    ...(prefix4 === undefined ? {} : { prefix4 }),
    ...(prefix6 === undefined ? {} : { prefix6 }),
  };
  return { term, findings };
}

function readNetworkMechanism(
  type: "ip4" | "ip6",
  qualifier: SpfQualifier,
  rest: string,
  start: number,
): ReadTerm {
  if (!rest.startsWith(":")) return argumentFault(type + rest, "5.6", `${type}:<address>`, start);
  const slash = rest.indexOf("/");
  const end = slash < 0 ? rest.length : slash;
  const address = rest.slice(1, end);
  const findings: SpfFinding[] = [];
  const other = type === "ip4" ? parseIp6(address) : parseIp4(address);
  const ip = type === "ip4" ? parseIp4(address) : parseIp6(address);
  if (other !== undefined) {
    const right = type === "ip4" ? "ip6" : "ip4";
    const message = `${type}: with ${address}, an address of the other family`;
    findings.push(
      spfError("spf-family", rfcSection("5.6"), message, `${right}:${address}`, start + 1),
    );
  } else if (ip === undefined) {
    const message = `${quotedExcerpt(address)} is no address of ${type}:`;
    const fix = type === "ip4" ? "four numbers from 0 to 255, no zero in front" : "RFC 4291 §2.2";
    const plain = /^(.+):\d+$/.exec(address)?.[1] ?? "";
    const port = type === "ip4" && parseIp4(plain) ? `; without the port: ip4:${plain}` : "";
    findings.push(spfError(`spf-${type}`, rfcSection("5.6"), message, fix + port, start + 1));
  }
  const max = type === "ip4" ? 32 : 128;
  const written = slash < 0 ? undefined : rest.slice(slash + 1);
  const prefix = readPrefix(written, max, "5.6", start + end, findings);
  if (findings.length > 0) return { findings };
  return {
    term: { type, qualifier, address, ...(prefix === undefined ? {} : { prefix }) },
    findings,
  };
}

/** A prefix length without zeros in front; pushes a finding for any other. */
function readPrefix(
  text: string | undefined,
  max: number,
  rule: string,
  at: number,
  findings: SpfFinding[],
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^(?:0|[1-9]\d{0,2})$/.test(text) && value <= max) return value;
  const message = `${quotedExcerpt(`/${text}`)} is no prefix length`;
  const fix = `/0 to /${max}, no zero in front`;
  findings.push(spfError("spf-prefix", rfcSection(rule), message, fix, at));
  return undefined;
}

function domainFindings(type: string, domain: string, at: number): SpfFinding[] {
  const ip = parseIp(domain);
  if (ip !== undefined && type !== "ptr") {
    const fix = `${ip.kind() === "ipv4" ? "ip4" : "ip6"}:${domain}`;
    const message = `${type}: takes a name, not the address ${domain}`;
    return [spfError("spf-domain", rfcSection("7.1"), message, fix, at)];
  }
  return parseDomainSpec(domain, at).findings;
}

function argumentFault(text: string, rule: string, fix: string, at: number): ReadTerm {
  const message = `${quotedExcerpt(text)} has no readable argument`;
  return { findings: [spfError("spf-argument", rfcSection(rule), message, fix, at)] };
}

/** What was probably meant. */
function likelySpelling(text: string): string {
  const modifier = /^[-+~?]?(redirect|exp)[:=](.*)$/i.exec(text);
  if (modifier !== null) return `${modifier[1]?.toLowerCase()}=${modifier[2]}`;
  const misnamed = /^([-+~?]?)ip(?:v?([46])|addr)?[:=](.+)$/i.exec(text);
  const argument = misnamed?.[3] ?? text;
  const ip = parseIp(argument.split("/", 1)[0] ?? "");
  if (ip !== undefined) {
    return `${misnamed?.[1] ?? ""}${ip.kind() === "ipv4" ? "ip4" : "ip6"}:${argument}`;
  }
  if (text.includes(",") || text.includes(";")) return "terms apart by spaces, no commas";
  return `${MECHANISMS}, or <name>=<value>`;
}
