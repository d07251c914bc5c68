/** BIMI: the logo beside mail that passes an enforced DMARC (draft-brand-indicators §4.2). */

import { type BimiRecord, bimiName, renderBimi } from "../../../mail/bimi/record.ts";
import { configPath } from "../../config/config.ts";
import { sortedEntries } from "../../maps.ts";
import type { TenantContext, WantedRecord } from "../context.ts";
import { text } from "../record.ts";
import { LOGO } from "./purpose.ts";

/** What `sendips:tenant.bimi` asks for a domain. */
export function bimiOf(config: TenantContext["tenant"]["bimi"][string]): BimiRecord {
  const record: BimiRecord = { location: config.logo };
  if (config.certificate !== undefined) record.authority = config.certificate;
  if (config.avatar !== undefined) record.avatar = config.avatar;
  return record;
}

/** One record, selector `default`, for each domain of `bimi`. */
export function bimiRecords({ tenant }: TenantContext): WantedRecord[] {
  return sortedEntries(tenant.bimi).map(([domain, config]) => ({
    key: `bimi-${domain}`,
    name: bimiName(domain),
    data: { type: "TXT", text: text`${renderBimi(bimiOf(config))}` },
    purpose: LOGO,
    domain,
    path: configPath(["tenant", "bimi", domain]),
    why: `the logo beside mail from ${domain} (draft-brand-indicators §4.2)`,
  }));
}
