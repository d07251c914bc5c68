/** Registers a stack's component: the one step that deploys anything. */
import { MailHost } from "../components/mail-host.ts";
import { Tenant, waitsOf } from "../components/tenant.ts";
import type { MailHostConfig } from "../core/config/schema.ts";
import type { DeployedStack } from "../core/state/deployed-stack.ts";
import { setsReverseName } from "../core/tenant/address/records.ts";
import type { Plan, TenantStack } from "../core/tenant/plan.ts";
import type { Preflight } from "./preflight.ts";

/** Registers a tenant, named after its stack. */
export function deployTenant(
  { name, tenant, operator }: TenantStack,
  plan: Plan,
  deployed: DeployedStack,
  { privateIps, adoptions, addressAdoptions, leaves }: Preflight,
): Tenant {
  const { zones } = operator;
  return new Tenant(
    name,
    {
      ...{ plan, privateIps, ...waitsOf(operator) },
      reverseNames: (key) => setsReverseName(key, tenant, zones),
      restores: tenant.existing.whenGone === "restore",
    },
    {},
    { deployed, adoptions, addressAdoptions, leaves },
  );
}

/** Registers a mail host, named after its stack. */
export function deployMailHost(
  { name, mailHost }: { name: string; mailHost: MailHostConfig },
  deployed: DeployedStack,
  vpcId: string,
): MailHost {
  const { subnet, instanceType, networkInterfaces, submissionFrom, instance } = mailHost;
  return new MailHost(
    name,
    { subnet, vpcId, instanceType, networkInterfaces, submissionFrom, instance },
    {},
    { deployed },
  );
}
