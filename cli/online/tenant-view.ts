/** Asks AWS, Cloudflare and DNS for everything that was deployed of a tenant. */
import type { Asked, CloudView } from "../../core/drift/cloud-view.ts";
import type { ZoneRecord } from "../../core/guards/adoption.ts";
import type { DeployedStack } from "../../core/state/deployed-stack.ts";
import type { TenantStack } from "../../core/tenant/plan.ts";
import { cloudflareApi } from "../../dns/cloudflare.ts";
import { answersOf, isAbsent, nameReader, resolverAt } from "../../dns/name-reader.ts";
import { messageOf } from "../engine/surroundings.ts";
import type { Project } from "../project/project.ts";
import { addressesOfStack, cloudflareAccessOf, ec2Of, placeOf } from "./cloud-view.ts";

/** Asks for all of it; what cannot be asked is said, and hides nothing else. */
export async function tenantView(
  project: Project,
  { name, operator }: TenantStack,
  deployed: DeployedStack,
): Promise<CloudView> {
  const names = [...new Set(deployed.records.map((record) => record.name))];
  const servers = operator.dns?.servers;
  const reader = nameReader(servers);
  const [aws, zones, readings, pointers] = await Promise.all([
    awsView(project, name, deployed),
    zoneViews(project, name, deployed),
    Promise.all(names.map(async (one) => [one, await reader.read(one)] as const)),
    pointersOf(deployed, servers),
  ]);
  const byName = new Map(readings);
  return {
    ...aws,
    zones,
    dns: (at, type) => (type === "PTR" ? pointers.get(at) : answersOf(byName.get(at), type)),
  };
}

async function awsView(
  project: Project,
  stack: string,
  deployed: DeployedStack,
): Promise<Pick<CloudView, "addresses" | "reverseNames">> {
  // A tenant of parked domains has nothing there, and needs no account.
  if (deployed.addresses.length === 0) {
    return { addresses: { found: new Map() }, reverseNames: new Map() };
  }
  try {
    const ec2 = await ec2Of(project, stack);
    await placeOf(ec2, stack, deployed);
    const [addresses, reverseNames] = await Promise.all([
      addressesOfStack(ec2, stack, deployed),
      ec2.reverseNames(deployed.addresses.map(({ allocationId }) => allocationId)),
    ]);
    return {
      addresses: { found: new Map(addresses.map((one) => [one.allocationId, one])) },
      reverseNames,
    };
  } catch (error) {
    return { addresses: { failed: messageOf(error) }, reverseNames: new Map() };
  }
}

async function zoneViews(
  project: Project,
  stack: string,
  { records }: DeployedStack,
): Promise<Map<string, Asked<readonly ZoneRecord[]>>> {
  const byZone = new Map<string, Set<string>>();
  for (const { zoneId, name } of records) {
    byZone.set(zoneId, (byZone.get(zoneId) ?? new Set()).add(name));
  }
  const views = new Map<string, Asked<readonly ZoneRecord[]>>();
  const access = cloudflareAccessOf(project, stack);
  for (const [zoneId, names] of byZone) {
    try {
      const api = await cloudflareApi(access);
      views.set(zoneId, { found: await api.recordsAt(zoneId, [...names]) });
    } catch (error) {
      views.set(zoneId, { failed: messageOf(error) });
    }
  }
  return views;
}

/** What DNS answers for the reverse names of the addresses, by IPv4. */
async function pointersOf(
  { addresses }: DeployedStack,
  servers: readonly string[] | undefined,
): Promise<Map<string, Asked<readonly string[]>>> {
  const resolver = resolverAt(servers);
  const found = await Promise.all(
    addresses.map(async ({ publicIp }): Promise<[string, Asked<readonly string[]>]> => {
      const reverse = `${publicIp.split(".").reverse().join(".")}.in-addr.arpa`;
      try {
        return [publicIp, { found: await resolver.resolvePtr(reverse) }];
      } catch (error) {
        return [publicIp, isAbsent(error) ? { found: [] } : { failed: messageOf(error) }];
      }
    }),
  );
  return new Map(found);
}
