/** Texts of which a name may hold one: with two, receivers take none, or any. */

import { parseDkim } from "./dkim/record.ts";

/** A kind of mail record that stands once at its name. */
export interface Singleton {
  /** As a person calls it: `SPF record`. */
  title: string;
  /** How its text begins. */
  begins: RegExp;
  rule: string;
}

const SINGLETONS: readonly Singleton[] = [
  { title: "SPF record", begins: /^v=spf1(?: |$)/i, rule: "RFC 7208 §3.2" },
  { title: "DMARC record", begins: /^v=DMARC1\b/, rule: "RFC 9989 §4.10" },
  { title: "MTA-STS record", begins: /^v=STSv1\b/, rule: "RFC 8461 §3.1" },
  { title: "TLS-RPT record", begins: /^v=TLSRPTv1\b/, rule: "RFC 8460 §3" },
  { title: "BIMI record", begins: /^v=BIMI1\b/i, rule: "draft-brand-indicators §4.2" },
  { title: "DKIM key", begins: /^v=DKIM1\b/, rule: "RFC 6376 §3.6.2.2" },
];

/** Whether two texts of one kind say the same: a key is a key whatever stands around it, and so is a consent. */
export function saysTheSame(a: string, b: string): boolean {
  if (a === b) return true;
  const [kind, other] = [singletonOf(a), singletonOf(b)];
  if (kind === undefined || kind !== other) return false;
  if (kind.title === "DKIM key") {
    const [key, another] = [parseDkim(a).value?.publicKey, parseDkim(b).value?.publicKey];
    return key !== undefined && key === another;
  }
  // A consent is a DMARC record with nothing in it (RFC 9990 §4).
  const consent = /^v=DMARC1[\s;]*$/;
  return consent.test(a) && consent.test(b);
}

/** The kind of a TXT value, when it is one of these. */
export function singletonOf(value: string): Singleton | undefined {
  return SINGLETONS.find(({ begins }) => begins.test(value));
}
