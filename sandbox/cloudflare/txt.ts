/** TXT content as the API takes and shows it, and the character-strings that DNS carries. */

/** Octets of one character-string (RFC 1035 §3.3). */
const LIMIT = 255;
const QUOTED = /"((?:[^"\\]|\\.)*)"/gs;
const ALL_QUOTED = /^(?:"(?:[^"\\]|\\.)*"\s*)+$/s;

/** The strings of a content: quoted ones, or the whole as one; undefined when quotes do not pair. */
export function txtStrings(content: string): Buffer[] | undefined {
  if (!content.startsWith('"')) return [Buffer.from(content)];
  if (!ALL_QUOTED.test(content)) return undefined;
  return [...content.matchAll(QUOTED)].map(([, inner = ""]) => octets(inner));
}

/**
 * The content as the API keeps it; undefined when quotes do not pair.
 *
 * "Strings exceeding this allowed maximum length are automatically split" (cloudflare-typescript,
 * `TXTRecord.content`): what makes raw comparison drift for ever. Anything else is kept to the letter.
 */
export function storedTxt(content: string): string | undefined {
  const strings = txtStrings(content);
  if (strings === undefined || strings.every(({ length }) => length <= LIMIT)) {
    return strings && content;
  }
  return strings.flatMap(split).map(quoted).join(" ");
}

function split(string: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(string.length / LIMIT));
  return Array.from({ length: count }, (_, index) =>
    string.subarray(index * LIMIT, (index + 1) * LIMIT),
  );
}

/** Of the presentation form (RFC 1035 §5.1): `\"`, `\\`, and `\DDD` for any octet. */
function octets(inner: string): Buffer {
  const parts = [...inner.matchAll(/\\(\d{3})|\\(.)|([^\\]+)/gs)];
  return Buffer.concat(
    parts.map(([, decimal, escaped, plain]) =>
      decimal === undefined ? Buffer.from(escaped ?? plain ?? "") : Buffer.from([Number(decimal)]),
    ),
  );
}

function quoted(string: Buffer): string {
  const text = Array.from(string, (octet) => {
    if (octet === 0x22 || octet === 0x5c) return `\\${String.fromCharCode(octet)}`;
    if (octet >= 0x20 && octet < 0x7f) return String.fromCharCode(octet);
    return `\\${String(octet).padStart(3, "0")}`;
  });
  return `"${text.join("")}"`;
}
