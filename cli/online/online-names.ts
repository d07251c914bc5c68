/** `--online`: what stands at a plan's names today, against what the config knows of it. */

import type { Finding } from "../../core/problem.ts";
import { changedValues, type NameReport } from "../../core/tenant/existing/name-reports.ts";
import type { TenantStack } from "../../core/tenant/plan.ts";
import type { DeployedAddresses } from "../engine/deployed-addresses.ts";
import type { Project } from "../project/project.ts";
import type { ReadStack } from "../project/stacks.ts";
import { readNames } from "./read-names.ts";

/** Reads the names of tenants, and adds to their problems what the config does not know. */
export async function addNameFindings(
  project: Project,
  stacks: readonly ReadStack[],
  { known, deployed }: Pick<DeployedAddresses, "known" | "deployed">,
): Promise<void> {
  for (const read of stacks) {
    const { name, stack } = read;
    if (stack?.kind !== "tenant") continue;
    const { reports, notes } = await readNames(project, stack, {
      known: known.get(name) ?? {},
      deployed: deployed.has(name),
    });
    const findings = [
      ...notes.map((note) => unreadFinding(name, note)),
      ...findingsOf(stack, reports),
    ];
    const problems = findings.map((finding) => ({ ...finding, stack: name }));
    read.result = { ...read.result, problems: [...read.result.problems, ...problems] };
  }
}

/** Names that publish what the config does not know, and those that could not be read. */
function findingsOf(stack: TenantStack, reports: readonly NameReport[]): Finding[] {
  const { existing } = stack.tenant;
  const changed = reports.flatMap((report): Finding[] => {
    const changes = changedValues(report, existing);
    if (changes.length === 0) return [];
    const known = Object.hasOwn(existing.names, report.name);
    return [
      {
        code: "existing-changed",
        level: "warning",
        path: "sendips:tenant.existing",
        message: `${report.name} publishes what the config ${known ? "does not say of it" : "knows nothing of"}: ${changes.join("; ")}`,
        fix: `npx sendips zone ${stack.name} --write records it, and the plan keeps it`,
        rule: "RFC 7208 §3.2",
      },
    ];
  });
  const failed = reports.filter((report) => report.failed !== undefined);
  const [first] = failed;
  if (first === undefined) return changed;
  const names = failed.map((report) => report.name);
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return [
    ...changed,
    unreadFinding(
      stack.name,
      `what stands at ${names.slice(0, 3).join(", ")}${more} could not be read (${first.failed}): this says nothing about it`,
    ),
  ];
}

function unreadFinding(stack: string, message: string): Finding {
  return {
    code: "existing-unread",
    level: "warning",
    path: "sendips:tenant.existing",
    message,
    fix: `try again, or npx sendips zone ${stack}, which shows each name`,
  };
}
