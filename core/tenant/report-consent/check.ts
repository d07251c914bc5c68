/** Faults of consents: reports that nobody sends. */

import { lintConsent } from "../../../mail/dmarc/external-report.ts";
import { consentingHost } from "../../../mail/dmarc/report-hosts.ts";
import { type Finding, findingsAt } from "../../problem.ts";
import type { RecordContext } from "../context.ts";
import { publisherOf } from "../zones.ts";
import { wantedConsents } from "./records.ts";

/** Reports to another organisation: without its consent reporters send nothing, and nobody notices. */
export function checkConsents(context: RecordContext): Finding[] {
  return wantedConsents(context).flatMap(({ domain, host, name, text, path }) => {
    // A planned consent is a record like all others, and its name is checked with theirs.
    if (publisherOf(name, context.operator.zones) !== undefined) return [];
    const fits = findingsAt(path, lintConsent({}, domain, host));
    if (consentingHost(host) !== undefined) return fits;
    return [
      ...fits,
      {
        code: "dmarc-consent-missing",
        level: "warning" as const,
        path,
        message: `${host} must consent to reports about ${domain}, or reporters send none; no zone of sendips:zones holds it`,
        fix: `who runs ${host} publishes ${name} TXT "${text}"; or add its zone to sendips:zones, and it becomes part of the plan`,
        rule: "RFC 9990 §4",
      },
    ];
  });
}
