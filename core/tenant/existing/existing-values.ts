/**
 * What `sendips:tenant.existing` says of each name, value by value by its own grammar: a person typed it, or
 * it was read from DNS. SPF, DMARC and DKIM are read where they are merged and kept.
 */

import { parseCaa } from "../../../mail/caa/record.ts";
import { parseConsent } from "../../../mail/dmarc/external-report.ts";
import { DMARC_TEXT } from "../../../mail/dmarc/record.ts";
import type { MailFinding, Parsed } from "../../../mail/finding.ts";
import { parseNullMx } from "../../../mail/mx/null-mx.ts";
import { parseMx } from "../../../mail/mx/record.ts";
import { singletonOf } from "../../../mail/singletons.ts";
import { pastedTxt } from "../../../mail/txt.ts";
import { type Fault, type Finding, findingsAt } from "../../problem.ts";
import type { TenantContext } from "../context.ts";
import { type ExistingRecords, existingPath } from "./existing-records.ts";

/** A warning for each value that receivers cannot use: it is its owner's to mend, and stops nothing of ours. */
export function checkExistingValues({ tenant }: TenantContext): Finding[] {
  return Object.entries(tenant.existing.names).flatMap(([name, standing]) =>
    TYPES.flatMap((type) =>
      standing[type].flatMap((value) => {
        const text = type === "TXT" ? pastedTxt(value) : value;
        // What else is wrong with the value most often follows from the first.
        const fault = READERS[type](text, name).find(({ level }) => level === "error");
        return fault === undefined
          ? []
          : findingsAt(existingPath(name, type), [asExistingWarning(fault)]);
      }),
    ),
  );
}

function asExistingWarning({ message, fix, rule }: MailFinding): Fault {
  return {
    code: "existing-value",
    level: "warning",
    message: `${message}: receivers cannot use it`,
    fix: `as it stands in DNS: ${fix}; else it is its owner's to mend there`,
    rule,
  };
}

const TYPES = ["TXT", "MX", "CAA"] as const;

const READERS: Record<
  Extract<keyof ExistingRecords, (typeof TYPES)[number]>,
  (value: string, name: string) => readonly MailFinding[]
> = {
  MX: (value) => (parseNullMx(value).value === undefined ? parseMx(value).findings : []),
  CAA: (value) => parseCaa(value).findings,
  TXT: (value, name) => readerOf(value, name)?.(value).findings ?? [],
};

/** Who reads a text, by the kind of record that it claims to be. */
function readerOf(value: string, name: string): ((text: string) => Parsed<unknown>) | undefined {
  const kind = singletonOf(value);
  if (kind === DMARC_TEXT && name.includes("._report._dmarc.")) return parseConsent;
  return kind?.parse;
}
