/** TLS-RPT: where reports of failed TLS go (RFC 8460 §3). */
import { configPath } from "../config.ts";
import { ordered, type TenantContext, type WantedRecord } from "../context.ts";
import { renderTlsRpt, tlsRptName } from "../mail/tls-rpt.ts";
import { text } from "../record.ts";

/** One record for each domain of `tlsReports`. */
export function tlsRptRecords({ tenant }: TenantContext): WantedRecord[] {
  return ordered(tenant.tlsReports).map(([domain, { reports }]) => ({
    key: `tls-rpt-${domain}`,
    name: tlsRptName(domain),
    data: { type: "TXT", text: text`${renderTlsRpt({ rua: [...new Set(reports)] })}` },
    path: configPath(["tenant", "tlsReports", domain]),
    why: `who sends mail to ${domain} reports failed TLS there (RFC 8460 §3)`,
  }));
}
