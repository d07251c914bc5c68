/** Faults of single terms that the grammar admits. */
import { quotedExcerpt } from "../finding.ts";
import { parseName } from "../names.ts";
import { rfcSection, spfError, spfWarning } from "./finding.ts";
import { covers, isIp4, type Network, networkOf, parseIp4, parseIp6 } from "./ip.ts";
import { hasMacro, parseMacroString, usesMacro } from "./macro.ts";
import { renderTerm } from "./render.ts";
import { gluedAll, gluedFinding } from "./term.ts";
import type { NetworkMechanism, PlacedTerm, SpfFinding, SpfQualifier, Term } from "./types.ts";

const MECHANISM_NAMES = ["all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"];
/** Below these a network is larger than a sender's own: 65,536 addresses, an IPv6 allocation. */
const WIDE = { ip4: 16, ip6: 32 } as const;

/** Judges one term. Addresses within a placeholder count as public. */
export function lintTerm({ term, at }: PlacedTerm, placeholders: readonly Network[]): SpfFinding[] {
  const glued = term.type === "unknown" ? undefined : gluedAll(renderTerm(term));
  if (glued !== undefined) return [gluedFinding(renderTerm(term), glued, at)];
  switch (term.type) {
    case "all":
      return lintAllMechanism(term.qualifier, at);
    case "ip4":
    case "ip6":
      return lintNetwork(term, at, placeholders);
    case "ptr": {
      const fix = "ip4: of the sending addresses";
      return [
        spfError(
          "spf-ptr",
          rfcSection("5.5"),
          "ptr is slow, and some receivers ignore it",
          fix,
          at,
        ),
      ];
    }
    case "unknown":
      return lintUnknown(term.name, term.value, at);
    case "a":
    case "mx":
      return [
        ...lintWidth(term.qualifier, "ip4", term.prefix4 ?? 32, renderTerm(term), at),
        ...lintWidth(term.qualifier, "ip6", term.prefix6 ?? 128, renderTerm(term), at),
        ...lintDomain(term, term.domain, at),
      ];
    default:
      return lintDomain(term, term.domain, at);
  }
}

function lintAllMechanism(qualifier: SpfQualifier, at: number): SpfFinding[] {
  const fix = "-all, or ~all while senders are still being found";
  if (qualifier === "+") {
    return [spfError("spf-pass-all", rfcSection("5.1"), "+all lets everybody send", fix, at)];
  }
  if (qualifier !== "?") return [];
  return [
    spfError("spf-neutral-all", rfcSection("5.1"), "?all says nothing about anybody", fix, at),
  ];
}

function lintNetwork(
  term: NetworkMechanism,
  at: number,
  placeholders: readonly Network[],
): SpfFinding[] {
  const ip = term.type === "ip4" ? parseIp4(term.address) : parseIp6(term.address);
  if (ip === undefined) return [];
  const prefix = term.prefix ?? (term.type === "ip4" ? 32 : 128);
  const findings = lintWidth(term.qualifier, term.type, prefix, renderTerm(term), at);
  const first = networkOf(ip, prefix);
  if (first !== ip.toString()) {
    const message = `${term.address}/${prefix} has bits set beyond its prefix`;
    const fix = `${term.type}:${first}/${prefix}, or the one address`;
    findings.push(spfWarning("spf-host-bits", rfcSection("5.6"), message, fix, at));
  }
  if (!isIp4(ip) && ip.isIPv4MappedAddress()) {
    const message = "an IPv4-mapped address matches nobody: such clients count as IPv4";
    const fix = `ip4:${ip.toIPv4Address().toString()}`;
    return [...findings, spfError("spf-family", rfcSection("5"), message, fix, at)];
  }
  if (prefix === 0 || placeholders.some((known) => covers(known, { ip, prefix }))) return findings;
  const range = ip.range();
  if (range !== "unicast") {
    const message = `${renderTerm(term)} is no public address (${range})`;
    const rule = term.type === "ip4" ? "RFC 6890 §2.2.2" : "RFC 6890 §2.2.3";
    const fix = "the address that receivers see: the public one";
    findings.push(spfError("spf-not-public", rule, message, fix, at));
  }
  return findings;
}

function lintWidth(
  qualifier: SpfQualifier,
  family: "ip4" | "ip6",
  prefix: number,
  text: string,
  at: number,
): SpfFinding[] {
  if (qualifier !== "+" || prefix >= WIDE[family]) return [];
  const fix = "the networks that send, no larger";
  if (prefix === 0) {
    const message = `${text} lets everybody send, as +all does`;
    return [spfError("spf-pass-all", rfcSection("5.1"), message, fix, at)];
  }
  const count = `2^${(family === "ip4" ? 32 : 128) - prefix}`;
  return [
    spfWarning("spf-wide", rfcSection("5.6"), `${text} lets ${count} addresses send`, fix, at),
  ];
}

function lintDomain(term: Term, domain: string | undefined, at: number): SpfFinding[] {
  if (domain === undefined) return [];
  const findings: SpfFinding[] = [];
  const { parts } = parseMacroString(domain, "domain");
  // Any label will do for a macro: what it expands to is not known here.
  const name = parts.map((part) => (typeof part === "string" ? part : "x")).join("");
  for (const { rule, message, fix } of parseName(name, { underscores: true }).findings) {
    findings.push(spfError("spf-name", rule, `${renderTerm(term)}: ${message}`, fix, at));
  }
  if (usesMacro(parts, "p")) {
    const message = "%{p} is slow and depends on the client's own names";
    findings.push(
      spfError("spf-ptr", rfcSection("7.2"), message, "%{i}, the client's address", at),
    );
  }
  if (term.type === "exists" && !hasMacro(domain)) {
    const message = `${renderTerm(term)} is the same for every client: all match, or none`;
    const fix = "a macro in it, such as exists:%{i}._spf.example.com";
    findings.push(spfWarning("spf-constant-exists", rfcSection("5.7"), message, fix, at));
  }
  return findings;
}

function lintUnknown(name: string, value: string, at: number): SpfFinding[] {
  const text = quotedExcerpt(`${name}=${value}`);
  const lower = name.toLowerCase();
  if (lower === "v") {
    const fix = "one v=spf1, in front; the terms of both behind it";
    return [
      spfError("spf-second-version", rfcSection("4.5"), `${text} begins a second record`, fix, at),
    ];
  }
  if (MECHANISM_NAMES.includes(lower)) {
    const message = `${text} is an unknown modifier, which receivers ignore`;
    return [
      spfError("spf-mechanism-as-modifier", rfcSection("4.6.1"), message, `${lower}:${value}`, at),
    ];
  }
  const message = `the modifier ${text} is unknown: receivers ignore it`;
  return [spfWarning("spf-unknown-modifier", rfcSection("6"), message, "remove it", at)];
}
