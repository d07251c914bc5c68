/** `sendips zone`: what a tenant's names publish today, beside what is wanted, and the config that keeps it. */

import { parseArgs } from "node:util";
import { formatProblems, hasErrors } from "../../core/problem.ts";
import { publisherKindOf } from "../../core/publishers/publishers.ts";
import { LISTED_TYPES, noRecords } from "../../core/tenant/existing/existing-records.ts";
import {
  existingNames,
  mustKeepDmarc,
  type NameReport,
} from "../../core/tenant/existing/name-reports.ts";
import { plan, type TenantStack } from "../../core/tenant/plan.ts";
import { deployedAddresses } from "../engine/deployed-addresses.ts";
import { type Surroundings, stackAskedFor } from "../engine/surroundings.ts";
import { readNames } from "../online/read-names.ts";
import { loadTenant } from "../project/dkim-config.ts";
import { editTenant, type TenantEdit } from "../project/edit-yaml.ts";
import { openProject } from "../project/project.ts";

export const ZONE_USAGE = `sendips zone <stack> [options]
  What every name that the plan touches publishes today, apart from us, beside what is wanted there: our
  own zones by Cloudflare's API (CLOUDFLARE_API_TOKEN), others by DNS at their own name servers.
  --write     record it, with today's date, in sendips:tenant.existing of the stack file: the plan then merges
              with it and keeps it, offline; and dmarc: keep where a record can only be left to its owner
  --json      names as JSON
  --offline   the stack is not deployed: everything that stands is others', and its state is not asked for
`;

/** Runs `zone <args>`. */
export async function zoneCommand(
  args: readonly string[],
  { cwd, env, today, out, err }: Surroundings,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      write: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      offline: { type: "boolean", default: false },
    },
  });
  const name = stackAskedFor(positionals);
  const project = openProject(cwd);
  const stack = loadTenant(project, name);
  const deployedAnswer = values.offline
    ? undefined
    : await deployedAddresses([name], { cwd: project.folder, env });
  const deployed = {
    known: deployedAnswer?.known.get(name) ?? {},
    deployed: deployedAnswer?.deployed.has(name) ?? false,
  };
  const { reports, notes } = await readNames(project, stack, deployed);
  for (const note of notes) err(`${note}\n`);
  const failed = reports.filter((report) => report.failed !== undefined);
  const names = existingNames(reports, stack.tenant.existing);
  const keep = mustKeepDmarc(stack, reports);
  out(
    values.json
      ? `${JSON.stringify({ stack: name, seen: today, names: reports, existing: names, keepDmarc: keep }, null, 2)}\n`
      : `${zoneText(reports)}\n`,
  );
  const edits = existingEdits(stack, reports, today);
  if (values.write && deployedAnswer?.unknown === true) {
    // Recorded as somebody else's, an address of ours would stay in their SPF when it is released.
    err(
      `nothing was written: ours cannot be told from others' records, because the stack's state cannot be read (${deployedAnswer.reasons.join("; ")})\n  pulumi login, or --offline where the stack was never deployed\n`,
    );
    return 1;
  }
  if (values.write) {
    // A date that covers what was not seen would say too much.
    if (failed.length === reports.length) {
      err("nothing could be read, so nothing was written\n");
      return 1;
    }
    editTenant(project, name, edits);
  }
  const known = values.write ? loadTenant(project, name) : withExisting(stack, names, today, keep);
  const { problems } = plan(known);
  if (problems.length > 0) err(`${formatProblems(problems)}\n`);
  if (!values.json) {
    err(
      values.write
        ? `recorded in sendips:tenant.existing of ${name}\n`
        : `npx sendips zone ${name} --write records this in sendips:tenant.existing\n`,
    );
    if (failed.length > 0)
      err(
        `not read, and left as the config has them: ${failed.map((report) => report.name).join(", ")}\n`,
      );
  }
  return hasErrors(problems) || failed.length > 0 ? 1 : 0;
}

/** What records in a config what was read of its names. */
export function existingEdits(
  stack: TenantStack,
  reports: readonly NameReport[],
  today: string,
): TenantEdit[] {
  const names = existingNames(reports, stack.tenant.existing);
  return [
    { path: ["existing", "seen"], value: today },
    { path: ["existing", "names"], value: names },
    ...mustKeepDmarc(stack, reports).map((domain) => keepEdit(stack, domain)),
  ];
}

function keepEdit({ tenant }: TenantStack, domain: string): TenantEdit {
  return domain === tenant.domain
    ? { path: ["dmarc"], value: "keep" }
    : { path: ["domains", domain, "dmarc"], value: "keep" };
}

/** The stack as it would be with what was read. */
function withExisting(
  stack: TenantStack,
  names: ReturnType<typeof existingNames>,
  seen: string,
  keep: readonly string[],
): TenantStack {
  const { tenant } = stack;
  const full = Object.fromEntries(
    Object.entries(names).map(([name, standing]) => [name, { ...noRecords(), ...standing }]),
  );
  const kept = { ...tenant.dmarc, keep: true };
  const others = keep.filter((domain) => domain !== tenant.domain);
  const domains = {
    ...tenant.domains,
    ...Object.fromEntries(
      others.map((domain) => [domain, { ...tenant.domains[domain], dmarc: kept }]),
    ),
  };
  const dmarc = keep.includes(tenant.domain) ? kept : tenant.dmarc;
  const existing = { ...tenant.existing, seen, names: full };
  return { ...stack, tenant: { ...tenant, dmarc, domains, existing } };
}

function zoneText(reports: readonly NameReport[]): string {
  const lines: string[] = [];
  let zone: string | undefined;
  for (const report of reports) {
    const stands = standsLines(report);
    if (stands.length === 0 && report.wanted.length === 0) continue;
    if (report.zone !== zone) {
      zone = report.zone;
      lines.push(...(lines.length > 0 ? [""] : []), publisherKindOf(report).heading(zone));
    }
    lines.push(`  ${report.name}`);
    for (const line of stands.length > 0 ? stands : ["nothing"]) lines.push(`    stands  ${line}`);
    for (const line of report.wanted) lines.push(`    wanted  ${line}`);
  }
  return lines.join("\n");
}

function standsLines({ standing, failed }: NameReport): string[] {
  if (standing === undefined) return [`could not be read (${failed})`];
  const { CNAME } = standing;
  return [
    ...(CNAME === undefined ? [] : [`CNAME ${CNAME}`]),
    ...LISTED_TYPES.flatMap((type) => standing[type].map((value) => `${type} ${value}`)),
  ];
}
