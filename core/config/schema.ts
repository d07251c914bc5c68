/** The config that people edit, as zod schemas: `sendips:tenant`, `sendips:mailHost` and the operator's values. */
export type { DkimKeyConfig } from "./dkim-key.ts";
export type {
  DmarcConfig,
  ExistingConfig,
  MtaStsConfig,
  SpfConfig,
} from "./schema/mail.ts";
export { type MailHostConfig, mailHostSchema } from "./schema/mail-host.ts";
export { type OperatorConfig, operatorSchema } from "./schema/operator.ts";
export { type TenantConfig, tenantSchema } from "./schema/tenant.ts";
