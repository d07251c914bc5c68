/** The bindings of a plan, looked up before anything is registered. */
import { addressesBoundBy, addressesOnOrClaiming, elasticIp } from "../components/aws.ts";
import { thisStack } from "../components/engine.ts";
import type { LiveAddress } from "../core/guards/address-context.ts";
import {
  type Binding,
  checkBinding,
  isSameBinding,
  type WantedBinding,
} from "../core/guards/bindings.ts";
import type { PrivateIps } from "../core/host/private-ips.ts";
import type { Finding } from "../core/problem.ts";
import type { DeployedStack } from "../core/state/deployed-stack.ts";
import type { Plan } from "../core/tenant/plan.ts";

/**
 * Looks up, before anything is registered, whether what a plan binds anew is free, and whether what stays
 * is still bound where the state says. One call where nothing has changed.
 */
export async function checkBindings(
  { addresses }: Plan,
  privateIps: PrivateIps,
  deployed: DeployedStack,
  taken: ReadonlyMap<string, LiveAddress>,
): Promise<Finding[]> {
  const program = new Map<string, Binding>();
  const all = addresses.map(({ key, privateIp, retirement }) => {
    const binding = { privateIp, networkInterfaceId: privateIps[privateIp] ?? "" };
    program.set(key, binding);
    const state = deployed.addresses.find((address) => address.key === key);
    const known = deployed.outputs.addresses[key];
    // What the outputs say counts where the state says the same.
    const association =
      isSameBinding(state?.bound, binding) &&
      isSameBinding(known, binding) &&
      known?.allocationId === state?.allocationId
        ? known?.associationId
        : undefined;
    const id = state?.allocationId ?? taken.get(key)?.allocationId;
    const leaves = retirement !== undefined;
    return { key, leaves, binding, held: state?.bound, id, association };
  });
  const bound = await addressesBoundBy(all.flatMap(({ association }) => association ?? []));
  const unbound = all.filter(
    ({ association, id = "" }) => association === undefined || !bound.has(id),
  );
  if (unbound.length === 0) return [];
  const wanted: WantedBinding[] = await Promise.all(
    unbound.map(async ({ id, ...one }) => ({
      ...one,
      live: id === undefined ? undefined : await elasticIp(id),
    })),
  );
  const holders = await addressesOnOrClaiming(
    wanted.map(({ binding }) => binding),
    new Set(),
  );
  return wanted.flatMap((one) => {
    const others = holders.filter(({ allocationId }) => allocationId !== one.live?.allocationId);
    return checkBinding(thisStack(), program, one, others);
  });
}
