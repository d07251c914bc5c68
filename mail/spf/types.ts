/** The words of SPF (RFC 7208): records as data, findings, answers of a resolver, results. */
import type { MailFinding, Parsed } from "../finding.ts";
import type { SpfCode } from "./codes.ts";

/** What a match means: pass, fail, softfail, neutral (RFC 7208 §4.6.2). */
export type SpfQualifier = "+" | "-" | "~" | "?";

/** A mechanism with its qualifier (RFC 7208 §5). Domains are domain-specs: macros stand as written. */
export type Mechanism =
  | { type: "all"; qualifier: SpfQualifier }
  | { type: "include"; qualifier: SpfQualifier; domain: string }
  | { type: "exists"; qualifier: SpfQualifier; domain: string }
  | { type: "ptr"; qualifier: SpfQualifier; domain?: string }
  | AddressMechanism
  | NetworkMechanism;

/** `a` and `mx`, with the two prefix lengths of a dual-cidr-length. */
export interface AddressMechanism {
  type: "a" | "mx";
  qualifier: SpfQualifier;
  /** @default the domain whose record this is */
  domain?: string;
  /** @default 32 */
  prefix4?: number;
  /** @default 128 */
  prefix6?: number;
}

/** `ip4` and `ip6`. */
export interface NetworkMechanism {
  type: "ip4" | "ip6";
  qualifier: SpfQualifier;
  address: string;
  /** @default 32 or 128 */
  prefix?: number;
}

/** A modifier (RFC 7208 §6). Unknown ones are kept: they may mean something to someone. */
export type Modifier =
  | { type: "redirect"; domain: string }
  | { type: "exp"; domain: string }
  | { type: "unknown"; name: string; value: string };

export type Term = Mechanism | Modifier;

/** The terms that cause DNS queries and count against {@link TERM_LIMIT} (RFC 7208 §4.6.4). */
export type AskingTerm = Exclude<Term, { type: "all" | "exp" | "unknown" } | NetworkMechanism>;

/** A record: its terms in their order. The version is always `v=spf1`. */
export interface SpfRecord {
  terms: Term[];
}

/** A finding with its place. `rule` is the section behind it. */
export interface SpfFinding extends MailFinding {
  code: SpfCode;
  /** Offset in the text, from 0. */
  at?: number;
}

/** A term and its offset in the text. */
export interface PlacedTerm {
  term: Term;
  at: number;
}

/**
 * What came of reading a text. `value` is there when the text has no error: one error anywhere and
 * a receiver uses nothing of the record (RFC 7208 §4.6).
 */
export interface ParsedSpf extends Parsed<SpfRecord> {
  findings: SpfFinding[];
  /** The terms that could be read, also beside errors, for messages. */
  terms: PlacedTerm[];
}

export type QueryType = "A" | "AAAA" | "MX" | "PTR" | "TXT";

/**
 * An answer of the DNS. `void` is NXDOMAIN or no data; `error` a time-out or a server failure.
 * Values: addresses; exchanges of MX without the preference; the strings of a TXT record joined.
 */
export type DnsAnswer =
  | { status: "found"; values: readonly string[] }
  | { status: "void" }
  | { status: "error"; reason?: string };

/** Where the evaluator gets its answers. It follows CNAMEs itself. A rejection counts as `error`. */
export interface SpfResolver {
  query(name: string, type: QueryType): Promise<DnsAnswer>;
}

/** RFC 7208 §2.6. */
export type SpfResultCode =
  | "none"
  | "neutral"
  | "pass"
  | "fail"
  | "softfail"
  | "temperror"
  | "permerror";

/** One term as it was evaluated, in order; includes and redirects are followed by their terms. */
export interface TraceStep {
  /** The domain whose record holds the term. */
  domain: string;
  term: string;
  matched: boolean;
}

export interface SpfResult {
  result: SpfResultCode;
  /** Why it is none, temperror or permerror. */
  reason?: string;
  /** The domain's own explanation of a fail (RFC 7208 §6.2). */
  explanation?: string;
  /** Terms that asked the DNS, of {@link TERM_LIMIT}. */
  lookups: number;
  /** Terms with a void answer, of {@link VOID_LIMIT}. */
  voidLookups: number;
  trace: TraceStep[];
}

/** RFC 7208 §4.6.4: terms that cause DNS queries. */
export const TERM_LIMIT = 10;
/** RFC 7208 §4.6.4: terms with a void answer. */
export const VOID_LIMIT = 2;
/** RFC 7208 §4.6.4: address look-ups for one `mx`, and names of one `ptr` or `%{p}`. */
export const NAME_LIMIT = 10;
