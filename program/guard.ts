/**
 * What would lose, replace or double what is deployed, all at once, before anything is registered: a run
 * that is refused changes nothing, and is refused again in the same words.
 */
import { configuredPlace, liveAddresses, place } from "../components/aws.ts";
import { lastDeployment, reportFindings, thisStack } from "../components/engine.ts";
import type { MailHostConfig } from "../core/config/schema.ts";
import { checkAddresses } from "../core/guards/addresses.ts";
import { checkInterfaces } from "../core/guards/interfaces.ts";
import { checkPlace } from "../core/guards/place.ts";
import { checkHostRecords, checkReverseNames } from "../core/guards/reverse-names.ts";
import { successions } from "../core/guards/successors.ts";
import type { Finding } from "../core/problem.ts";
import { type Deployed, hasNoAddress, type Place } from "../core/state/deployed.ts";
import type { Plan, TenantStack } from "../core/tenant/plan.ts";
import { reportOf } from "./accept.ts";
import { logicalName } from "./names.ts";

/** What a guard has found out. */
export interface Guarded<Here> {
  deployed: Deployed;
  here: Here;
}

/** A stack that holds parked domains alone needs no account. */
export type PlaceOfTenant = Pick<Place, "stack"> & Partial<Place>;

/** Guards what is deployed of a tenant. */
export async function guardTenant(
  stack: TenantStack,
  planned: Plan,
): Promise<Guarded<PlaceOfTenant>> {
  const { tenant, operator } = stack;
  const { deployed, findings } = await lastDeployment();
  const own = [
    ...findings,
    ...successions(planned.records, deployed.records, logicalName).findings,
  ];
  // Parked domains alone are a matter of DNS: who has no address needs no account either.
  if (planned.addresses.length === 0 && hasNoAddress(deployed)) {
    reportOf(stack, own);
    return { deployed, here: { stack: thisStack().stack } };
  }
  const here = await guardPlace(deployed, findings);
  const owner = thisStack();
  const live = await liveAddresses(owner, planned.addresses, deployed);
  reportOf(stack, [
    ...checkAddresses(owner, planned.addresses, deployed, live),
    ...checkInterfaces(undefined, deployed),
    ...checkReverseNames(tenant, operator.zones, deployed),
    ...checkHostRecords(planned, deployed),
    ...own,
  ]);
  return { deployed, here };
}

/** Guards what is deployed of a mail host. */
export async function guardMailHost({
  mailHost,
}: {
  mailHost: MailHostConfig;
}): Promise<Guarded<Place>> {
  const { deployed, findings } = await lastDeployment();
  const here = await guardPlace(deployed, findings);
  const owner = thisStack();
  reportFindings([
    ...findings,
    ...checkAddresses(owner, [], deployed, await liveAddresses(owner, [], deployed)),
    ...checkInterfaces(mailHost, deployed),
  ]);
  return { deployed, here };
}

/** Where the stack is. In another account or Region nothing of it can be asked. */
async function guardPlace(deployed: Deployed, findings: readonly Finding[]): Promise<Place> {
  const refuse = (where: Partial<Place>) => {
    const misplaced = checkPlace(deployed, where);
    if (misplaced.length > 0) reportFindings([...findings, ...misplaced]);
  };
  refuse(configuredPlace());
  const here = await place();
  refuse(here);
  return here;
}
