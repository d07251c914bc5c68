/** `sendips adopt`: a tenant's config from what sends already, and what would differ. */
import { parseArgs } from "node:util";
import { planAdoptions } from "../../core/guards/adoption.ts";
import { formatProblems, hasErrors } from "../../core/problem.ts";
import { isOurs } from "../../core/publishers/publishers.ts";
import {
  adoptableAddresses,
  adoptableKeys,
  type SendingAddress,
  type StandingKey,
} from "../../core/recovery/adoptable.ts";
import type { DeployedStack } from "../../core/state/deployed-stack.ts";
import { readExport } from "../../core/state/stack-export.ts";
import { contextOf, fromDomains } from "../../core/tenant/context.ts";
import { type Plan, plan, type TenantStack } from "../../core/tenant/plan.ts";
import type { KnownAddresses } from "../../core/tenant/record.ts";
import { publisherOf } from "../../core/tenant/zones.ts";
import { type CloudflareApi, cloudflareApi } from "../../dns/cloudflare.ts";
import { unquoteTxt } from "../../mail/txt.ts";
import { exportedState } from "../engine/deployed-addresses.ts";
import { type Pulumi, pulumiCommand } from "../engine/pulumi.ts";
import { Refusal, type Surroundings, stackAskedFor } from "../engine/surroundings.ts";
import { cloudflareAccessOf, ec2Of, placeOf } from "../online/cloud-view.ts";
import { readNames } from "../online/read-names.ts";
import { loadTenant } from "../project/dkim-config.ts";
import { editTenant, type TenantEdit } from "../project/edit-yaml.ts";
import { openProject, type Project } from "../project/project.ts";
import { existingEdits } from "./zone.ts";

export const ADOPT_USAGE = `sendips adopt <stack> [--write]
  Looks at the mail host, the account and the zones of a tenant that sends already, and says what its config would be:
  each Elastic IP on the mail host with its PTR, DKIM keys in our zones, SPF and DMARC. The stack file needs domain and
  mailHost before. Nothing is changed in any cloud.
  --write   write it into the stack file (sendips zone --write included), and say what a deployment would take over as
            it stands, what it would add, and what is in its way
`;

/** Runs `adopt <args>`. */
export async function adoptCommand(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { cwd, env, out, err } = surroundings;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { write: { type: "boolean", default: false } },
  });
  const name = stackAskedFor(positionals);
  const project = openProject(cwd);
  const stack = loadTenant(project, name);
  const { tenant } = stack;
  if (tenant.mailHost === undefined) {
    throw new Refusal(
      `${name}: sendips:tenant.mailHost: is missing, and its addresses are looked for there\n  mailHost: { networkInterface: eni-… }, or { stack: … } for a mail host of ours`,
    );
  }
  const pulumi = { command: pulumiCommand(env, project.folder), cwd: project.folder, env };
  const { deployed } = readExport(name, await exportedState(pulumi, name));
  const ec2 = await ec2Of(project, name);
  await placeOf(ec2, name, deployed);
  const interfaces = await interfacesOf(pulumi, tenant.mailHost);
  const live = await ec2.addresses({ "network-interface-id": interfaces });
  const reverse = await ec2.reverseNames(live.map(({ allocationId }) => allocationId));
  const held = new Set(deployed.addresses.map(({ allocationId }) => allocationId));
  const found: SendingAddress[] = live
    .filter(({ allocationId }) => !held.has(allocationId))
    .map((one) => ({ ...one, reverseName: reverse.get(one.allocationId)?.name ?? "" }));
  const { addresses, notes } = adoptableAddresses(name, found, tenant.addresses, tenant.hostNames);
  const cloudflare = await cloudflareApi(cloudflareAccessOf(project, name));
  const keys = adoptableKeys(await keysInZones(cloudflare, stack), Object.keys(tenant.dkim));
  for (const note of notes) err(`${note}\n`);
  const lines = [
    ...addresses.map(
      ({ key, config: { privateIp, hostName, adopt } }) =>
        `addresses.${key}: ${adopt}, ${live.find((one) => one.allocationId === adopt)?.publicIp}, on ${privateIp}${hostName === undefined ? "" : `, ${hostName}`}`,
    ),
    ...keys.map(({ selector, config }) => `dkim.${selector}: at ${config.domains.join(", ")}`),
  ];
  out(
    lines.length === 0
      ? `${name}: nothing that the config does not know\n`
      : `${lines.join("\n")}\n`,
  );
  if (!values.write) {
    if (lines.length > 0) err(`npx sendips adopt ${name} --write writes it\n`);
    return 0;
  }
  const edits: TenantEdit[] = [
    ...addresses.map(({ key, config }) => ({ path: ["addresses", key], value: config })),
    ...keys.map(({ selector, config }) => ({ path: ["dkim", selector], value: config })),
  ];
  if (edits.length > 0) editTenant(project, name, edits);
  const written = loadTenant(project, name);
  const known = addressesOfConfig(written, deployed, live);
  // Of what stands at its names, that which holds its own addresses is the tenant's.
  const { reports, notes: unread } = await readNames(project, written, { known, deployed: true });
  for (const note of unread) err(`${note}\n`);
  editTenant(project, name, existingEdits(written, reports, surroundings.today));
  const differs = await tellDifferences(project, name, cloudflare, known, surroundings);
  return differs || reports.some((report) => report.failed !== undefined) ? 1 : 0;
}

