/** What we say of a tenant's published records, in the words that checkdmarc has for it. */
import { expect } from "vitest";
import { dmarcView } from "../../core/tenant/dmarc/view.ts";
import type { MtaStsPolicyFile } from "../../core/tenant/mta-sts/policy-file.ts";
import { bimiName, parseBimi } from "../../mail/bimi/record.ts";
import { dmarcName, parseDmarc } from "../../mail/dmarc/record.ts";
import { mtaStsName, parseMtaSts, parseMtaStsPolicy } from "../../mail/mta-sts/record.ts";
import { spfBudget } from "../../mail/spf/budget.ts";
import { isSpf } from "../../mail/spf/finding.ts";
import { parseTlsRpt, tlsRptName } from "../../mail/tls-rpt/record.ts";
import { need } from "../contract/aws.ts";
import type { AtDomain, Questions } from "./ask.ts";
import type { PublishedTenant } from "./publish.ts";
import type { Tenant } from "./tenant.ts";

/** Questions about everything that checkdmarc can read of a tenant. */
export function checkdmarcQuestions({ tenant, plan }: Tenant, { texts, ips }: PublishedTenant) {
  const { domain, neverMails } = tenant;
  const spf = texts.filter(({ text }) => isSpf(text)).map(({ name }) => name);
  const from = plan.streams.map((stream) => stream.from);
  const atDomains = (names: readonly string[]): AtDomain[] =>
    [...new Set(names)].map((name) => ({ domain: name, parked: neverMails.includes(name) }));
  return {
    iprev: plan.addresses.map(({ key }) => ({ ip: need(ips.get(key)) })),
    spf: atDomains(spf),
    dmarc: atDomains([domain, ...from, ...neverMails]),
    mta_sts: plan.policyFiles.map((file) => ({ domain: file.domain, policy: file.text })),
    tls_rpt: Object.keys(tenant.tlsReports).map((name) => ({ domain: name })),
    bimi: Object.keys(tenant.bimi).map((name) => ({ domain: name })),
    mx: [...new Set(neverMails)].map((name) => ({ domain: name })),
  } satisfies Partial<Questions>;
}

/** Our answers to them. checkdmarc warns of nothing unless it says so here. */
export function ourAnswers(
  tenant: Tenant,
  published: PublishedTenant,
  questions: ReturnType<typeof checkdmarcQuestions>,
) {
  return {
    iprev: tenant.plan.addresses.map(({ key, hostName }) => ({
      [hostName]: [published.ips.get(key)],
    })),
    spf: questions.spf.map(({ domain }) => spfOf(tenant, published, domain)),
    dmarc: questions.dmarc.map(({ domain }) => dmarcOf(tenant, published, domain)),
    mta_sts: tenant.plan.policyFiles.map((file) => mtaStsOf(published, file)),
    tls_rpt: questions.tls_rpt.map(({ domain }) => tlsRptOf(published, domain)),
    bimi: questions.bimi.map(({ domain }) => bimiOf(published, domain)),
    mx: questions.mx.map(() => ({ hosts: [], null_mx: true, record_count: 1, warnings: [] })),
  };
}

/** Hosts of the files that the records point to: checkdmarc would fetch them. */
export function filesHosts({ tenant }: Tenant): string[] {
  const files = Object.values(tenant.bimi).flatMap(({ logo, certificate = logo }) => [
    logo,
    certificate,
  ]);
  return [...new Set(files.map((file) => new URL(file).hostname))].sort();
}

/**
 * The SPF record of a name and its budget. Both count the terms of RFC 7208 §4.6.4 that a receiver
 * evaluates when none matches: each include, a, mx, ptr, exists and redirect as one, those of included
 * records too, an include that comes twice twice. They part where no golden tenant goes: beyond ten
 * checkdmarc stops counting, and of an mx whose hosts have no address only we count a void look-up.
 */
