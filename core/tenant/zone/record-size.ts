/** Sizes of records before every value is known: what is not known yet counts at its longest. */
import { byteLength, wireLength } from "../../../mail/txt.ts";
import { type PlannedRecord, type Ref, renderData, renderOwner } from "../record.ts";

/** As long as {@link LONGEST_IP}, and no address: so addresses never merge into a network. */
const LONGEST_ADDRESS = "255.255.255.___";
const LONGEST_IP = "255.255.255.255";
/** The public key of RSA 4096, the longest in use, is 550 octets of DER, 736 of base64; the tags add a few. */
const LONGEST_KEY = `k=rsa; h=sha256; p=${"k".repeat(736)}`;

function longestStandIn(ref: Ref): string {
  return "address" in ref ? LONGEST_ADDRESS : LONGEST_KEY;
}

/**
 * The owner name at its longest: addresses in it with three digits each.
 * Of a reverse name, any: `in-addr.arpa` names cannot be too long.
 */
export function longestName(record: PlannedRecord): string {
  const { name } = record;
  if (typeof name !== "string" && name.below === undefined) return `${LONGEST_IP}.in-addr.arpa`;
  return renderOwner(record, () => LONGEST_IP);
}

/** RDLENGTH of the record at its longest (RFC 1035 §3.3). */
export function wireSize(record: PlannedRecord): number {
  const { data } = record;
  switch (data.type) {
    case "A":
      return 4;
    case "PTR":
      return nameSize(data.host);
    case "CNAME":
      return nameSize(data.target);
    case "MX":
      return 2 + nameSize(data.exchange);
    case "CAA":
      return 2 + data.tag.length + byteLength(data.value);
    case "TXT":
      return wireLength(renderData(record, longestStandIn));
  }
}

/** Each label with its length octet, and the root's. */
function nameSize(name: string): number {
  return name === "" ? 1 : name.length + 2;
}
