/** Faults of TLS-RPT: the record. Reports need no consent of who gets them (RFC 8460 §3). */

import { lintTlsRpt } from "../../../mail/tls-rpt/record.ts";
import { configPath } from "../../config/config.ts";
import { sortedEntries } from "../../maps.ts";
import { type Fault, type Finding, findingsAt, warning } from "../../problem.ts";
import type { RecordContext } from "../context.ts";

/** Every fault of `sendips:tenant.tlsReports`. */
export function checkTlsRpt({ tenant }: RecordContext): Finding[] {
  return sortedEntries(tenant.tlsReports).flatMap(([domain, { reports }]) =>
    findingsAt(configPath(["tenant", "tlsReports", domain]), [
      ...lintTlsRpt({ rua: reports }),
      ...repeatedReports(reports),
    ]),
  );
}

function repeatedReports(reports: readonly string[]): Fault[] {
  const again = reports.filter((uri, index) => reports.indexOf(uri) !== index);
  return [...new Set(again)].map((uri) =>
    warning(
      "tls-rpt-address-twice",
      "RFC 8460 §3",
      `${uri} stands twice`,
      "each address once; it is published once",
    ),
  );
}
