/** A delegated tenant and its template, for the tests of Domain Connect. */

import { operatorSchema } from "../../core/config/schema.ts";
import {
  type Application,
  customerZones,
  domainConnectTemplate,
  type Template,
} from "../../core/domain-connect/domain-connect.ts";
import type { Plan } from "../../core/tenant/plan.ts";
import type { PlannedRecord, RecordData } from "../../core/tenant/record.ts";
import { byHand } from "./by-hand.ts";

export const ZONE_ID = "1d2e3f405162738495a6b7c8d9eaf00c";
export const OPERATOR = operatorSchema.parse({
  zones: {
    "clinic.example": "external",
    "shop.example": "external",
    "operator.example": { cloudflare: ZONE_ID },
  },
  domainConnect: {
    providerId: "operator.example",
    providerName: "Operator",
    serviceName: "Sending",
    syncPubKeyDomain: "keys.operator.example",
  },
});

/** A tenant that has handed its names over: CNAMEs into the operator's zone, SPF where none can stand. */
export function delegatedPlan(
  domain: string,
  selectors: string[],
  extra: [string, RecordData][] = [],
): Plan {
  const from = `tx.${domain}`;
  const cname = (name: string): [string, RecordData] => [
    name,
    { type: "CNAME", target: `${name}.dns.operator.example` },
  ];
  const include = `v=spf1 include:${domain}._spf.operator.example -all`;
  const records: [string, RecordData][] = [
    cname(`bounce.${from}`),
    ...selectors.map((selector) => cname(`${selector}._domainkey.${from}`)),
    [from, { type: "TXT", text: [include] }],
    cname(`_dmarc.${domain}`),
    cname(`_mta-sts.${domain}`),
    ...extra,
  ];
  return {
    ...{ stack: domain.split(".")[0] ?? "", domain, addresses: [], policyFiles: [] },
    streams: [{ key: "t", from, returnPath: `bounce.${from}`, pool: ["tx1"] }],
    records: records.map(([name, data]): PlannedRecord => {
      const publisher = { by: "external", zone: domain } as const;
      const about = { why: "a test", path: "sendips:tenant" };
      return byHand({ key: `${name} ${data.type}`, name, data, ttl: 3600, publisher, ...about });
    }),
  };
}

/** The template of the first of its customer's zones. */
export function connect(plan: Plan, known = {}, operator = OPERATOR) {
  const [zone = ""] = customerZones(plan);
  return domainConnectTemplate(plan, operator, { zone, known });
}

/** The same, which must be there. */
export function templateOf(
  plan: Plan,
  known = {},
): { template: Template; applications: Application[] } {
  const { template, applications } = connect(plan, known);
  if (template === undefined) throw new Error("no template");
  return { template, applications };
}
