/** TXT values: strings of at most 255 octets (RFC 1035 §3.3), and their presentation form (§5.1). */

const LIMIT = 255;
const ENCODER = new TextEncoder();

/**
 * Splits a value into strings of at most 255 octets of UTF-8; a character is never split.
 * An empty value is one empty string: a TXT record holds at least one.
 */
export function chunkTxt(value: string): string[] {
  const chunks: string[] = [];
  let chunk = "";
  let size = 0;
  for (const character of value.toWellFormed()) {
    const bytes = ENCODER.encode(character).length;
    if (size + bytes > LIMIT) {
      chunks.push(chunk);
      chunk = "";
      size = 0;
    }
    chunk += character;
    size += bytes;
  }
  chunks.push(chunk);
  return chunks;
}

/** `"…" "…"`: quoted strings with one space between, quotes and backslashes escaped. */
export function quoteTxt(value: string): string {
  return chunkTxt(value)
    .map((chunk) => `"${chunk.replace(/["\\]/g, "\\$&")}"`)
    .join(" ");
}

/** The value of a presentation form, strings joined without a space (RFC 7208 §3.3). */
export function unquoteTxt(text: string): string {
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map((match) => match[1] ?? "");
  const raw = strings.length === 0 ? [text] : strings;
  return raw
    .join("")
    .replace(/\\(\d{3}|.)/gs, (_, escaped: string) =>
      escaped.length === 3 ? String.fromCharCode(Number(escaped)) : escaped,
    );
}
