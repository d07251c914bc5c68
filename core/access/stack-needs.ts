/** What stacks need, by their config and their plans. */
import type { Stack } from "../config/config.ts";
import type { MailHostConfig, TenantConfig } from "../config/schema.ts";
import { isOurs } from "../publishers/publishers.ts";
import { type PlanResult, plan } from "../tenant/plan.ts";
import type { Needs } from "./access.ts";
import type { MailHostNeeds, TenantNeeds } from "./grant.ts";

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();

/**
 * What these stacks need together.
 *
 * @param adopt addresses of somebody else's that a tenant of them is to take over, beside those that their configs name.
 */
export function needsOf(stacks: readonly Stack[], adopt: readonly string[] = []): Needs {
  const tenants = stacks.flatMap((stack) => (stack.kind === "tenant" ? [stack.tenant] : []));
  const hosts = stacks.flatMap((stack) => (stack.kind === "mailHost" ? [stack.mailHost] : []));
  const zoneIds = stacks.flatMap((stack) =>
    stack.kind === "tenant" ? publishedZones(plan(stack)) : [],
  );
  const sending = tenants.filter(sends);
  return {
    ...(sending.length === 0 ? {} : { tenant: tenantNeeds(sending, adopt) }),
    ...(hosts.length === 0 ? {} : { mailHost: mailHostNeeds(hosts) }),
    zoneIds: unique(zoneIds),
  };
}

/**
 * Parked domains alone are a matter of DNS: such a tenant needs no account. One that has given its last address up has
 * them to release still.
 */
function sends({ addresses, hostNames, mailHost }: TenantConfig): boolean {
  return Object.keys(addresses).length > 0 || hostNames !== undefined || mailHost !== undefined;
}

function tenantNeeds(tenants: readonly TenantConfig[], adopt: readonly string[]): TenantNeeds {
  return {
    networkInterfaces: unique(tenants.flatMap(({ mailHost }) => mailHost?.networkInterface ?? [])),
    pools: unique(
      tenants.flatMap(({ addresses }) =>
        Object.values(addresses).flatMap(({ publicIpv4Pool }) => publicIpv4Pool ?? []),
      ),
    ),
    adopt: unique([
      ...adopt,
      ...tenants.flatMap(({ addresses }) =>
        Object.values(addresses).flatMap((address) => address.adopt ?? []),
      ),
    ]),
  };
}

function mailHostNeeds(hosts: readonly MailHostConfig[]): MailHostNeeds {
  const instances = hosts.flatMap(({ instance }) => instance ?? []);
  return {
    subnets: unique(hosts.map(({ subnet }) => subnet)),
    ...(instances.length === 0
      ? {}
      : {
          instance: {
            images: unique(instances.map(({ ami }) => ami)),
            keyPairs: unique(instances.flatMap(({ keyName }) => keyName ?? [])),
            instanceProfiles: unique(
              instances.flatMap(({ iamInstanceProfile }) => iamInstanceProfile ?? []),
            ),
          },
        }),
  };
}

/** The ids of the zones that a plan publishes in; a plan with errors publishes nothing. */
function publishedZones(result: PlanResult): string[] {
  if (!("plan" in result)) return [];
  return result.plan.records.flatMap(({ publisher }) =>
    isOurs(publisher) ? [publisher.zoneId] : [],
  );
}
