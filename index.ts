/** One stack, a tenant or a mail host: config → plan → components → outputs. */
import { mailHostFacts, place } from "./components/cloud.ts";
import { MailHost } from "./components/mail-host.ts";
import { mailHostOutputs, tenantOutputs } from "./components/outputs.ts";
import { checkFree } from "./components/private-ip.ts";
import {
  explained,
  lastDeployment,
  mailHostPrivateIps,
  mailHostStack,
  report,
  reportFindings,
  stackConfig,
} from "./components/stack.ts";
import { Tenant } from "./components/tenant.ts";
import { checkZones, nameServersOf, zoneIds } from "./components/zones.ts";
import { readConfig, type Stack } from "./plan/config.ts";
import {
  checkInterfaces,
  checkKept,
  checkPlace,
  checkReverseNames,
  setsReverseNames,
} from "./plan/deployed.ts";
import { checkLimits, checkMailHost, checkPrivateIps } from "./plan/mail-host.ts";
import { plan } from "./plan/plan.ts";

type StackOf<Kind extends Stack["kind"]> = Extract<Stack, { kind: Kind }>;

async function deployTenant(stack: StackOf<"tenant">) {
  const planned = plan(stack);
  report(planned.problems);
  if (!("plan" in planned)) return {};
  const { tenant, operator } = stack;
  const { addresses } = planned.plan;
  const { zones } = operator;
  const [deployed, here] = await Promise.all([lastDeployment(), place()]);
  reportFindings([
    ...checkPlace(deployed, here),
    ...checkKept(addresses, deployed),
    ...checkReverseNames(tenant, zones, deployed),
  ]);
  // A token that is missing must be seen before an address is allocated.
  const fresh = addresses.some(({ key }) => deployed.addresses[key] === undefined);
  const [privateIps] = await Promise.all([
    mailHostPrivateIps(tenant, deployed),
    checkZones(zoneIds(planned.plan), fresh ? {} : deployed.zones),
  ]);
  reportFindings(checkPrivateIps(tenant, privateIps));
  await checkFree(planned.plan, privateIps, deployed);
  const made = new Tenant(stack.name, {
    plan: planned.plan,
    deployed: deployed.addresses,
    privateIps,
    resolves: operator.dns ?? { nameServers: () => nameServersOf(tenant.hostNames, zones) },
    reverseNames: setsReverseNames(tenant, zones),
  });
  return tenantOutputs(planned.plan, made, here, mailHostStack(tenant));
}

async function deployMailHost({ name, mailHost }: StackOf<"mailHost">) {
  reportFindings(checkMailHost(mailHost));
  const [deployed, here] = await Promise.all([lastDeployment(), place()]);
  reportFindings([...checkPlace(deployed, here), ...checkInterfaces(mailHost, deployed)]);
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
