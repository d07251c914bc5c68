/** Addresses that come under management as they stand: what EC2 says of each, before anything is registered. */
import { standingAddress } from "../components/aws.ts";
import {
  type AddressAdoption,
  planAddressAdoption,
  type WantedAdoption,
} from "../core/guards/address-adoption.ts";
import type { LiveAddress } from "../core/guards/address-context.ts";
import type { PrivateIps } from "../core/host/private-ips.ts";
import type { Finding } from "../core/problem.ts";
import type { DeployedStack } from "../core/state/deployed-stack.ts";
import { setsReverseName } from "../core/tenant/address/records.ts";
import type { Plan, TenantStack } from "../core/tenant/plan.ts";

/**
 * What is taken over of each address, by its key. Asks EC2 for those alone that the state does not hold, or holds
 * without their association or PTR: of a run that was cut short.
 */
export async function addressAdoptions(
  { tenant, operator }: TenantStack,
  { addresses }: Pick<Plan, "addresses">,
  privateIps: PrivateIps,
  deployed: DeployedStack,
  taken: ReadonlyMap<string, LiveAddress>,
): Promise<{ adoptions: ReadonlyMap<string, AddressAdoption>; findings: Finding[] }> {
  const wanted = await Promise.all(
    addresses.map(async ({ key, hostName, privateIp }): Promise<WantedAdoption[]> => {
      const held = deployed.addresses.find((address) => address.key === key);
      const setsName = setsReverseName(key, tenant, operator.zones);
      const lacks =
        held !== undefined &&
        (held.bound === undefined || (setsName && held.reverseNameUrn === undefined));
      const id = taken.get(key)?.allocationId ?? (lacks ? held.allocationId : undefined);
      if (id === undefined) return [];
      return [
        {
          ...{ key, taken: taken.has(key), hostName, setsReverseName: setsName },
          standing: await standingAddress(id),
          binding: { privateIp, networkInterfaceId: privateIps[privateIp] ?? "" },
        },
      ];
    }),
  );
  const planned = wanted
    .flat()
    .map((one) => [one.key, planAddressAdoption(one, deployed)] as const);
  return {
    adoptions: new Map(planned.map(([key, { adoption }]) => [key, adoption])),
    findings: planned.flatMap(([, { findings }]) => findings),
  };
}
