/** The SPF records that stand today, as the config says them. */

import { isSpf } from "../../../mail/spf/finding.ts";
import { pastedTxt } from "../../../mail/txt.ts";
import { configPath } from "../../config/config.ts";
import type { TenantConfig } from "../../config/schema.ts";
import { type ExistingText, existingTextsAt, isNameKnown } from "../existing/existing-records.ts";

/** The SPF records that a name publishes today: none, one, or several, which receivers refuse. */
export function existingSpf(tenant: TenantConfig, name: string): ExistingText[] {
  const written = configuredSpf(tenant, name);
  return written === undefined ? existingTextsAt(tenant, name, isSpf) : [written];
}

/** What `spf.existing` says of an organisational domain. */
function configuredSpf(tenant: TenantConfig, name: string): ExistingText | undefined {
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
  return isNameKnown(tenant, name) || configuredSpf(tenant, name) !== undefined;
}
