/** The page to hand to a customer who publishes zones of a tenant: what, why, in which order. */

import { mtaStsName } from "../../../mail/mta-sts/record.ts";
import { isCustomers } from "../../publishers/publishers.ts";
import type { Plan } from "../../tenant/plan.ts";
import type { KnownAddresses, PlannedRecord } from "../../tenant/record.ts";
import { csvPage } from "./csv.ts";
import { htmlPage } from "./html.ts";
import { markdownPage } from "./markdown.ts";
import { customerRecord } from "./record.ts";
import { stepsOf } from "./steps.ts";
import type { CustomerView } from "./view.ts";
import { zoneFilePage } from "./zone-file.ts";

/** The forms by the name that `--format` has for them. */
export const CUSTOMER_FORMATS = ["markdown", "bind", "html", "csv"] as const;

export type CustomerFormat = (typeof CUSTOMER_FORMATS)[number];

/**
 * One form of the page for the zones that the customer publishes; undefined when there is none.
 *
 * @param known IPv4 by address key. An address that is missing here shows as `{tx1}`, and the page
 * says that it is not to be published yet.
 */
export function customerText(
  plan: Plan,
  known: KnownAddresses,
  format: CustomerFormat,
): string | undefined {
  const view = viewOf(plan, known);
  if (view === undefined) return undefined;
  if (format === "bind") return zoneFilePage(view, known);
  return RENDERERS[format](view);
}

const RENDERERS = { markdown: markdownPage, html: htmlPage, csv: csvPage } as const;

function viewOf(plan: Plan, known: KnownAddresses): CustomerView | undefined {
  const customersRecords = plan.records.filter(({ publisher }) => isCustomers(publisher));
  if (customersRecords.length === 0) return undefined;
  const names = new Set(customersRecords.map(({ name }) => name));
  const steps = stepsOf(customersRecords.map((record) => customerRecord(record, known)));
  const records = steps.flatMap((step) => step.records);
  return {
    domain: plan.domain,
    zones: [...new Set(customersRecords.flatMap(zoneOf))].sort(),
    steps,
    records,
    files: plan.policyFiles.filter(({ domain }) => names.has(mtaStsName(domain))),
    unknown: records.some(({ unknown }) => unknown),
  };
}

function zoneOf({ publisher }: PlannedRecord): string[] {
  return isCustomers(publisher) ? [publisher.zone] : [];
}
