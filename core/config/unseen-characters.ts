/** Characters that a config was pasted with and that nobody sees: they end a term, or make another name of one. */

import type { Finding } from "../problem.ts";
import { configPath } from "./path.ts";

/** By code point: what people call it, and what was meant. */
const UNSEEN: Readonly<Record<number, string>> = {
  160: "NO-BREAK SPACE",
  173: "SOFT HYPHEN",
  5760: "OGHAM SPACE MARK",
  8192: "EN QUAD",
  8193: "EM QUAD",
  8194: "EN SPACE",
  8195: "EM SPACE",
  8196: "THREE-PER-EM SPACE",
  8197: "FOUR-PER-EM SPACE",
  8198: "SIX-PER-EM SPACE",
  8199: "FIGURE SPACE",
  8200: "PUNCTUATION SPACE",
  8201: "THIN SPACE",
  8202: "HAIR SPACE",
  8203: "ZERO WIDTH SPACE",
  8204: "ZERO WIDTH NON-JOINER",
  8205: "ZERO WIDTH JOINER",
  8206: "LEFT-TO-RIGHT MARK",
  8207: "RIGHT-TO-LEFT MARK",
  8232: "LINE SEPARATOR",
  8233: "PARAGRAPH SEPARATOR",
  8234: "LEFT-TO-RIGHT EMBEDDING",
  8235: "RIGHT-TO-LEFT EMBEDDING",
  8236: "POP DIRECTIONAL FORMATTING",
  8237: "LEFT-TO-RIGHT OVERRIDE",
  8238: "RIGHT-TO-LEFT OVERRIDE",
  8239: "NARROW NO-BREAK SPACE",
  8287: "MEDIUM MATHEMATICAL SPACE",
  8288: "WORD JOINER",
  8294: "LEFT-TO-RIGHT ISOLATE",
  8295: "RIGHT-TO-LEFT ISOLATE",
  8296: "FIRST STRONG ISOLATE",
  8297: "POP DIRECTIONAL ISOLATE",
  12288: "IDEOGRAPHIC SPACE",
  65279: "ZERO WIDTH NO-BREAK SPACE",
};

/** What word processors make of quotes and hyphens. */
const TYPESET: Readonly<Record<number, [string, string]>> = {
  8208: ["HYPHEN", "-"],
  8209: ["NON-BREAKING HYPHEN", "-"],
  8210: ["FIGURE DASH", "-"],
  8211: ["EN DASH", "-"],
  8212: ["EM DASH", "-"],
  8216: ["LEFT SINGLE QUOTATION MARK", "'"],
  8217: ["RIGHT SINGLE QUOTATION MARK", "'"],
  8220: ["LEFT DOUBLE QUOTATION MARK", '"'],
  8221: ["RIGHT DOUBLE QUOTATION MARK", '"'],
  8722: ["MINUS SIGN", "-"],
};

/**
 * The first such character of each text and key of a config, with its place in it. The text itself is not
 * shown: it may be a key.
 */
export function unseenCharacters(values: Readonly<Record<string, unknown>>): Finding[] {
  return Object.entries(values).flatMap(([key, value]) => walk(value, [key], key === "tenant"));
}

function walk(value: unknown, path: readonly PropertyKey[], typeset: boolean): Finding[] {
  if (typeof value === "string") return fault(value, path, typeset, "");
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((inner, index) => walk(inner, [...path, index], typeset));
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, key];
    return [...fault(key, at, typeset, "the key "), ...walk(inner, at, typeset)];
  });
}

function fault(
  text: string,
  path: readonly PropertyKey[],
  typeset: boolean,
  what: string,
): Finding[] {
  // Nearly every text is plain ASCII, and a fleet has many.
  if (!/[\u00a0-\uffff]/.test(text)) return [];
  for (const [index, character] of [...text].entries()) {
    const code = character.codePointAt(0) ?? 0;
    const [name, meant] = typeset ? (TYPESET[code] ?? []) : [];
    const unseen = UNSEEN[code] ?? name;
    if (unseen === undefined) continue;
    const point = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    return [
      {
        code: "config-unseen-character",
        level: "error",
        path: configPath(path),
        message: `${what}holds ${point} ${unseen} at character ${index + 1}`,
        fix:
          meant === undefined
            ? "a plain blank there, or nothing: type it anew"
            : `${meant} there, typed on a keyboard`,
      },
    ];
  }
  return [];
}
