/** What a tenant's names publish today apart from us, as its config says it: read for merging and keeping. */

import { dmarcName, isDmarc } from "../../../mail/dmarc/record.ts";
import { singletonOf } from "../../../mail/singletons.ts";
import { isSpf } from "../../../mail/spf/finding.ts";
import { pastedTxt } from "../../../mail/txt.ts";
import { configPath } from "../../config/config.ts";
import type { ExistingConfig, TenantConfig } from "../../config/schema.ts";

/** What stands at a name; all of it empty where nothing does. */
export type Standing = ExistingConfig["names"][string];

/** The types of which several may stand at a name: all that are read but the CNAME. */
export const LISTED_TYPES = ["TXT", "MX", "CAA", "A", "AAAA"] as const;

/** Nothing at all. */
export function nothing(): Standing {
  return { TXT: [], MX: [], CAA: [], A: [], AAAA: [] };
}

/** A text that stands, and the config that says so. */
export interface StandingText {
  text: string;
  path: string;
}

/** What is known of a name; undefined where nothing is. */
export function standingAt({ existing }: TenantConfig, name: string): Standing | undefined {
  return Object.hasOwn(existing.names, name) ? existing.names[name] : undefined;
}

/** The config that says what stands at a name. */
export function standingPath(name: string, type: keyof Standing): string {
  return configPath(["tenant", "existing", "names", name, type]);
}

/** TXT values of a name that a test admits, as the names hold them: strings joined, quotes taken off. */
function textsAt(
  tenant: TenantConfig,
  name: string,
  admits: (text: string) => boolean,
): StandingText[] {
  return (standingAt(tenant, name)?.TXT ?? [])
    .map(pastedTxt)
    .filter(admits)
    .map((text) => ({ text, path: standingPath(name, "TXT") }));
}

/** The SPF records that a name publishes today: none, one, or several, which receivers refuse. */
export function standingSpf(tenant: TenantConfig, name: string): StandingText[] {
  const written = writtenSpf(tenant, name);
  return written === undefined ? textsAt(tenant, name, isSpf) : [written];
}

/** What `spf.existing` says of an organisational domain. */
function writtenSpf(tenant: TenantConfig, name: string): StandingText | undefined {
  if (name === tenant.domain) {
    const text = tenant.spf?.existing;
    const path = "sendips:tenant.spf.existing";
    return text === undefined ? undefined : { text: pastedTxt(text), path };
  }
  const text = Object.hasOwn(tenant.domains, name)
    ? tenant.domains[name]?.spf?.existing
    : undefined;
  const path = configPath(["tenant", "domains", name, "spf", "existing"]);
  return text === undefined ? undefined : { text: pastedTxt(text), path };
}

/** The DMARC records that stand at `_dmarc.<domain>`: what `dmarc.existing` says, else what the name holds. */
export function standingDmarc(tenant: TenantConfig, domain: string): StandingText[] {
  const written = writtenDmarc(tenant, domain);
  return written === undefined ? textsAt(tenant, dmarcName(domain), isDmarc) : [written];
}

/** What `dmarc.existing` says of an organisational domain. */
function writtenDmarc(tenant: TenantConfig, domain: string): StandingText | undefined {
  const [dmarc, path] =
    domain === tenant.domain
      ? [tenant.dmarc, ["tenant", "dmarc", "existing"]]
      : [tenant.domains[domain]?.dmarc, ["tenant", "domains", domain, "dmarc", "existing"]];
  const text = dmarc?.existing;
  return text === undefined ? undefined : { text: pastedTxt(text), path: configPath(path) };
}

/**
 * What of a kind that stands once at its name (SPF, DMARC, a DKIM key …) stands at a name, by the text that
 * is to stand there.
 */
export function standingLike(tenant: TenantConfig, name: string, text: string): StandingText[] {
  const kind = singletonOf(text);
  return kind === undefined ? [] : textsAt(tenant, name, (other) => singletonOf(other) === kind);
}

/** Whether it is known what a name publishes, be it nothing. */
export function isKnown(tenant: TenantConfig, name: string): boolean {
  return standingAt(tenant, name) !== undefined || writtenSpf(tenant, name) !== undefined;
}
