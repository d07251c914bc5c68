/** Everything that can be wrong with a tenant, from its config and its records alone. */

import { few } from "../fleet/claims.ts";
import type { Finding } from "../problem.ts";
import { checkAddresses } from "./address/check.ts";
import { checkBimi } from "./bimi/check.ts";
import type { RecordContext, TenantContext, WantedRecord } from "./context.ts";
import { checkDkim } from "./dkim/check.ts";
import { checkDmarc } from "./dmarc/check.ts";
import { checkExisting } from "./existing/check.ts";
import { checkMtaSts } from "./mta-sts/check.ts";
import { checkNeverMails } from "./never-mails/check.ts";
import { checkProviders } from "./receivers/check.ts";
import { checkSpf } from "./spf/check.ts";
import { checkTlsRpt } from "./tls-rpt/check.ts";
import { checkZone } from "./zone/check.ts";
import { publisherOf } from "./zones.ts";

/** What the schema cannot see: faults between the parts of a config. */
export function checkConfig(context: TenantContext, wanted: readonly WantedRecord[]): Finding[] {
  return [...checkAddresses(context), ...checkDkim(context), ...unknownZones(context, wanted)];
}

/**
 * What the records show: each by its own grammar, and all together.
 *
 * @param told what `checkConfig` found, which is not told again
 */
export function checkRecords(context: RecordContext, told: readonly Finding[]): Finding[] {
  const findings = [
    ...checkSpf(context),
    ...checkDmarc(context),
    ...checkMtaSts(context),
    ...checkTlsRpt(context),
    ...checkBimi(context),
    ...checkNeverMails(context),
    ...checkExisting(context),
    ...checkZone(context),
  ];
  return [...findings, ...untold(checkProviders(context), [...told, ...findings])];
}

/** Where a rule of the mail itself is broken, the providers' rules that follow from it need no saying. */
function untold(policies: readonly Finding[], told: readonly Finding[]): Finding[] {
  if (told.some(({ level }) => level === "error")) return [];
  return policies.filter(({ path }) => !told.some((finding) => finding.path === path));
}

function unknownZones({ operator }: TenantContext, wanted: readonly WantedRecord[]): Finding[] {
  // Only when asked for: there are as many zones as tenants.
  const known = () => few(Object.keys(operator.zones).sort());
  const seen = new Set<string>();
  return wanted.flatMap(({ name, path }) => {
    const inZone = typeof name === "string" ? name : name.below;
    if (inZone === undefined || seen.has(inZone)) return [];
    seen.add(inZone);
    if (publisherOf(inZone, operator.zones) !== undefined) return [];
    return [
      {
        code: "zone-unknown",
        level: "error" as const,
        path,
        message: `${inZone} is in no zone that sendips knows`,
        fix: `known zones: ${known()}; add its zone to sendips:zones in Pulumi.yaml, as {cloudflare: <zone id>} or external`,
      },
    ];
  });
}
