/** `access/*.json`: the policies and token scopes with words in capitals to fill in, for whoever has no project at hand. */
import { type Access, accessFor, policyOf } from "../core/access/access.ts";
import type { MailHostNeeds, TenantNeeds } from "../core/access/grant.ts";

const PLACE = { project: "PROJECT", stacks: ["STACK"], region: "REGION" };
const TENANT: TenantNeeds = { networkInterfaces: [], pools: [], adopt: [] };
const MAIL_HOST: MailHostNeeds = {
  subnets: ["SUBNET"],
  instance: { images: ["IMAGE"], keyPairs: ["KEY-PAIR"], instanceProfiles: ["INSTANCE-PROFILE"] },
};

/** What each file holds, by its name. */
export function accessFiles(): Record<string, unknown> {
  const tenant = { tenant: TENANT, zoneIds: ["ZONE-ID"] };
  const mailHost = { mailHost: MAIL_HOST, zoneIds: [] };
  const policy = ({ grants }: Access) => policyOf(grants);
  const deploy = accessFor("deploy", PLACE, tenant);
  const drift = accessFor("drift", PLACE, { ...tenant, ...mailHost, zoneIds: tenant.zoneIds });
  return {
    "tenant.json": policy(deploy),
    "mail-host.json": policy(accessFor("deploy", PLACE, mailHost)),
    "drift.json": policy(drift),
    "cloudflare-deploy.json": deploy.token,
    "cloudflare-drift.json": drift.token,
  };
}
