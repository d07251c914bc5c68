/** The DMARC records that stand today, as the config says them. */

import { dmarcName, isDmarc } from "../../../mail/dmarc/record.ts";
import { pastedTxt } from "../../../mail/txt.ts";
import { configPath } from "../../config/config.ts";
import type { TenantConfig } from "../../config/schema.ts";
import { type ExistingText, existingTextsAt } from "../existing/existing-records.ts";

/** The DMARC records that stand at `_dmarc.<domain>`: what `dmarc.existing` says, else what the name holds. */
export function existingDmarc(tenant: TenantConfig, domain: string): ExistingText[] {
  const written = configuredDmarc(tenant, domain);
  return written === undefined ? existingTextsAt(tenant, dmarcName(domain), isDmarc) : [written];
}

/** What `dmarc.existing` says of an organisational domain. */
function configuredDmarc(tenant: TenantConfig, domain: string): ExistingText | undefined {
  const [dmarc, path] =
    domain === tenant.domain
      ? [tenant.dmarc, ["tenant", "dmarc", "existing"]]
      : [tenant.domains[domain]?.dmarc, ["tenant", "domains", domain, "dmarc", "existing"]];
  const text = dmarc?.existing;
  return text === undefined ? undefined : { text: pastedTxt(text), path: configPath(path) };
}
