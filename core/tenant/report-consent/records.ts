/** Consent to DMARC reports about a tenant that go to a host outside its domain (RFC 9990 §4). */

import { type NeededConsent, neededConsents } from "../../../mail/dmarc/external-report.ts";
import type { TenantContext, WantedRecord } from "../context.ts";
import { ownReports, reportsPath } from "../dmarc/records.ts";
import { organisationsOf } from "../organisations.ts";
import { text } from "../record.ts";
import { publisherOf } from "../zones.ts";
import { REPORT_CONSENT } from "./purpose.ts";

/** A consent that the tenant's reports need, and the config that sends them there. */
export interface WantedConsent extends NeededConsent {
  /** The tenant's domain, whose reports go there. */
  domain: string;
  path: string;
}

/**
 * Every consent that the tenant's report addresses need, whoever must publish it; for parked domains too,
 * whose reports go where the tenant's go. Not for addresses that stood in a record before us: they have
 * theirs, or never got a report.
 * By the public suffix list alone: a report host has no records in a tenant's plan to walk over,
 * and a consent that a receiver does not ask for does no harm.
 */
export function wantedConsents(context: TenantContext): WantedConsent[] {
  const organisations = organisationsOf(context);
  const parked = [...new Set(context.tenant.neverMails)]
    .filter((domain) => !organisations.some((organisation) => organisation.domain === domain))
    .map((domain) => ({ domain, like: organisations[0] }));
  const candidates = [
    ...organisations.map((organisation) => ({ domain: organisation.domain, like: organisation })),
    ...parked,
  ].flatMap(({ domain, like }) => {
    if (like === undefined) return [];
    const { rua, ruf } = ownReports(context, like);
    const needed = (uris: readonly string[], path: string) =>
      neededConsents(domain, uris).map((consent) => ({ ...consent, domain, path }));
    return [...needed(rua, reportsPath(like)), ...needed(ruf, `${like.path}.failureReports`)];
  });
  const byName = new Map<string, WantedConsent>();
  for (const consent of candidates) {
    if (!byName.has(consent.name)) byName.set(consent.name, consent);
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The consents that lie in a zone of the operator's list. Those of other hosts are their owners' to
 * publish, and `checkDmarc` says which. Each tenant has names of its own, so none meet in one zone.
 */
export function consentRecords(context: TenantContext): WantedRecord[] {
  return wantedConsents(context)
    .filter(({ name }) => publisherOf(name, context.operator.zones) !== undefined)
    .map(({ domain, host, name, text: value, path }) => ({
      key: `report-consent-${domain}-${host}`,
      name,
      data: { type: "TXT", text: text`${value}` },
      purpose: REPORT_CONSENT,
      path,
      why: `${host} consents to DMARC reports about ${domain}; without it reporters send none (RFC 9990 §4)`,
    }));
}
