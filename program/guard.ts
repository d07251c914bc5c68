/**
 * What would lose, replace or double what is deployed, all at once, before anything is registered: a run
 * that is refused changes nothing, and is refused again in the same words.
 */
import { configuredPlace, liveAddresses, namedAddresses, stackPlace } from "../components/aws.ts";
import { today } from "../components/clock.ts";
import { lastDeployment, reportFindings, thisStack } from "../components/engine.ts";
import type { MailHostConfig } from "../core/config/schema.ts";
import { adoptedIds, takeOvers } from "../core/guards/address-adoption.ts";
import type { LiveAddress } from "../core/guards/address-context.ts";
import { checkStateAddresses } from "../core/guards/addresses.ts";
import { checkInterfaces } from "../core/guards/interfaces.ts";
import { checkReverseNames } from "../core/guards/reverse-names.ts";
import { checkPlace } from "../core/guards/stack-place.ts";
import { successions } from "../core/guards/successors.ts";
import type { Finding } from "../core/problem.ts";
import { candidateKeys, withoutCandidates } from "../core/screening/candidates.ts";
import { type DeployedStack, hasNoAddress, type StackPlace } from "../core/state/deployed-stack.ts";
import type { Plan, TenantStack } from "../core/tenant/plan.ts";
import { reportOf } from "./acceptance.ts";
import { checkHandOvers } from "./hand-over.ts";
import { logicalName } from "./logical-names.ts";

/** What a guard has found out. */
export interface GuardResult<Here> {
  deployed: DeployedStack;
  here: Here;
}

/** The Elastic IPs that stand in EC2 and that this run takes over, by the keys of their addresses. */
export interface TakenAddresses {
  taken: ReadonlyMap<string, LiveAddress>;
  /** Keys for which candidates stand in EC2 that nobody has decided for. */
  candidates: ReadonlySet<string>;
}

/** A stack that holds parked domains alone needs no account. */
export type TenantPlace = Pick<StackPlace, "stack"> & Partial<StackPlace>;

/** Guards what is deployed of a tenant. */
export async function guardTenant(
  stack: TenantStack,
  planned: Plan,
): Promise<GuardResult<TenantPlace> & TakenAddresses> {
  const { tenant, operator } = stack;
  const { deployed, findings } = await lastDeployment();
  const own = [
    ...findings,
    ...successions(planned.records, deployed.records, logicalName).findings,
  ];
  // Parked domains alone are a matter of DNS: who has no address needs no account either.
  if (planned.addresses.length === 0 && hasNoAddress(deployed)) {
    reportOf(stack, own);
    return {
      deployed,
      here: { stack: thisStack().stack },
      taken: new Map(),
      candidates: new Set(),
    };
  }
  const here = await guardPlace(deployed, findings);
  const owner = thisStack();
  const wanted = planned.addresses;
  const [all, named] = await Promise.all([
    liveAddresses(owner, wanted, deployed),
    namedAddresses(adoptedIds(wanted, deployed)),
  ]);
  // Where nothing is screened any more, a candidate is an address of the stack like any other.
  const live = operator.screen === undefined ? all : withoutCandidates(all, deployed);
  const context = { owner, wanted, deployed, live, today: today() };
  const { taken, findings: refused } = takeOvers(context, named, here);
  reportOf(stack, [
    ...refused,
    ...checkStateAddresses(context, taken),
    ...checkInterfaces(undefined, deployed),
    ...checkReverseNames(tenant, operator.zones, deployed, context.today),
    ...(await checkHandOvers(stack, planned, deployed, context.today)),
    ...own,
  ]);
  return { deployed, here, taken, candidates: candidateKeys(all) };
}

/** Guards what is deployed of a mail host. */
export async function guardMailHost({
  mailHost,
}: {
  mailHost: MailHostConfig;
}): Promise<GuardResult<StackPlace>> {
  const { deployed, findings } = await lastDeployment();
  const here = await guardPlace(deployed, findings);
  const owner = thisStack();
  reportFindings([
    ...findings,
    ...checkStateAddresses({
      ...{ owner, wanted: [], deployed, today: today() },
      live: await liveAddresses(owner, [], deployed),
    }),
    ...checkInterfaces(mailHost, deployed),
  ]);
  return { deployed, here };
}

/** Where the stack is. In another account or Region nothing of it can be asked. */
async function guardPlace(
  deployed: DeployedStack,
  findings: readonly Finding[],
): Promise<StackPlace> {
  const refuse = (where: Partial<StackPlace>) => {
    const misplaced = checkPlace(deployed, where);
    if (misplaced.length > 0) reportFindings([...findings, ...misplaced]);
  };
  refuse(configuredPlace());
  const here = await stackPlace();
  refuse(here);
  return here;
}
