/** What a tenant's names publish today apart from us, as its config says it: read for merging and keeping. */

import { pastedTxt, type Singleton } from "../../../mail/txt.ts";
import { configPath } from "../../config/config.ts";
import type { ExistingConfig, TenantConfig } from "../../config/schema.ts";

/** What stands at a name; all of it empty where nothing does. */
export type ExistingRecords = ExistingConfig["names"][string];

/** The types of which several may stand at a name: all that are read but the CNAME. */
export const LISTED_TYPES = ["TXT", "MX", "CAA", "A", "AAAA"] as const;

/** The records of a name at which nothing stands. */
export function noRecords(): ExistingRecords {
  return { TXT: [], MX: [], CAA: [], A: [], AAAA: [] };
}

/** A text that stands, and the config that says so. */
export interface ExistingText {
  text: string;
  path: string;
}

/** What is known of a name; undefined where nothing is. */
export function existingRecordsAt(
  { existing }: TenantConfig,
  name: string,
): ExistingRecords | undefined {
  return Object.hasOwn(existing.names, name) ? existing.names[name] : undefined;
}

/** The config that says what stands at a name. */
export function existingPath(name: string, type: keyof ExistingRecords): string {
  return configPath(["tenant", "existing", "names", name, type]);
}

/** TXT values of a name that a test admits, as the names hold them: strings joined, quotes taken off. */
export function existingTextsAt(
  tenant: TenantConfig,
  name: string,
  admits: (text: string) => boolean,
): ExistingText[] {
  return (existingRecordsAt(tenant, name)?.TXT ?? [])
    .map(pastedTxt)
    .filter(admits)
    .map((text) => ({ text, path: existingPath(name, "TXT") }));
}

/** What of a kind that stands once at its name (SPF, DMARC, a DKIM key …) stands at a name. */
export function existingTextsOf(
  tenant: TenantConfig,
  name: string,
  kind: Singleton,
): ExistingText[] {
  return existingTextsAt(tenant, name, (text) => kind.begins.test(text));
}

/** Whether it is known what a name publishes, be it nothing. */
export function isNameKnown(tenant: TenantConfig, name: string): boolean {
  return existingRecordsAt(tenant, name) !== undefined;
}
