/** Macros (RFC 7208 §7): reading macro-strings and domain-specs, and expanding them. */
import { rfcSection, spfError } from "./finding.ts";
import { type Ip, isIp4, nibbles } from "./ip.ts";
import type { SpfFinding } from "./types.ts";

/** A piece of a macro-string: text as it stands, or a macro to expand. */
export type MacroPart = string | Macro;

export interface Macro {
  /** In lower case. */
  letter: MacroLetter;
  /** A capital letter: the expansion is URL-escaped (§7.3). */
  escape: boolean;
  /** How many right-hand parts to keep. @default all */
  keep?: number;
  reverse: boolean;
  /** Characters that separate parts. @default "." */
  delimiters: string;
}

export type MacroLetter = "s" | "l" | "o" | "d" | "i" | "p" | "h" | "c" | "r" | "t" | "v";

/** The parts that came of a text, and what is wrong with it. */
export interface ParsedMacro {
  parts: MacroPart[];
  findings: SpfFinding[];
}

/** What macros stand for (§7.2). */
export interface MacroContext {
  localPart: string;
  senderDomain: string;
  /** The domain whose record is evaluated: `%{d}`. */
  domain: string;
  ip: Ip;
  helo: string;
  /** `%{p}`. @default "unknown" */
  validatedName?: string;
  /** `%{r}`. @default "unknown" */
  receiver?: string;
  /** `%{t}`: seconds since 1970. @default 0 */
  time?: number;
}

/** Where a macro-string stands: `c`, `r` and `t` belong in explanations only (§7.2). */
export type MacroPlace = "domain" | "explanation" | "modifier";

