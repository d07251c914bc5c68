/** What a record is for, told from its name and data, and what happens where a customer leaves it out. */
import type { Plan } from "../tenant/plan.ts";
import type { PlannedRecord } from "../tenant/record.ts";

/** By purpose, whatever the type: a DKIM key may be a TXT or a CNAME to one. */
export type Purpose =
  | "host"
  | "heloSpf"
  | "returnPathSpf"
  | "fromSpf"
  | "refusingSpf"
  | "spfAddress"
  | "dkim"
  | "bounce"
  | "nullMx"
  | "dmarc"
  | "consent"
  | "mtaSts"
  | "mtaStsHost"
  | "caa"
  | "tlsRpt"
  | "bimi"
  | "other";

/** What a record of a plan is for. */
export function purposeOf(record: PlannedRecord, plan: Plan): Purpose {
  const { data, name } = record;
  if (typeof name !== "string") return data.type === "A" ? "spfAddress" : "other";
  if (data.type === "A") return typeof data.address === "string" ? "other" : "host";
  if (data.type === "CAA") return "caa";
  if (data.type === "MX") return data.exchange === "" ? "nullMx" : "bounce";
  const returnPath = plan.streams.some((stream) => stream.returnPath === name);
  if (data.type !== "TXT" || !startsSpf(data.text[0])) {
    const byName = NAMED.find(([pattern]) => pattern.test(name))?.[1];
    return byName ?? (data.type === "CNAME" && returnPath ? "bounce" : "other");
  }
  if (plan.addresses.some(({ hostName }) => hostName === name)) return "heloSpf";
  if (returnPath) return "returnPathSpf";
  const sends = plan.streams.some(({ from }) => from === name);
  return !sends && data.text.length === 1 && data.text[0] === "v=spf1 -all"
    ? "refusingSpf"
    : "fromSpf";
}

/** Names that say what stands there; of two that match, the first: a consent stands below `_dmarc` too. */
const NAMED: readonly (readonly [RegExp, Purpose])[] = [
  [/\._report\._dmarc\./, "consent"],
  [/^_dmarc\./, "dmarc"],
  [/^_mta-sts\./, "mtaSts"],
  [/^mta-sts\./, "mtaStsHost"],
  [/^_smtp\._tls\./, "tlsRpt"],
  [/\._bimi\./, "bimi"],
  [/\._domainkey\./, "dkim"],
];

function startsSpf(first: unknown): boolean {
  return typeof first === "string" && /^v=spf1(?: |$)/.test(first);
}

/**
 * The record as a person calls it, where a name may hold one of its kind alone (RFC 7208 §3.2, RFC 9989
 * §4.10, RFC 6376 §3.6.2.2, RFC 8461 §3.1, RFC 8460 §3, draft-brand-indicators §4.2); absent: several may
 * stand side by side.
 */
export const SINGLETON: Readonly<Partial<Record<Purpose, string>>> = {
  heloSpf: "an SPF record",
  returnPathSpf: "an SPF record",
  fromSpf: "an SPF record",
  refusingSpf: "an SPF record",
  dkim: "a DKIM key record",
  dmarc: "a DMARC record",
  mtaSts: "an MTA-STS record",
  tlsRpt: "a TLS-RPT record",
  bimi: "a BIMI record",
};

/** One sentence each: what follows when the record is not published. */
export const LEFT_OUT: Readonly<Record<Purpose, string>> = {
  host: "The host name of the address does not resolve, so its reverse name cannot be set: receivers refuse mail from it, and we do not send from it.",
  heloSpf:
    "Bounces and other messages with an empty sender get no SPF result, and some receivers distrust the server for it.",
  returnPathSpf:
    "SPF passes for none of this mail: the large receivers ask bulk senders for SPF and DKIM both, and refuse it or file it as spam.",
  fromSpf:
    "Nothing says who may send as this domain: whoever checks SPF of it finds no record, and forged mail is harder to tell from real mail.",
  refusingSpf:
    "Nothing says that nobody sends mail as this name: forged mail is harder to tell from real mail.",
  spfAddress: "SPF fails for mail from this address: receivers refuse it or file it as spam.",
  dkim: "Mail signed with this key fails DKIM, so we do not sign with it: DMARC rests on SPF alone, and mail that is forwarded fails both.",
  bounce:
    "Bounces do not come back: we go on writing to addresses that are gone, and some receivers refuse a sender that takes no mail.",
  nullMx:
    "Mail to this name is tried for days instead of being refused at once, and the name looks like one that may send.",
  dmarc:
    "The domain has no such DMARC policy: the large receivers refuse bulk mail without one, forged mail is let through, and no reports come.",
  consent:
    "Receivers send no DMARC reports about the domain to this host: what fails and what is forged stays unseen.",
  mtaSts:
    "Senders do not learn of the policy: mail to this domain may still go over a connection without TLS or to a wrong server.",
  mtaStsHost:
    "The policy file cannot be fetched, and senders take the domain for one without MTA-STS.",
  caa: "Any certificate authority may issue a certificate for this name; and where a CAA record above it names others, the one that we need may not.",
  tlsRpt: "Nobody tells us when mail to this domain fails for want of TLS.",
  bimi: "Mail of this domain shows no logo; nothing else changes.",
  other: "What the record is for does not work; “Why” says what that is.",
};
