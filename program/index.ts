/** The program: one stack, a tenant or a mail host: config → plan → components → outputs. */
import { checkBindings } from "../components/bindings.ts";
import {
  configuredPlace,
  liveAddresses,
  mailHostFacts,
  place,
  thisStack,
} from "../components/cloud.ts";
import { MailHost } from "../components/mail-host.ts";
import {
  explained,
  lastDeployment,
  mailHostPrivateIps,
  mailHostStack,
  report,
  reportFindings,
  stackConfig,
} from "../components/stack.ts";
import { meetZones } from "../components/standing.ts";
import { Tenant } from "../components/tenant.ts";
import { checkZones, nameServersOf, zoneIds } from "../components/zones.ts";
import { readConfig, type Stack } from "../core/config/config.ts";
import { checkAddresses } from "../core/guards/addresses.ts";
import { checkInterfaces } from "../core/guards/interfaces.ts";
import { checkOwnAddresses } from "../core/guards/own-addresses.ts";
import { checkPlace } from "../core/guards/place.ts";
import { checkHostRecords, checkReverseNames } from "../core/guards/reverse-names.ts";
import { successions } from "../core/guards/successors.ts";
import { checkLimits, checkMailHost, checkPrivateIps } from "../core/host/mail-host.ts";
import { type Deployed, hasNoAddress, type Place } from "../core/state/deployed.ts";
import { setsReverseNames } from "../core/tenant/address/records.ts";
import { contextOf } from "../core/tenant/context.ts";
import { checkKnowledge } from "../core/tenant/existing/knowledge.ts";
import { leavesOf, stillToGo } from "../core/tenant/existing/leaves.ts";
import { type Plan, plan } from "../core/tenant/plan.ts";
import { mailHostOutputs, tenantOutputs } from "./outputs.ts";

type StackOf<Kind extends Stack["kind"]> = Extract<Stack, { kind: Kind }>;

/**
 * What would lose, replace or double what is deployed, all at once, before anything is registered: a run
 * that is refused changes nothing, and is refused again in the same words.
 */
async function guard(stack: Stack, planned?: Plan) {
  const { deployed, findings } = await lastDeployment();
  const wanted = planned?.addresses ?? [];
  // Parked domains alone are a matter of DNS: who has no address needs no account either.
  if (stack.kind === "tenant" && wanted.length === 0 && hasNoAddress(deployed)) {
    reportFindings([...findings, ...succession(planned, deployed)]);
    return { deployed, here: { stack: thisStack().stack } };
  }
  // In another account or Region nothing of it can be asked.
  const reportPlace = (where: Partial<Place>) => {
    const misplaced = checkPlace(deployed, where);
    if (misplaced.length > 0) reportFindings([...findings, ...misplaced]);
  };
  reportPlace(configuredPlace());
  const here = await place();
  reportPlace(here);
  const owner = thisStack();
  const live = await liveAddresses(owner, wanted, deployed);
  reportFindings([
    ...findings,
    ...checkAddresses(owner, wanted, deployed, live),
    ...checkInterfaces(stack.kind === "mailHost" ? stack.mailHost : undefined, deployed),
    ...(stack.kind === "tenant"
      ? checkReverseNames(stack.tenant, stack.operator.zones, deployed)
      : []),
    ...(planned === undefined ? [] : checkHostRecords(planned, deployed)),
    ...succession(planned, deployed),
  ]);
  return { deployed, here };
}

/** The name of a record in the state, by its key in the plan. */
function logicalName(key: string): string {
  return `${thisStack().stack}-${key}`;
}

function succession(planned: Plan | undefined, deployed: Deployed) {
  return successions(planned?.records ?? [], deployed.records, logicalName).findings;
}

async function deployTenant(stack: StackOf<"tenant">) {
  const planned = plan(stack);
  const context = contextOf(stack.name, stack.tenant, stack.operator);
  const known = checkKnowledge(context, new Date().toISOString().slice(0, 10));
  report([...planned.problems, ...known.map((finding) => ({ ...finding, stack: stack.name }))]);
  if (!("plan" in planned)) return {};
  const { tenant, operator } = stack;
  const { addresses } = planned.plan;
  const { zones } = operator;
  const { deployed, here } = await guard(stack, planned.plan);
  // A token that is missing must be seen before an address is allocated.
  const fresh = addresses.some(({ key }) => !deployed.addresses.some((held) => held.key === key));
  const [privateIps] = await Promise.all([
    mailHostPrivateIps(tenant, deployed),
    checkZones(zoneIds(planned.plan), fresh ? {} : deployed.outputs.zones),
  ]);
  reportFindings([
    ...checkPrivateIps(tenant, privateIps),
    ...checkOwnAddresses(tenant, deployed.addresses),
  ]);
  await checkBindings(planned.plan, privateIps, deployed);
  const { adoptions, findings } = await meetZones(planned.plan.records, deployed, logicalName);
  reportFindings(findings);
  const before = deployed.outputs.leaves;
  const restore = tenant.existing.whenGone === "restore";
  const leaves = leavesOf(planned.plan.records, adoptions, before, restore);
  const toGo = restore
    ? stillToGo(planned.plan.records, before, deployed.records, logicalName)
    : [];
  const made = new Tenant(stack.name, {
    plan: planned.plan,
    ...{ deployed, privateIps, adoptions, leaves },
    whenGone: tenant.existing.whenGone,
    resolves: operator.dns ?? { nameServers: () => nameServersOf(tenant.hostNames ?? "", zones) },
    reverseNames: setsReverseNames(tenant, zones),
  });
  return tenantOutputs(planned.plan, made, here, mailHostStack(tenant), { leaves, toGo });
}

async function deployMailHost(stack: StackOf<"mailHost">) {
  const { name, mailHost } = stack;
  reportFindings(checkMailHost(mailHost));
  const { here } = await guard(stack);
  if (!("account" in here)) throw new Error("a mail host is in an account");
  const facts = await mailHostFacts(mailHost.subnet, mailHost.instanceType);
  reportFindings(checkLimits(mailHost, facts));
  return mailHostOutputs(new MailHost(name, { mailHost, vpcId: facts.vpcId }), mailHost, here);
}

async function deploy() {
  const read = readConfig(stackConfig());
  report(read.problems);
  if (!("stack" in read)) return {};
  const { stack } = read;
  return stack.kind === "tenant" ? deployTenant(stack) : deployMailHost(stack);
}

export default () => explained(deploy);