const ESCAPES: Readonly<Record<string, string>> = { "%": "%", _: " ", "-": "%20" };
const LITERAL = /[^%]+/y;
const EXPAND = /%\{([slodiphcrtv])(\d*)(r?)([-.+,/_=]*)\}/iy;
/** The RFC's two alternatives come to this, and this takes linear time: a label that is not digits only. */
const TOP_LABEL = /^(?!\d+$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;

/** Reads a macro-string (§7.1). `at` is the text's offset in the record. */
export function parseMacroString(text: string, place: MacroPlace, at = 0): ParsedMacro {
  const parts: MacroPart[] = [];
  const findings: SpfFinding[] = [];
  const forbidden = place === "explanation" ? /[^\x20-\x7e]/ : /[^\x21-\x7e]/;
  const stray = text.search(forbidden);
  if (stray >= 0) {
    const fix = `printable ASCII${place === "explanation" ? "" : " without spaces"}`;
    const message = `a character that may not stand in ${placeNoun(place)}`;
    findings.push(spfError("spf-charset", rfcSection("7.1"), message, fix, at + stray));
  }
  let offset = 0;
  while (offset < text.length) {
    const [part, end] = nextPart(text, offset);
    if (part === undefined) {
      const fix = "%{letter}, with s l o d i p h v for the letter, or %% %_ %-";
      findings.push(
        spfError("spf-macro", rfcSection("7.1"), "a % that starts no macro", fix, at + offset),
      );
    } else if (typeof part !== "string") {
      findings.push(...lintMacro(part, place, at + offset));
    }
    parts.push(part ?? text.slice(offset, end));
    offset = end;
  }
  return { parts, findings };
}

/** Reads a domain-spec: a macro-string that ends in `.toplabel` or in a macro (§7.1). */
export function parseDomainSpec(text: string, at = 0): ParsedMacro {
  const parsed = parseMacroString(text, "domain", at);
  if (parsed.findings.length > 0) return parsed;
  const last = text.endsWith(".") ? text.slice(0, -1) : text;
  const dot = last.lastIndexOf(".");
  const top = last.slice(dot + 1);
  const ends = endsInMacro(text) || (dot >= 0 && TOP_LABEL.test(top));
  if (!ends) {
    const message = text === "" ? "the domain is empty" : "the domain does not end in a top label";
    const fix = "a name with at least two labels, the last of letters, digits and inner hyphens";
    parsed.findings.push(spfError("spf-domain", rfcSection("7.1"), message, fix, at));
  }
  return parsed;
}

/** True when one of the parts is this macro. */
export function usesMacro(parts: readonly MacroPart[], letter: MacroLetter): boolean {
  return parts.some((part) => typeof part !== "string" && part.letter === letter);
}

/** True when the text holds anything to expand. */
export function hasMacro(text: string): boolean {
  return text.includes("%");
}

/** The text that the parts stand for (§7.3). */
export function expandMacro(parts: readonly MacroPart[], context: MacroContext): string {
  return parts.map((part) => (typeof part === "string" ? part : expandOne(part, context))).join("");
}

/** An expansion as a name to ask for: at most 253 characters, labels cut from the left (§7.3). */
export function asQueryName(expanded: string): string {
  let name = expanded.endsWith(".") ? expanded.slice(0, -1) : expanded;
  while (name.length > 253) {
    const dot = name.indexOf(".");
    if (dot < 0) break;
    name = name.slice(dot + 1);
  }
  return name;
}

function nextPart(text: string, offset: number): [MacroPart | undefined, number] {
  if (text[offset] !== "%") {
    LITERAL.lastIndex = offset;
    const literal = LITERAL.exec(text)?.[0] ?? "";
    return [literal, offset + literal.length];
  }
  const escaped = ESCAPES[text[offset + 1] ?? ""];
  if (escaped !== undefined) return [escaped, offset + 2];
  EXPAND.lastIndex = offset;
  const match = EXPAND.exec(text);
  if (match === null) return [undefined, offset + 1];
  const [all, letter = "", digits = "", reverse = "", delimiters = ""] = match;
  const macro: Macro = {
    letter: letter.toLowerCase() as MacroLetter,
    escape: letter !== letter.toLowerCase(),
    ...(digits === "" ? {} : { keep: Number(digits) }),
    reverse: reverse !== "",
    delimiters: delimiters === "" ? "." : delimiters,
  };
  return [macro, offset + all.length];
}

function lintMacro(macro: Macro, place: MacroPlace, at: number): SpfFinding[] {
  const findings: SpfFinding[] = [];
  if (macro.keep === 0) {
    const fix = "a number of parts from 1";
    findings.push(spfError("spf-macro", rfcSection("7.3"), "a macro that keeps 0 parts", fix, at));
  }
  if (place === "domain" && ["c", "r", "t"].includes(macro.letter)) {
    const message = `%{${macro.letter}} stands outside an explanation`;
    findings.push(spfError("spf-macro", rfcSection("7.2"), message, "s l o d i p h v", at));
  }
  return findings;
}

/** True when the last token is a macro, `%%`, `%_` or `%-`; counting keeps `%%_` apart from `%_`. */
function endsInMacro(text: string): boolean {
  let offset = 0;
  let macro = false;
  while (offset < text.length) {
    macro = text[offset] === "%";
    offset = nextPart(text, offset)[1];
  }
  return macro;
}

function expandOne(macro: Macro, context: MacroContext): string {
  const separators = new Set(macro.delimiters);
  const parts: string[] = [""];
  for (const character of expansionOf(macro.letter, context)) {
    if (separators.has(character)) parts.push("");
    else parts.push((parts.pop() ?? "") + character);
  }
  const labels = macro.reverse ? parts.toReversed() : parts;
  const text = (macro.keep === undefined ? labels : labels.slice(-macro.keep)).join(".");
  return macro.escape ? urlEscape(text) : text;
}

function expansionOf(letter: MacroLetter, context: MacroContext): string {
  switch (letter) {
    case "s":
      return `${context.localPart}@${context.senderDomain}`;
    case "l":
      return context.localPart;
    case "o":
      return context.senderDomain;
    case "d":
      return context.domain;
    case "i":
      return isIp4(context.ip) ? context.ip.toString() : nibbles(context.ip);
    case "p":
      return context.validatedName ?? "unknown";
    case "h":
      return context.helo;
    case "c":
      return context.ip.toString();
    case "r":
      return context.receiver ?? "unknown";
    case "t":
      return String(context.time ?? 0);
    case "v":
      return isIp4(context.ip) ? "in-addr" : "ip6";
  }
}

/** Escapes all but the unreserved characters of RFC 3986 §2.3; `encodeURIComponent` spares `!'()*`. */
function urlEscape(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function placeNoun(place: MacroPlace): string {
  return place === "explanation" ? "an explanation" : `a ${place}`;
}
