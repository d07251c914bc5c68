/** Operator-wide values: once for all stacks, in Pulumi.yaml. */
import { z } from "zod";
import { ttlConfig, zoneConfig } from "../../publishers/publishers.ts";
import { domainMap, nameMap, nameServer, regionMap, reportUri } from "../fields.ts";
import { acceptList } from "./accept.ts";
import { domainConnectSchema } from "./domain-connect.ts";

/** The keys under `sendips:` in Pulumi.yaml. */
export const operatorSchema = z.strictObject({
  zones: domainMap(zoneConfig).describe(
    "Who serves each zone: {cloudflare: <zone id>} (we publish) or external (the customer publishes).",
  ),
  reports: z
    .array(reportUri)
    .default([])
    .describe("Where aggregate DMARC reports go for tenants that do not say. Default: nowhere."),
  ttl: ttlConfig
    .default(3600)
    .describe("TTL of records in seconds. Default: 3600, a usual value for mail records."),
  spfSnapshot: nameMap(z.string())
    .default({})
    .describe(
      "SPF records of others as last seen, by name: what an include costs is counted from them. `sendips plan --online` asks DNS instead. Default: none, and each unknown include counts as at least one look-up.",
    ),
  eipQuota: regionMap(z.int().min(0))
    .default({})
    .describe("Elastic IPs that AWS grants, by Region. Default: 5 each, as for a new account."),
  dns: z
    .strictObject({
      servers: z
        .array(nameServer)
        .min(1)
        .describe("Ask these servers, IP or IP:port, in place of the zone's own and a public one."),
    })
    .optional()
    .describe(
      "How a deployment asks DNS. Default: the zone's own name servers and a public resolver.",
    ),
  accept: acceptList("any stack"),
  domainConnect: domainConnectSchema.optional(),
});

export type OperatorConfig = z.infer<typeof operatorSchema>;
