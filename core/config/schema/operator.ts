/** Operator-wide values: once for all stacks, in Pulumi.yaml. */
import { z } from "zod";
import { ttlConfig, ZONE_FORMS, zoneConfig } from "../../publishers/publishers.ts";
import {
  domain,
  domainMap,
  inForms,
  ipv4,
  nameMap,
  nameServer,
  regionMap,
  reportUri,
} from "../fields.ts";
import { acceptList } from "./accept.ts";
import { domainConnectSchema } from "./domain-connect.ts";

/** A limit of a wait. */
function seconds(what: string, usual: number) {
  return z.int().min(1).max(86_400).default(usual).describe(`Until ${what}. Default: ${usual}.`);
}

/** A zone that names a subscriber's key would show it in plans and states. */
const listZone = domain.refine(
  (zone) => !zone.endsWith(".dq.spamhaus.net"),
  "holds the key of a subscriber, which would stand in clear text",
);

const listWithCodes = z.strictObject({
  zone: listZone,
  codes: z.array(ipv4).min(1).describe("The answers that count as a listing. Default: all."),
});

/** The keys under `sendips:` in Pulumi.yaml. */
export const operatorSchema = z.strictObject({
  zones: domainMap(inForms(zoneConfig, ZONE_FORMS.toReversed().join(", or "))).describe(
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
  waits: z
    .strictObject({
      dns: seconds("an A record resolves, before its PTR is set", 600),
      ptr: seconds("EC2 has set or removed a PTR", 600),
      release: seconds("EC2 lets an address go whose PTR is removed", 1_200),
      privateIp: seconds("another address of the same stack leaves a private IP", 15),
    })
    .prefault({})
    .describe(
      "How long a deployment waits, in seconds, before it gives up; the next one goes on where it ended. Default: what is usual of each.",
    ),
  screen: z
    .strictObject({
      lists: z
        .array(
          inForms(
            z.union([listZone, listWithCodes]),
            "a list's zone, such as bl.example.net, or {zone, codes}",
          ),
        )
        .min(1)
        .describe(
          "Blocklists, each by its zone, or {zone, codes} where only some answers count: codes 127.0.0.10 and .11 of zen.spamhaus.org, say, are of ranges. A list that does not answer its test points (127.0.0.2, 127.0.0.1) stops the deployment before anything is allocated.",
        ),
      attempts: z
        .int()
        .min(1)
        .max(20)
        .default(3)
        .describe(
          "Addresses that are looked at for one key, at most: they stand side by side, within the quota, until one is clear. Default: 3.",
        ),
    })
    .optional()
    .describe(
      "Blocklists that are asked of each new address before it is taken: one that is listed is let go once another, which is not, is there. They are asked through dns.servers, or through the resolver of the machine that deploys. Default: none are asked.",
    ),
  accept: acceptList("any stack"),
  domainConnect: domainConnectSchema.optional(),
});

export type OperatorConfig = z.infer<typeof operatorSchema>;
