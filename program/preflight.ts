/** What a stack needs of the clouds, looked at before anything is registered. */
import { mailHostFacts } from "../components/aws.ts";
import { reportFindings } from "../components/engine.ts";
import type { MailHostConfig } from "../core/config/schema.ts";
import type { AddressAdoption } from "../core/guards/address-adoption.ts";
import type { Adoption } from "../core/guards/adoption.ts";
import { leavesOf, remainingLeaves } from "../core/guards/leaves.ts";
import { checkOwnAddresses } from "../core/guards/own-addresses.ts";
import { checkMailHost, checkMailHostLimits } from "../core/host/mail-host.ts";
import { checkPrimary, checkPrivateIps, type PrivateIps } from "../core/host/private-ips.ts";
import type { LeftName } from "../core/state/outputs.ts";
import type { Plan, TenantStack } from "../core/tenant/plan.ts";
import { reportOf } from "./acceptance.ts";
import { addressAdoptions } from "./address-adoption.ts";
import { adoptionsInZones } from "./adoption.ts";
import { checkBindings } from "./bindings.ts";
import type { GuardResult, TakenAddresses } from "./guard.ts";
import { logicalName } from "./logical-names.ts";
import { mailHostPrivateIps } from "./mail-host-reference.ts";
import { checkZones, zoneIds } from "./zone-ids.ts";

/** What was found for a tenant. */
export interface Preflight {
  privateIps: PrivateIps;
  adoptions: ReadonlyMap<string, Adoption>;
  /** What is taken over of addresses as they stand, by their keys. */
  addressAdoptions: ReadonlyMap<string, AddressAdoption>;
  /** What stays at a name when its record goes, by the record's key. */
  leaves: ReadonlyMap<string, string>;
  /** What an earlier deployment said of records that this plan lets go of. */
  toGo: readonly LeftName[];
}

/** Looks at the mail host, the zones and the private IPs of a tenant. */
export async function preflightTenant(
  stack: TenantStack,
  plan: Plan,
  { deployed, taken }: Pick<GuardResult<unknown>, "deployed"> & TakenAddresses,
): Promise<Preflight> {
  const { tenant } = stack;
  // A token that is missing must be seen before an address is allocated.
  const fresh = plan.addresses.some(
    ({ key }) => !deployed.addresses.some((held) => held.key === key),
  );
  const [{ privateIps, primary }] = await Promise.all([
    mailHostPrivateIps(tenant, deployed),
    checkZones(zoneIds(plan), fresh ? {} : deployed.outputs.zones),
  ]);
  reportOf(stack, [
    ...checkPrivateIps(tenant, privateIps),
    ...checkPrimary(tenant, primary),
    ...checkOwnAddresses(tenant, deployed.addresses),
  ]);
  const addresses = await addressAdoptions(stack, plan, privateIps, deployed, taken);
  reportOf(stack, addresses.findings);
  reportOf(stack, await checkBindings(plan, privateIps, deployed, taken));
  const known = [...deployed.addresses, ...[...taken].map(([key, live]) => ({ key, ...live }))];
  const { adoptions, findings } = await adoptionsInZones(
    plan.records,
    deployed,
    known,
    logicalName,
  );
  reportOf(stack, findings);
  const before = deployed.outputs.leaves;
  const restores = tenant.existing.whenGone === "restore";
  return {
    ...{ privateIps, adoptions, addressAdoptions: addresses.adoptions },
    leaves: leavesOf(plan.records, adoptions, before, restores),
    toGo: restores ? remainingLeaves(plan.records, before, deployed.records, logicalName) : [],
  };
}

/** Looks at the subnet and the instance type of a mail host. */
export async function preflightMailHost({
  mailHost,
}: {
  mailHost: MailHostConfig;
}): Promise<{ vpcId: string }> {
  reportFindings(checkMailHost(mailHost));
  const facts = await mailHostFacts(mailHost.subnet, mailHost.instanceType);
  reportFindings(checkMailHostLimits(mailHost, facts));
  return facts;
}
