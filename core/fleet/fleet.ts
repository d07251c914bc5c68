/** The fleet: what no stack can see of itself, because another stack is in its way. */
import type { Problem } from "../problem.ts";
import { domainConflicts } from "./domains.ts";
import { hostConflicts } from "./mail-hosts.ts";
import { nameConflicts } from "./names.ts";
import { quotaConflicts } from "./quota.ts";
import { recordConflicts } from "./records.ts";
import { ReportedNames } from "./reported-names.ts";
import type { FleetMailHost, FleetStack, FleetTenant } from "./stack.ts";
import { zoneQuotaConflicts } from "./zone-quota.ts";

export type { FleetStack } from "./stack.ts";

/**
 * Every problem between stacks. Give it all of them, also when only some are of interest: a mail
 * host that is not among them is one that does not exist.
 *
 * Of two stacks in conflict, the later by name has the problem, and its message names the other.
 * Time and memory grow linearly with the stacks: nothing compares pairs.
 */
export function lintFleet(stacks: readonly FleetStack[]): Problem[] {
  const sorted = stacks.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const tenants = sorted.filter((one): one is FleetTenant => one.stack.kind === "tenant");
  const hosts = sorted.filter((one): one is FleetMailHost => one.stack.kind === "mailHost");
  const reported = new ReportedNames();
  return [
    ...hostConflicts(tenants, hosts),
    ...nameConflicts(tenants, reported),
    ...domainConflicts(tenants, reported),
    ...recordConflicts(tenants, reported),
    ...quotaConflicts(tenants),
    ...zoneQuotaConflicts(tenants),
  ];
}
