/** DNS records as plain data, with typed references for what is unknown before deployment. */

/** Stands for the IPv4 of an address until it is allocated. */
export interface AddressRef {
  /** The address's key in the config. */
  address: string;
}

/** Text with references in it: `["v=spf1 ip4:", { address: "tx1" }, " -all"]`. */
export type Text = readonly (string | AddressRef)[];

/** Who publishes a record. */
export type Publisher =
  | { by: "cloudflare"; zone: string; zoneId: string }
  /** The customer publishes; we print and check. */
  | { by: "external"; zone: string }
  /** EC2 serves the reverse zone of its Elastic IPs. */
  | { by: "aws" };

/** What a record holds, by type. */
export type RecordData =
  | { type: "A"; address: AddressRef }
  | { type: "PTR"; host: string }
  | { type: "MX"; preference: number; exchange: string }
  | { type: "TXT"; text: Text };

/** A record that we want. */
export interface PlannedRecord {
  /**
   * Its identity: from config keys and its purpose, never from a value, so that no edit replaces it.
   * Unique within the plan; becomes the last part of the resource's name.
   */
  key: string;
  /** Lower-case FQDN without a trailing dot; of a PTR, the address whose reverse name it is. */
  name: string | AddressRef;
  data: RecordData;
  /** Seconds. */
  ttl: number;
  publisher: Publisher;
  /** Why it is there, for the zone file's comment. */
  why: string;
  /** The config that asks for it. */
  path: string;
}

/** Builds a {@link Text}: text`v=spf1 ip4:${ref} -all`. */
export function text(
  strings: TemplateStringsArray,
  ...parts: (string | AddressRef | Text)[]
): Text {
  const out: (string | AddressRef)[] = [];
  const push = (part: string | AddressRef) => {
    const last = out.at(-1);
    if (typeof part === "string" && typeof last === "string") out[out.length - 1] = last + part;
    else if (part !== "") out.push(part);
  };
  strings.forEach((string, index) => {
    push(string);
    const part = parts[index];
    if (typeof part === "string") push(part);
    else if (part !== undefined) for (const piece of "address" in part ? [part] : part) push(piece);
  });
  return out;
}

/** Replaces the references of a text; `resolve` is asked once for each. */
export function renderText(value: Text, resolve: (address: string) => string): string {
  return value.map((part) => (typeof part === "string" ? part : resolve(part.address))).join("");
}

/** The keys of the addresses that a record's value needs, without repeats. */
export function referencesOf(record: PlannedRecord): string[] {
  const { data } = record;
  if (data.type === "A") return [data.address.address];
  if (data.type !== "TXT") return [];
  return [
    ...new Set(data.text.flatMap((part) => (typeof part === "string" ? [] : [part.address]))),
  ];
}

/**
 * The value of a record in zone file form, without name, TTL and type.
 * TXT is left as one string; chunking is the publisher's matter.
 */
export function renderData(record: PlannedRecord, resolve: (address: string) => string): string {
  const { data } = record;
  switch (data.type) {
    case "A":
      return resolve(data.address.address);
    case "PTR":
      return `${data.host}.`;
    case "MX":
      return `${data.preference} ${data.exchange}.`;
    case "TXT":
      return renderText(data.text, resolve);
  }
}
