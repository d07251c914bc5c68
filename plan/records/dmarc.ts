/** DMARC of the organisational domain (RFC 9989 §4.7). */
import type { TenantContext, WantedRecord } from "../context.ts";
import { type DmarcRecord, dmarcName, renderDmarc } from "../mail/dmarc.ts";
import { text } from "../record.ts";

/** What `sendips:tenant.dmarc` asks for. A tag that says what the RFC has by default is not written. */
export function dmarcOf({ tenant, operator }: TenantContext): DmarcRecord {
  const { dmarc } = tenant;
  const record: DmarcRecord = { p: dmarc.policy };
  if (dmarc.subdomainPolicy !== undefined) record.sp = dmarc.subdomainPolicy;
  if (dmarc.nonexistentPolicy !== undefined) record.np = dmarc.nonexistentPolicy;
  if (dmarc.test) record.t = true;
  if (dmarc.organizational !== undefined) record.psd = dmarc.organizational === "yes" ? "n" : "y";
  if (dmarc.dkimAlignment === "strict") record.adkim = "s";
  if (dmarc.spfAlignment === "strict") record.aspf = "s";
  if (dmarc.failureOptions !== undefined) record.fo = [...new Set(dmarc.failureOptions)];
  const rua = [...new Set(dmarc.reports ?? operator.reports)];
  if (rua.length > 0) record.rua = rua;
  const ruf = [...new Set(dmarc.failureReports)];
  if (ruf.length > 0) record.ruf = ruf;
  return record;
}

/** One record, which covers every From domain below it. */
export function dmarcRecords(context: TenantContext): WantedRecord[] {
  const { domain } = context.tenant;
  return [
    {
      key: `dmarc-${domain}`,
      name: dmarcName(domain),
      data: { type: "TXT", text: text`${renderDmarc(dmarcOf(context))}` },
      path: "sendips:tenant.dmarc",
      why: "DMARC of the organisational domain, which covers every From below it (RFC 9989 §4.10)",
    },
  ];
}
