/** A plan by hand, with one record of every kind of publisher, type and reference. */

import type { Publisher } from "../../core/publishers/publishers.ts";
import { customerText } from "../../core/render/customer/page.ts";
import type { Plan } from "../../core/tenant/plan.ts";
import type { KnownAddresses, PlannedRecord, RecordData } from "../../core/tenant/record.ts";
import { byHand } from "./by-hand.ts";

export const CLOUDFLARE: Publisher = {
  by: "cloudflare",
  zone: "acme.example",
  zoneId: "0c1d2e3f405162738495a6b7c8d9eaf0",
};
export const EXTERNAL: Publisher = { by: "external", zone: "customer.example" };

export function record(
  key: string,
  name: PlannedRecord["name"],
  data: RecordData,
  more: Partial<PlannedRecord> = {},
): PlannedRecord {
  const why = `reason of ${key}`;
  const path = `sendips:tenant.${key}`;
  return { key, name, data, ttl: 3600, publisher: CLOUDFLARE, why, path, ...more };
}

/** One page in four forms. All hold public records only. */
export interface CustomerPage {
  /** For a person with a web form: each record apart, its value to copy. */
  markdown: string;
  /** For a person with a name server: zone file text in the order to publish, reasons as comments. */
  zone: string;
  /** The same as the Markdown, as one HTML document for an e-mail: styles in line, nothing loaded. */
  html: string;
  /** For a spreadsheet or a ticket: one row a record (RFC 4180), a header first. */
  csv: string;
}

/** A record that the customer publishes. */
export function customersRecord(
  key: string,
  name: PlannedRecord["name"],
  data: RecordData,
  more: Partial<PlannedRecord> = {},
): PlannedRecord {
  return record(key, name, data, { publisher: EXTERNAL, ...more });
}

export function txt(
  ...text: (string | { address: string } | { dkimKey: string })[]
): Extract<RecordData, { type: "TXT" }> {
  return { type: "TXT", text };
}

/** The plan of these records, each with the purpose that its name and its value show. */
export function planWith(records: PlannedRecord[], more: Partial<Plan> = {}): Plan {
  const plan: Plan = {
    stack: "acme",
    domain: "acme.example",
    addresses: [
      {
        key: "tx1",
        hostName: "tx1.mail.acme.example",
        privateIp: "10.0.1.10",
        release: false,
        streams: ["transactional"],
      },
    ],
    streams: [
      {
        key: "transactional",
        from: "tx.acme.example",
        returnPath: "bounce.tx.acme.example",
        pool: ["tx1"],
      },
    ],
    records,
    policyFiles: [],
    ...more,
  };
  const names = {
    hosts: plan.addresses.map(({ hostName }) => hostName),
    returnPaths: plan.streams.map(({ returnPath }) => returnPath),
    froms: plan.streams.map(({ from }) => from),
  };
  return { ...plan, records: plan.records.map((one) => byHand(one, names)) };
}

/** The page in all of its forms; undefined when there is none. */
export function customerPage(plan: Plan, known: KnownAddresses): CustomerPage | undefined {
  const [markdown, zone, html, csv] = (["markdown", "bind", "html", "csv"] as const).map((format) =>
    customerText(plan, known, format),
  );
  if (markdown === undefined) return undefined;
  return { markdown, zone: zone ?? "", html: html ?? "", csv: csv ?? "" };
}
