/** TLS-RPT: where reports of failed TLS go (RFC 8460 §3). */

import {
  parseTlsRpt,
  renderTlsRpt,
  TLS_RPT_TEXT,
  type TlsRptRecord,
  tlsRptName,
} from "../../../mail/tls-rpt/record.ts";
import { configPath } from "../../config/config.ts";
import { sortedEntries } from "../../maps.ts";
import type { TenantContext, WantedRecord } from "../context.ts";
import { existingTextsOf } from "../existing/existing-records.ts";
import { text } from "../record.ts";
import { TLS_REPORTS } from "./purpose.ts";

/** One record for each domain of `tlsReports`, with the addresses of the one that stands. */
export function tlsRptRecords({ tenant }: TenantContext): WantedRecord[] {
  return sortedEntries(tenant.tlsReports).map(([domain, { reports }]) => {
    const name = tlsRptName(domain);
    const [standing] = existingTextsOf(tenant, name, TLS_RPT_TEXT);
    const before = standing === undefined ? undefined : parseTlsRpt(standing.text).value;
    const record: TlsRptRecord = { rua: [...new Set([...(before?.rua ?? []), ...reports])] };
    if (before?.extensions !== undefined) record.extensions = before.extensions;
    return {
      key: `tls-rpt-${domain}`,
      name,
      data: { type: "TXT", text: text`${renderTlsRpt(record)}` },
      purpose: TLS_REPORTS,
      domain,
      path: configPath(["tenant", "tlsReports", domain]),
      why: `who sends mail to ${domain} reports failed TLS there (RFC 8460 §3)`,
    };
  });
}
