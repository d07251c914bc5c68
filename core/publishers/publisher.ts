/** What a plan must know of whoever serves a zone: names, limits and habits, each in the provider's own file. */

/** What a zone takes as TTL, in seconds. */
export interface TtlLimits {
  /** The TTL that stands for "as the provider likes", where it has one. */
  automatic?: number;
  min: number;
  max: number;
}

/** Whether a TTL is within limits. */
export function takesTtl({ automatic, min, max }: TtlLimits, ttl: number): boolean {
  return ttl === automatic || (ttl >= min && ttl <= max);
}

/** `1 (automatic) or 60 to 86400 seconds`. */
export function ttlText({ automatic, min, max }: TtlLimits): string {
  return `${automatic === undefined ? "" : `${automatic} (automatic) or `}${min} to ${max} seconds`;
}

/** What a zone takes as size, in bytes of wire data. */
export interface SizeLimits {
  record: number;
  /** All records of one name and type together. Absent: not limited. */
  set?: number;
  /** The rule of these limits. */
  rule: string;
}

/** How many records a zone holds. */
export interface RecordQuota {
  /** What is counted against where the operator does not say. */
  records: number;
  /** Where that number is from, and what else there is. */
  meaning: string;
  /** The config that says it. */
  form: string;
  /** The rule of this limit. */
  rule: string;
}

/**
 * One kind of publisher. All of it is plain data and pure functions; what talks to a provider is a component's or
 * a client's.
 */
export interface PublisherKind<P extends { by: string }> {
  /** As plans, outputs and findings have it. */
  by: P["by"];
  /** As people call it: `Cloudflare`. */
  title: string;
  /** Whose hands publish: ours, by the provider's API; the customer's; or nobody's, as for reverse names. */
  hands: "ours" | "customer's" | "none";
  /** The heading of its records, by zone. */
  heading(zone: string): string;
  /** The config of `sendips:zones` that names it, as a person writes it; absent where no config does. */
  form?: string;
  /** The publisher of a zone by that config; undefined where it names another. */
  fromConfig?(zone: string, config: unknown): P | undefined;
  /** Absent where any TTL will do. */
  ttl?: TtlLimits;
  /** True where it keeps a TTL of its own, whatever is asked for. */
  ownTtl?: true;
  /** Absent where nothing is known. */
  sizes?: SizeLimits;
  /** Absent where nothing is known. */
  quota?: RecordQuota;
  /** True where a CNAME at the zone itself is answered with what it points to. */
  flattensApex?: true;
  /** What becomes of a record that stands already with the same value, and the rule. */
  identical?: { happens: string; rule: string };
  /** What to look at where a look-up fails, by the namespace of its Pulumi provider. */
  lookUps?: { namespace: string; check: string; throttled: { who: string; fix: string } };
  /** Whether an error of its API says that what is to be made stands already. */
  stands?(error: string): boolean;
  /** Whether an error of its API says that what is to go is not there. */
  isGone?(error: string): boolean;
}