/** The IPv4 of each address of a config, as far as it is there. */
function addressesOfConfig(
  { tenant }: TenantStack,
  deployed: DeployedStack,
  live: readonly { allocationId: string; publicIp: string }[],
): KnownAddresses {
  const held = deployed.addresses.flatMap(({ key, publicIp }): [string, string][] =>
    key === undefined ? [] : [[key, publicIp]],
  );
  const adopted = Object.entries(tenant.addresses).flatMap(([key, { adopt }]) => {
    const one = live.find(
      ({ allocationId, publicIp }) => adopt === allocationId || adopt === publicIp,
    );
    return one === undefined ? [] : [[key, one.publicIp] as const];
  });
  return Object.fromEntries([...held, ...adopted]);
}

/** The network interfaces of a mail host. */
async function interfacesOf(
  pulumi: Pulumi,
  {
    stack,
    networkInterface,
  }: { stack?: string | undefined; networkInterface?: string | undefined },
): Promise<string[]> {
  if (networkInterface !== undefined) return [networkInterface];
  const exported = await exportedState(pulumi, stack ?? "");
  if (exported === undefined) throw new Refusal(`the mail host ${stack} is not deployed`);
  const short = stack?.split("/").at(-1) ?? "";
  const { networkInterfaces } = readExport(short, exported).deployed.outputs;
  return Object.values(networkInterfaces).map(({ id }) => id);
}

/** The DKIM keys that stand at the tenant's From domains in our zones. */
async function keysInZones(
  cloudflare: CloudflareApi,
  { name, tenant, operator }: TenantStack,
): Promise<StandingKey[]> {
  const domains = [...new Set([tenant.domain, ...fromDomains(contextOf(name, tenant, operator))])];
  const found: StandingKey[] = [];
  for (const domain of domains) {
    const publisher = publisherOf(domain, operator.zones);
    if (!isOurs(publisher)) continue;
    const below = `._domainkey.${domain}`;
    for (const record of await cloudflare.recordsBelow(publisher.zoneId, below.slice(1))) {
      if (record.type !== "TXT" || !record.name.endsWith(below)) continue;
      const text = record.content.startsWith('"') ? unquoteTxt(record.content) : record.content;
      found.push({ selector: record.name.slice(0, -below.length), domain, text });
    }
  }
  return found;
}

/** Says what a deployment of the config would take over, add and meet; whether anything is wrong. */
async function tellDifferences(
  project: Project,
  name: string,
  cloudflare: CloudflareApi,
  known: KnownAddresses,
  { out, err }: Surroundings,
): Promise<boolean> {
  const stack = loadTenant(project, name);
  const planned = plan(stack);
  if (planned.problems.length > 0) err(`${formatProblems(planned.problems)}\n`);
  if (!("plan" in planned)) return true;
  const { records } = planned.plan;
  const ours = records.filter(({ publisher }) => isOurs(publisher));
  const standing = await standingAt(cloudflare, ours);
  const { adoptions, findings } = planAdoptions(
    ...([name, ours, standing, [], () => false, (key: string) => known[key]] as const),
  );
  const line = ({ data, name: at, path }: Plan["records"][number]) =>
    `${data.type} ${typeof at === "string" ? at : "a name that holds an address"} (${path})`;
  const equal = ours.filter(({ key }) => adoptions.get(key)?.equal === true);
  const changed = ours.filter(({ key }) => adoptions.get(key)?.equal === false);
  const blocked = new Set(findings.map(({ path }) => path));
  const added = ours.filter(({ key, path }) => !adoptions.has(key) && !blocked.has(path));
  out(
    [
      `taken over as they stand: ${equal.length} records`,
      ...changed.map((record) => `changed in place: ${line(record)}`),
      ...added.map((record) => `added: ${line(record)}`),
      "",
    ].join("\n"),
  );
  if (findings.length > 0) {
    err(`${formatProblems(findings.map((finding) => ({ ...finding, stack: name })))}\n`);
  }
  return hasErrors(planned.problems) || findings.length > 0;
}

async function standingAt(cloudflare: CloudflareApi, records: readonly Plan["records"][number][]) {
  const byZone = new Map<string, Set<string>>();
  for (const { publisher, name } of records) {
    if (!isOurs(publisher) || typeof name !== "string") continue;
    byZone.set(publisher.zoneId, (byZone.get(publisher.zoneId) ?? new Set()).add(name));
  }
  const standing = await Promise.all(
    [...byZone].map(([zoneId, names]) => cloudflare.recordsAt(zoneId, [...names])),
  );
  return standing.flat();
}
