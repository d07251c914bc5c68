/** What Cloudflare accepts as a record, and how it changes what it accepts. */
import { isIPv4, isIPv6 } from "node:net";
import { CloudflareError } from "./reply.ts";
import type { CloudflareRecord, CloudflareState, RecordContent, Zone } from "./state.ts";

const TYPES = ["A", "AAAA", "CNAME", "MX", "TXT", "CAA", "NS", "PTR", "SRV", "TLSA"];
const PROXIABLE = ["A", "AAAA", "CNAME"];
/** Bytes of wire data (cloudflare-docs#29286). */
const RECORD_LIMIT = 4_096;
const NAME_LIMIT = 8_192;

/** The fields of a create or edit request, already merged with what was there. */
export interface Asked {
  name?: unknown;
  type?: unknown;
  content?: unknown;
  ttl?: unknown;
  priority?: unknown;
  proxied?: unknown;
  comment?: unknown;
  tags?: unknown;
  data?: unknown;
}

type Checked = Omit<CloudflareRecord, "id" | "zoneId" | "createdOn" | "modifiedOn">;

/**
 * Checks one record as the API does.
 *
 * @throws CloudflareError. The codes of the faults that cloud-facts do not name are Cloudflare's as
 *   seen in public reports; their exact words are unconfirmed.
 */
export function validate(asked: Asked, zone: Zone): Checked {
  const type = String(asked.type ?? "").toUpperCase();
  if (!TYPES.includes(type)) throw bad(9004, `DNS record type "${type}" is invalid.`);
  const ttl = asked.ttl === undefined ? 1 : Number(asked.ttl);
  if (!Number.isInteger(ttl) || (ttl !== 1 && (ttl < 60 || ttl > 86_400))) {
    throw bad(9021, "Invalid TTL. Must be between 60 and 86,400 seconds, or 1 for Automatic.");
  }
  const proxied = asked.proxied === true;
  if (proxied && !PROXIABLE.includes(type)) throw bad(9003, "This record type cannot be proxied.");
  const record: RecordContent = {
    name: nameIn(zone, asked.name),
    type,
    content: contentOf(type, asked),
    ttl: proxied ? 1 : ttl,
  };
  if (type === "MX") {
    const priority = Number(asked.priority);
    if (asked.priority === undefined || !Number.isInteger(priority) || priority > 65_535) {
      throw bad(9101, "priority is a required field and must be between 0 and 65535.");
    }
    record.priority = priority;
  }
  if (typeof asked.data === "object" && asked.data !== null) record.data = { ...asked.data };
  if (wireLength(record) > RECORD_LIMIT) {
    throw bad(9041, `Content of a ${type} record must be at most ${RECORD_LIMIT} bytes.`);
  }
  return {
    ...record,
    proxied,
    comment: typeof asked.comment === "string" && asked.comment !== "" ? asked.comment : null,
    tags: Array.isArray(asked.tags) ? asked.tags.map(String) : [],
  };
}

/** Names come in any case, relative to the zone, as `@` or with a trailing dot; they are kept as FQDN. */
function nameIn(zone: Zone, asked: unknown): string {
  const name = String(asked ?? "")
    .toLowerCase()
    .replace(/\.$/, "");
  if (name === "") throw bad(9000, "DNS name is invalid.");
  const full =
    name === "@" || name === zone.name
      ? zone.name
      : name.endsWith(`.${zone.name}`)
        ? name
        : `${name}.${zone.name}`;
  const labels = full.split(".");
  if (full.length > 253 || !labels.every((label) => /^(\*|[a-z0-9_-]{1,63})$/.test(label))) {
    throw bad(9000, "DNS name is invalid.");
  }
  return full;
}

function contentOf(type: string, asked: Asked): string {
  const content = String(asked.content ?? "");
  if (type === "CAA" || type === "SRV" || type === "TLSA") {
    const data = asked.data;
    if (typeof data !== "object" || data === null) throw bad(9002, `${type} needs data.`);
    return Object.values(data).map(String).join(" ");
  }
  if (content === "") throw bad(9002, `Content for ${type} record is missing.`);
  if (type === "A" && !isIPv4(content)) {
    throw bad(9005, "Content for A record must be a valid IPv4 address.");
  }
  if (type === "AAAA" && !isIPv6(content)) {
    throw bad(9006, "Content for AAAA record must be a valid IPv6 address.");
  }
  if (type === "TXT") return rechunk(content);
  if (type === "A" || type === "AAAA") return content;
  const host = content.toLowerCase().replace(/\.$/, "");
  if (!/^[a-z0-9_.-]+$/.test(host) && host !== "") {
    throw bad(9007, `Content for ${type} record is invalid.`);
  }
  return content === "." ? "." : host;
}

/** Unquoted text over 255 bytes comes back in quoted chunks: what makes raw comparison drift for ever. */
function rechunk(content: string): string {
  if (content.startsWith('"') || Buffer.byteLength(content) <= 255) return content;
  const bytes = Buffer.from(content);
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += 255) {
    chunks.push(`"${bytes.subarray(at, at + 255).toString("utf8")}"`);
  }
  return chunks.join(" ");
}

/** The strings of a TXT record, as DNS carries them. */
export function txtStrings(content: string): string[] {
  const quoted = [...content.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, inner = ""]) =>
    inner.replace(/\\(.)/gs, "$1"),
  );
  return quoted.length > 0 ? quoted : [content];
}

function wireLength(record: RecordContent): number {
  if (record.type !== "TXT") return Buffer.byteLength(record.content);
  return txtStrings(record.content).reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
}

/**
 * Conflicts with what is there. `except` is the record being edited.
 *
 * Public reports show both 81057 and 81058 for records that exist; which one Cloudflare picks is not
 * documented. Here 81058 answers a create and 81057 an edit.
 */
export function checkConflicts(
  state: CloudflareState,
  zoneId: string,
  record: RecordContent,
  except?: string,
): void {
  const others = Object.values(state.records).filter(
    (other) => other.zoneId === zoneId && other.name === record.name && other.id !== except,
  );
  const identical = others.some(
    (other) =>
      other.type === record.type &&
      other.content === record.content &&
      other.priority === record.priority,
  );
  if (identical && except === undefined) {
    throw bad(81058, "An identical record already exists.");
  }
  if (identical) throw bad(81057, "The record already exists.");
  const hosts = others.filter((other) => PROXIABLE.includes(other.type));
  if (record.type === "CNAME" && hosts.length > 0) {
    throw bad(81053, "An A, AAAA, or CNAME record with that host already exists.");
  }
  if (record.type === "CNAME" && others.length > 0) {
    throw bad(81056, "A record with that host already exists.");
  }
  if (others.some((other) => other.type === "CNAME")) {
    const host = PROXIABLE.includes(record.type);
    throw host
      ? bad(81053, "An A, AAAA, or CNAME record with that host already exists.")
      : bad(81054, "A CNAME record with that host already exists.");
  }
  const same = others.filter((other) => other.type === record.type);
  const bytes = [...same, record].reduce((sum, other) => sum + wireLength(other), 0);
  if (bytes > NAME_LIMIT) {
    throw bad(9042, `All ${record.type} records of one name must be at most ${NAME_LIMIT} bytes.`);
  }
}

function bad(code: number, message: string): CloudflareError {
  return new CloudflareError(400, code, message);
}
