/** What Cloudflare accepts as a record, and how it changes what it accepts. */
import { isIPv4, isIPv6 } from "node:net";
import { isMap } from "../../core/maps.ts";
import { CloudflareError } from "./reply.ts";
import type { CloudflareRecord, CloudflareState, RecordContent, Zone } from "./state.ts";
import { storedTxt, txtStrings } from "./txt.ts";

const TYPES = ["A", "AAAA", "CNAME", "MX", "TXT", "CAA", "NS", "PTR", "SRV", "TLSA"];
const PROXIABLE = ["A", "AAAA", "CNAME"];
/** Bytes of wire data (cloudflare-docs#29286). */
const RECORD_LIMIT = 4_096;
const NAME_LIMIT = 8_192;

/** The fields of a create or edit request, already merged with what was there. */
export interface RecordRequest {
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
 * @throws CloudflareError. Seen in public reports: 9004 (hashicorp/terraform#11991), 9005, 9008
 *   (node-cloudflare#20), 9009 and 9100 (pulumi-cloudflare#1107), 9021. Which code answers for sizes,
 *   quotes and structured data is not known: they get the general 1004.
 */
export function validate(asked: RecordRequest, zone: Zone): Checked {
  const type = String(asked.type ?? "").toUpperCase();
  if (!TYPES.includes(type)) throw bad(9002, `DNS record type "${type}" is invalid.`);
  const ttl = asked.ttl === undefined ? 1 : Number(asked.ttl);
  if (!Number.isInteger(ttl) || (ttl !== 1 && (ttl < 60 || ttl > 86_400))) {
    throw bad(9021, "Invalid TTL. Must be between 60 and 86,400 seconds, or 1 for Automatic.");
  }
  const proxied = asked.proxied === true;
  if (proxied && !PROXIABLE.includes(type)) throw bad(9004, "This record type cannot be proxied.");
  const record: RecordContent = {
    name: nameIn(zone, asked.name),
    type,
    content: contentOf(type, asked),
    ttl: proxied ? 1 : ttl,
  };
  if (type === "MX") {
    if (asked.priority === undefined) throw bad(9100, "priority is a required field.");
    const priority = Number(asked.priority);
    if (!isWithin(priority, 65_535)) {
      throw bad(9008, "Invalid priority, priority must be set and be between 0 and 65535.");
    }
    record.priority = priority;
  }
  if (type in STRUCTURED && isMap(asked.data)) record.data = { ...asked.data };
  if (wireLength(record) > RECORD_LIMIT) {
    throw bad(1004, `Content of a ${type} record must be at most ${RECORD_LIMIT} bytes.`);
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

function contentOf(type: string, asked: RecordRequest): string {
  const shape = STRUCTURED[type];
  if (shape !== undefined) return structured(shape, asked.data);
  const content = String(asked.content ?? "");
  if (type === "A" && !isIPv4(content)) {
    throw bad(9005, "Content for A record must be a valid IPv4 address.");
  }
  if (type === "AAAA" && !isIPv6(content)) {
    throw bad(9006, "Content for AAAA record must be a valid IPv6 address.");
  }
  if (content === "") throw bad(9100, "content is a required field.");
  if (type === "TXT") {
    const kept = storedTxt(content);
    if (kept === undefined) throw bad(1004, "The quotes of the TXT content do not pair.");
    return kept;
  }
  if (type === "A" || type === "AAAA") return content;
  return hostOf(type, content);
}

function hostOf(type: string, content: string): string {
  // RFC 7505 §3: a null MX names the root.
  if (content === ".") return content;
  const host = content.toLowerCase().replace(/\.$/, "");
  const named = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(host);
  if (type === "MX" && (!named || isIPv4(host))) {
    throw bad(9009, "Change the content of your MX record to be a hostname.");
  }
  if (!named) throw bad(9007, `Content for ${type} record is invalid.`);
  return host;
}

/** The fields of `data` by type, in the order of the zone file form; `max` where they are numbers. */
const STRUCTURED: Readonly<Record<string, Readonly<Record<string, number | "text" | "quoted">>>> = {
  CAA: { flags: 255, tag: "text", value: "quoted" },
  SRV: { priority: 65_535, weight: 65_535, port: 65_535, target: "text" },
  TLSA: { usage: 255, selector: 255, matching_type: 255, certificate: "text" },
};

function structured(shape: Readonly<Record<string, number | string>>, data: unknown): string {
  if (!isMap(data)) throw bad(9100, "data is a required field.");
  const words = Object.entries(shape).map(([field, kind]) => {
    const value = data[field];
    if (value === undefined) throw bad(9100, `data.${field} is a required field.`);
    const fits = typeof kind === "number" ? isWithin(value, kind) : typeof value === "string";
    if (!fits || value === "") throw bad(1004, `data.${field} is invalid.`);
    return kind === "quoted" ? `"${value}"` : String(value);
  });
  return words.join(" ");
}

function isWithin(value: unknown, max: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
}

function wireLength(record: RecordContent): number {
  if (record.type !== "TXT") return Buffer.byteLength(record.content);
  const strings = txtStrings(record.content) ?? [];
  return strings.reduce((sum, { length }) => sum + length + 1, 0);
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
    throw bad(1004, `All ${record.type} records of one name must be at most ${NAME_LIMIT} bytes.`);
  }
}

function bad(code: number, message: string): CloudflareError {
  return new CloudflareError(400, code, message);
}