function spfOf(tenant: Tenant, { texts, ips }: PublishedTenant, domain: string) {
  const { operator, plan } = tenant;
  const record = need(texts.find(({ name, text }) => name === domain && isSpf(text))).text;
  const records = new Map(Object.entries(operator.spfSnapshot));
  const addresses = new Map(
    plan.addresses.map(({ key, hostName }) => [hostName, [need(ips.get(key))]]),
  );
  const budget = spfBudget(record, { domain, records, addresses });
  if (budget.atLeast) throw new Error(`${domain}: not every included record is known`);
  const { lookups, voidLookups } = budget;
  // RFC 7208 §3.4; we count the whole answer, checkdmarc the record.
  const warnings = record.length > 512 ? [expect.stringMatching(/over 512/)] : [];
  return {
    valid: true,
    record,
    dns_lookups: lookups,
    void_dns_lookups: voidLookups,
    warnings,
  };
}

/** The DMARC record that a receiver finds for a From domain, with every default filled in. */
function dmarcOf({ plan }: Tenant, { texts }: PublishedTenant, domain: string) {
  const { domain: location } = need(dmarcView(plan.records).find(domain).walk.policy);
  const record = textAt(texts, dmarcName(location));
  const read = need(parseDmarc(record).value);
  const { p = "none", sp, np, adkim, aspf, fo, t, psd, rua, ruf } = read;
  const tag = (value: unknown, written: unknown) => ({ value, explicit: written !== undefined });
  const tags = {
    v: tag("DMARC1", "DMARC1"),
    p: tag(p, read.p),
    sp: tag(sp ?? p, sp),
    np: tag(np ?? sp ?? p, np),
    adkim: tag(adkim ?? "r", adkim),
    aspf: tag(aspf ?? "r", aspf),
    fo: tag((fo ?? ["0"]).join(":"), fo),
    t: tag(t === true ? "y" : "n", t),
    psd: tag(psd ?? "u", psd),
    ...(rua === undefined ? {} : { rua: tag(rua.map(reportUri), rua) }),
    ...(ruf === undefined ? {} : { ruf: tag(ruf.map(reportUri), ruf) }),
  };
  // A domain that never mails asks for no reports.
  const warnings = rua === undefined ? [expect.stringMatching(/^rua tag .* not found/)] : [];
  return { valid: true, record, location, tags, warnings };
}

function reportUri(text: string) {
  const { protocol, pathname } = new URL(text);
  return { scheme: protocol.slice(0, -1), address: pathname, size_limit: null };
}

/** The MTA-STS record of a domain, and the policy that is to be served. */
function mtaStsOf({ texts }: PublishedTenant, { domain, text }: MtaStsPolicyFile) {
  const { id } = need(parseMtaSts(textAt(texts, mtaStsName(domain))).value);
  const { mode, maxAge, mx } = need(parseMtaStsPolicy(text).value);
  return { valid: true, id, policy: { version: "STSv1", mode, max_age: maxAge, mx }, warnings: [] };
}

function tlsRptOf({ texts }: PublishedTenant, domain: string) {
  const { rua } = need(parseTlsRpt(textAt(texts, tlsRptName(domain))).value);
  return { valid: true, tags: { v: { value: "TLSRPTv1" }, rua: { value: rua } }, warnings: [] };
}

function bimiOf({ texts }: PublishedTenant, domain: string) {
  const { location, authority, avatar } = need(parseBimi(textAt(texts, bimiName(domain))).value);
  const tags = {
    v: { value: "BIMI1" },
    l: { value: location },
    ...(authority === undefined ? {} : { a: { value: authority } }),
    ...(avatar === undefined ? {} : { avp: { value: avatar } }),
  };
  // The certificate is out of reach here.
  const warnings = [expect.stringMatching(/without a valid mark certificate/)];
  return { valid: true, location: domain, tags, warnings };
}

/** The one text at a name. */
function textAt(texts: PublishedTenant["texts"], name: string): string {
  const [found, ...more] = texts.filter((text) => text.name === name);
  if (more.length > 0) throw new Error(`${name} has several texts`);
  return need(found).text;
}
