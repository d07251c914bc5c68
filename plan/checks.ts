/** Everything that can be wrong with a tenant, from its config and its records alone. */
import { checkAddresses } from "./checks/addresses.ts";
import { checkBimi } from "./checks/bimi.ts";
import { checkDkim } from "./checks/dkim.ts";
import { checkDmarc } from "./checks/dmarc.ts";
import { checkExisting } from "./checks/existing.ts";
import { checkMtaSts } from "./checks/mta-sts.ts";
import { checkNeverMails } from "./checks/never-mails.ts";
import { checkProviders } from "./checks/providers.ts";
import { checkPublicSuffixes, hasPublicSuffix } from "./checks/public-suffix.ts";
import { checkSpf } from "./checks/spf.ts";
import { checkStandingValues } from "./checks/standing-values.ts";
import { checkTlsRpt } from "./checks/tls-rpt.ts";
import { checkZone } from "./checks/zone.ts";
import type { RecordContext, TenantContext, WantedRecord } from "./context.ts";
import { few } from "./fleet/claims.ts";
import type { Finding } from "./problem.ts";
import { publishersOf } from "./zones.ts";

/**
 * What the schema cannot see: faults between the parts of a config.
 *
 * @param publisherOf who publishes a name; default: looked up in the operator's zones
 */
export function checkConfig(
  context: TenantContext,
  wanted: readonly WantedRecord[],
  publisherOf = publishersOf(context.operator.zones),
): Finding[] {
  return [
    ...checkPublicSuffixes(context),
    ...checkAddresses(context),
    ...checkDkim(context),
    ...unknownZones(context, wanted, publisherOf),
  ];
}

/**
 * What the records show: each by its own grammar, and all together.
 *
 * @param told what `checkConfig` found, which is not told again
 */
export function checkRecords(context: RecordContext, told: readonly Finding[]): Finding[] {
  // Who belongs to whom cannot be said where a public suffix stands for an organisation.
  const suffix = hasPublicSuffix(told);
  const findings = [
    ...checkSpf(context),
    ...(suffix ? [] : checkDmarc(context)),
    ...checkMtaSts(context),
    ...checkTlsRpt(context),
    ...checkBimi(context),
    ...checkNeverMails(context),
    ...checkExisting(context),
    ...checkStandingValues(context),
    ...checkZone(context),
  ];
  return [...findings, ...untold(checkProviders(context), [...told, ...findings])];
}

/** Where a rule of the mail itself is broken, the providers' rules that follow from it need no saying. */
function untold(policies: readonly Finding[], told: readonly Finding[]): Finding[] {
  if (told.some(({ level }) => level === "error")) return [];
  return policies.filter(({ path }) => !told.some((finding) => finding.path === path));
}

function unknownZones(
  { operator }: TenantContext,
  wanted: readonly WantedRecord[],
  publisherOf: ReturnType<typeof publishersOf>,
): Finding[] {
  // Only when asked for: there are as many zones as tenants.
  const known = () => few(Object.keys(operator.zones).sort());
  const seen = new Set<string>();
  return wanted.flatMap(({ name, path }) => {
    const inZone = typeof name === "string" ? name : name.below;
    if (inZone === undefined || seen.has(inZone)) return [];
    seen.add(inZone);
    if (publisherOf(inZone) !== undefined) return [];
    return [
      {
        level: "error" as const,
        path,
        message: `${inZone} is in no zone that sendips knows`,
        fix: `known zones: ${known()}; add its zone to sendips:zones in Pulumi.yaml, as {cloudflare: <zone id>} or external`,
      },
    ];
  });
}
