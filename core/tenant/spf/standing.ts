/** The SPF records that stand today, as the config says them. */

import { isSpf } from "../../../mail/spf/finding.ts";
import { pastedTxt } from "../../../mail/txt.ts";
import { configPath } from "../../config/config.ts";
import type { TenantConfig } from "../../config/schema.ts";
import { isKnown, type StandingText, textsAt } from "../existing/standing.ts";

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

/** Whether it is known which SPF record a name publishes, be it none. */
export function isSpfKnown(tenant: TenantConfig, name: string): boolean {
  return isKnown(tenant, name) || writtenSpf(tenant, name) !== undefined;
}
