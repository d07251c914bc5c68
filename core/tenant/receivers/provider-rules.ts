/**
 * What the large mailbox providers ask of senders, as a named rule set, and which of it a tenant meets.
 * Sources: Google, "Email sender guidelines" (support.google.com/a/answer/81126); Microsoft,
 * "Strengthening Email Ecosystem: Outlook's New Requirements for High-Volume Senders" (Defender for
 * Office 365 blog, 2025-04-02, in force since 2025-05-05); Yahoo, "Sender Best Practices"
 * (senders.yahooinc.com/best-practices).
 */

import { effectivePolicy } from "../../../mail/dmarc/lint.ts";
import { isAtOrBelow } from "../../../mail/names.ts";
import { SPF_TEXT } from "../../../mail/spf/finding.ts";
import { hostNameOf, type PlannedStream, type RecordContext } from "../context.ts";
import { leavesDmarc, plansDmarc } from "../dmarc/records.ts";
import {
  authenticationOf,
  type DmarcView,
  dmarcView,
  type StreamAuthentication,
} from "../dmarc/view.ts";
import { organisationOf, organisationsOf } from "../organisations.ts";

const PROVIDERS = ["Google", "Microsoft", "Yahoo"] as const;
export type Provider = (typeof PROVIDERS)[number];

/**
 * Whom a rule binds. Bulk is about 5,000 messages a day to Google's or Microsoft's consumer
 * mailboxes, all streams of a domain together; Yahoo names no number.
 */
export type Senders = "all" | "bulk";

/** The rules by name. */
export const PROVIDER_RULES = [
  "SPF or DKIM",
  "SPF and DKIM",
  "DMARC record",
  "DMARC alignment",
  "forward and reverse DNS",
  "own From domain",
  "TLS",
  "spam rate",
  "message format",
  "one-click unsubscribe",
  "unsubscribe link",
  "replies",
] as const;
export type ProviderRule = (typeof PROVIDER_RULES)[number];

/** What one provider's rule comes to. */
export interface ProviderVerdict {
  provider: Provider;
  rule: ProviderRule;
  senders: Senders;
  /** The stream it was judged for; absent where the rule is about no stream in particular. */
  stream?: string;
  /** `waiting`: met once somebody else has done their part; `unknown`: no configuration could tell. */
  verdict: "met" | "waiting" | "not met" | "unknown";
  why: string;
}

type Judgement = Pick<ProviderVerdict, "verdict" | "why">;

/** A stream with everything that the rules look at. */
interface JudgedStream {
  context: RecordContext;
  stream: PlannedStream;
  view: DmarcView;
  proof: StreamAuthentication;
  /** Names with an SPF record, and what each A and PTR holds. */
  spfNames: ReadonlySet<string>;
  hosts: ReadonlySet<string>;
  /** What the PTR of an address waits for, by the address's key. */
  waiting: ReadonlyMap<string, string>;
}

interface Rule {
  askedBy: Partial<Record<Provider, Senders>>;
  /** Absent: configuration cannot tell, and `why` says who can. */
  judge?: (subject: JudgedStream) => Judgement;
  why?: string;
}

const RULES: Record<ProviderRule, Rule> = {
  "SPF or DKIM": { askedBy: { Google: "all", Yahoo: "all" }, judge: spfOrDkim },
  "SPF and DKIM": {
    askedBy: { Google: "bulk", Microsoft: "bulk", Yahoo: "bulk" },
    judge: spfAndDkim,
  },
  "DMARC record": {
    askedBy: { Google: "bulk", Microsoft: "bulk", Yahoo: "bulk" },
    judge: dmarcRecord,
  },
  "DMARC alignment": {
    askedBy: { Google: "bulk", Microsoft: "bulk", Yahoo: "bulk" },
    judge: dmarcAlignment,
  },
  "forward and reverse DNS": { askedBy: { Google: "all", Yahoo: "all" }, judge: reverseDns },
  "own From domain": { askedBy: { Google: "all" }, judge: ownFrom },
  TLS: { askedBy: { Google: "all" }, why: "the mail host decides whether it sends by TLS" },
  "spam rate": {
    askedBy: { Google: "all", Yahoo: "all" },
    why: "below 0.3 %, better 0.1 %: the providers' own consoles show it",
  },
  "message format": {
    askedBy: { Google: "all", Yahoo: "all" },
    why: "RFC 5322: the application writes the messages",
  },
  "one-click unsubscribe": {
    askedBy: { Google: "bulk", Yahoo: "bulk" },
    why: "RFC 8058 in marketing mail: the application writes the headers",
  },
  "unsubscribe link": {
    askedBy: { Microsoft: "bulk" },
    why: "recommended for marketing mail: the application writes the messages",
  },
  replies: {
    askedBy: { Microsoft: "bulk" },
    why: "recommended: From or Reply-To takes replies, which only the mailbox shows",
  },
};

/**
 * Every rule of every provider: for each stream those that its configuration can answer, and once
 * each those that it cannot. In a fixed order; none but the unknown ones for a tenant without streams.
 */
export function providerVerdicts(context: RecordContext): ProviderVerdict[] {
  return verdictsOf(context, () => true);
}

/** Those of {@link providerVerdicts} that the tenant does not meet. */
export function brokenRules(context: RecordContext): ProviderVerdict[] {
  return verdictsOf(context, ({ verdict }) => verdict === "not met");
}

