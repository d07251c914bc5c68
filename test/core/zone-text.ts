/**
 * A strict reader of zone text, for tests: RFC 1035 §5.1 as far as the plan writes it, by code of its
 * own. Absolute names, one record a line, comments on lines of their own.
 */

/** A record as it stands in zone text. */
export interface ZoneRecord {
  /** Without the last dot. */
  owner: string;
  /** Absent where the text has none. */
  ttl?: number;
  type: string;
  /** Names without the last dot; of a TXT, its strings as octets. */
  data: string[] | Uint8Array[];
}

/**
 * Reads zone text; comments are passed over.
 *
 * @throws Error for a line that is no record of the six types that a plan holds
 */
export function readZone(text: string): ZoneRecord[] {
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line does not end");
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(";"))
    .map(readLine);
}

function readLine(line: string): ZoneRecord {
  const match = /^(\S+)\. (?:(\d+) )?IN ([A-Z]+) (.+)$/.exec(line);
  if (match === null) throw new Error(`not a record: ${line}`);
  const [, owner = "", ttl, type = "", value = ""] = match;
  const data = readData(type, value);
  return ttl === undefined ? { owner, type, data } : { owner, ttl: Number(ttl), type, data };
}

function readData(type: string, value: string): ZoneRecord["data"] {
  const parts = (pattern: RegExp) => {
    const match = pattern.exec(value);
    if (match === null) throw new Error(`not the data of ${type}: ${value}`);
    return match.slice(1);
  };
  switch (type) {
    case "A":
      return parts(/^((?:\d{1,3}\.){3}\d{1,3})$/);
    case "PTR":
    case "CNAME":
      return parts(/^(\S+)\.$/);
    case "MX":
      return parts(/^(\d{1,5}) (\S*)\.$/);
    case "CAA": {
      const [flags = "", tag = "", string = ""] = parts(
        /^(\d{1,3}) ([a-z0-9]+) ("(?:[^"\\]|\\.)*")$/,
      );
      const [only] = readStrings(string);
      return [flags, tag, new TextDecoder("utf-8", { ignoreBOM: true }).decode(only)];
    }
    case "TXT":
      return readStrings(value);
    default:
      throw new Error(`no type of a plan: ${type}`);
  }
}

/** Quoted strings with one space between. Nothing but printable ASCII stands in a zone file. */
function readStrings(text: string): Uint8Array[] {
  if (!/^[\x20-\x7e]+$/.test(text)) throw new Error(`not printable ASCII: ${text}`);
  const strings: Uint8Array[] = [];
  let at = 0;
  while (at < text.length) {
    if (strings.length > 0 && text.charAt(at++) !== " ")
      throw new Error(`no space at ${at}: ${text}`);
    const quoted = /^"((?:[^"\\]|\\\d{3}|\\[^\d])*)"/.exec(text.slice(at))?.[0];
    if (quoted === undefined) throw new Error(`no string at ${at}: ${text}`);
    strings.push(readOctets(quoted.slice(1, -1)));
    at += quoted.length;
  }
  return strings;
}

function readOctets(text: string): Uint8Array {
  const octets: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text.charAt(at) !== "\\") octets.push(text.charCodeAt(at));
    else if (/^\d{3}$/.test(text.slice(at + 1, at + 4))) {
      const octet = Number(text.slice(at + 1, at + 4));
      if (octet > 255) throw new Error(`no octet: ${octet}`);
      octets.push(octet);
      at += 3;
    } else octets.push(text.charCodeAt(++at));
  }
  return Uint8Array.from(octets);
}