function verdictsOf(
  context: RecordContext,
  wanted: (judgement: Judgement) => boolean,
): ProviderVerdict[] {
  const subjects = judgedStreams(context);
  const verdicts: ProviderVerdict[] = [];
  for (const rule of PROVIDER_RULES) {
    const { judge, why = "" } = RULES[rule];
    const judgements: Judgement[] =
      judge === undefined ? [{ verdict: "unknown", why }] : subjects.map(judge);
    judgements.forEach((judgement, index) => {
      if (!wanted(judgement)) return;
      const stream = judge === undefined ? undefined : subjects[index]?.stream.key;
      verdicts.push(...verdictsByProvider(rule, judgement, stream));
    });
  }
  return verdicts;
}

/** A judgement, said for each provider that asks. */
function verdictsByProvider(
  rule: ProviderRule,
  { verdict, why }: Judgement,
  stream: string | undefined,
): ProviderVerdict[] {
  const { askedBy: asked } = RULES[rule];
  return PROVIDERS.flatMap((provider) => {
    const senders = asked[provider];
    if (senders === undefined) return [];
    return stream === undefined
      ? { provider, rule, senders, verdict, why }
      : { provider, rule, senders, stream, verdict, why };
  });
}

function judgedStreams(context: RecordContext): JudgedStream[] {
  const view = dmarcView(context.records, context.tenant);
  const spfNames = new Set<string>();
  const hosts = new Set<string>();
  const waiting = new Map<string, string>();
  for (const { name, data, purpose, waitsFor } of context.records) {
    if (data.type === "TXT" && typeof name === "string") {
      if (purpose?.single === SPF_TEXT) spfNames.add(name);
    } else if (data.type === "A" && typeof data.address !== "string") {
      hosts.add(`A ${data.address.address} ${String(name)}`);
    } else if (data.type === "PTR" && typeof name !== "string") {
      hosts.add(`PTR ${name.address} ${data.host}`);
      if (waitsFor !== undefined) waiting.set(name.address, waitsFor);
    }
  }
  for (const { name, data } of context.records) {
    if (data.type === "CNAME" && typeof name === "string" && spfNames.has(data.target)) {
      spfNames.add(name);
    }
  }
  return context.streams.map((stream) => {
    const proof = authenticationOf(context, view, stream);
    return { context, stream, view, proof, spfNames, hosts, waiting };
  });
}

function met(why: string): Judgement {
  return { verdict: "met", why };
}

function notMet(why: string): Judgement {
  return { verdict: "not met", why };
}

/** What is missing of SPF and DKIM. */
function missingAuthentication({ stream, spfNames, proof }: JudgedStream): string[] {
  return [
    ...(spfNames.has(stream.returnPath) ? [] : ["the return path has no SPF record"]),
    ...(proof.selectors.length > 0
      ? []
      : ["no DKIM key signs so that it aligns with the From domain"]),
  ];
}

function spfOrDkim(subject: JudgedStream): Judgement {
  const lacks = missingAuthentication(subject);
  return lacks.length === 2 ? notMet(lacks.join(", ")) : met("one of them is planned");
}

function spfAndDkim(subject: JudgedStream): Judgement {
  const lacks = missingAuthentication(subject);
  return lacks.length > 0 ? notMet(lacks.join(", ")) : met("both are planned");
}

/** Any policy will do, none included. */
function dmarcRecord({ context, stream, view }: JudgedStream): Judgement {
  const { policy } = view.find(stream.from).walk;
  if (policy !== undefined) {
    const subject = policy.domain === stream.from ? "domain" : "subdomain";
    return met(`the record of ${policy.domain}: ${effectivePolicy(policy.record, subject)}`);
  }
  const organisation = organisationOf(organisationsOf(context), stream.from);
  if (
    organisation !== undefined &&
    !plansDmarc(context, organisation.domain) &&
    leavesDmarc(context, organisation)
  ) {
    return {
      verdict: "unknown",
      why: `what the owner of ${organisation.domain} publishes is not known`,
    };
  }
  if (isAtOrBelow(stream.from, context.tenant.domain)) {
    return notMet("no DMARC record counts for the From domain");
  }
  return { verdict: "unknown", why: "no record of this plan covers the From domain" };
}

/** One of the two must align, relaxed or strict as the record has it, by either standard. */
function dmarcAlignment({ stream, spfNames, proof }: JudgedStream): Judgement {
  const { spf, dkim, selectors } = proof;
  const bySpf = spfNames.has(stream.returnPath) && spf.holds.walk && spf.holds.list;
  const byDkim = selectors.length > 0 && dkim.holds.walk && dkim.holds.list;
  if (!bySpf && !byDkim) return notMet("neither SPF nor DKIM aligns with the From domain");
  return met(bySpf && byDkim ? "SPF and DKIM align" : `${bySpf ? "SPF" : "DKIM"} aligns`);
}

/** A and PTR name each other for each address of the pool. */
function reverseDns({ context, stream, hosts, waiting }: JudgedStream): Judgement {
  const { tenant } = context;
  const known = stream.pool.filter((key) => Object.hasOwn(tenant.addresses, key));
  const broken = known.filter((key) => {
    const name = hostNameOf(key, tenant);
    return !hosts.has(`A ${key} ${name}`) || !hosts.has(`PTR ${key} ${name}`);
  });
  if (broken.length > 0) return notMet(`A and PTR of ${broken.join(", ")} do not name each other`);
  const waits = known.filter((key) => waiting.has(key));
  const [first = ""] = waits;
  if (waits.length > 0) {
    const why = `the PTR of ${waits.join(", ")} is not set: it waits until ${waiting.get(first)}`;
    return { verdict: "waiting", why };
  }
  return met("A and PTR of each address name each other");
}

function ownFrom({ stream }: JudgedStream): Judgement {
  const gmail = ["gmail.com", "googlemail.com"].find((name) => isAtOrBelow(stream.from, name));
  return gmail === undefined ? met("From is no Gmail domain") : notMet(`From is at ${gmail}`);
}
