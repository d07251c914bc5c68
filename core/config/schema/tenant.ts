/** `sendips:tenant`: a customer, one stack. */
import { z } from "zod";
import { ttlConfig } from "../../publishers/publishers.ts";
import { DRAIN_DAYS } from "../../retirement.ts";
import type { DkimKeyConfig } from "../dkim-key.ts";
import { awsId, domain, domainMap, inForms, ipv4, keyMap, keyText } from "../fields.ts";
import { acceptList } from "./accept.ts";
import {
  bimiSchema,
  dkimSchema,
  dmarcSchema,
  existingSchema,
  mtaStsSchema,
  otherDomainSchema,
  spfSchema,
  tlsReportSchema,
} from "./mail.ts";

/** Longer than a year somebody has mistyped. */
const drainDays = z.int().min(0).max(366);

/** One address: an Elastic IP bound to one private IP of the mail host. Its key is its name for ever. */
export const addressSchema = z
  .strictObject({
    privateIp: ipv4.describe(
      "The private IPv4 of the mail host that this address is bound to. Written out, so that it is greppable and stable.",
    ),
    hostName: domain
      .optional()
      .describe(
        "Its name in A, PTR and HELO, where that is not <key>.<hostNames>: that of an address that sends already, say. Default: the key below hostNames.",
      ),
    adopt: inForms(
      z.union([awsId("eipalloc"), ipv4]),
      "an allocation id, eipalloc-…, or an IPv4 address",
    )
      .optional()
      .describe(
        "An Elastic IP that exists, by its allocation id or its IPv4: it comes under management as it stands, with its binding, its PTR and its records, and nothing that is live changes. It must be bound to privateIp, or to nothing, and its PTR must be the host name, or none. Once it is deployed, it may be left out. Default: a new address is allocated.",
      ),
    recover: ipv4
      .optional()
      .describe(
        "The IPv4 of an address that this account released by mistake: EC2 is asked for that very one, and gives it back where nobody else has taken it. Once it is deployed, it may be left out. Default: a new address is allocated.",
      ),
    publicIpv4Pool: z
      .string()
      .optional()
      .describe(
        "A BYOIP pool to take the address from. Default: Amazon's pool. An address that is allocated does not change its pool: the edit has no effect, and a warning says so.",
      ),
    release: z
      .boolean()
      .default(false)
      .describe(
        "Set to true, and deploy, before removing an address: it lifts the protection that keeps a warmed address from being released by accident. The address leaves every pool and SPF at once, and stays bound, with A and PTR, for drainDays; only then may it be removed. Deployed, it is a tag on the address (sendips:release). Default: false.",
      ),
    retain: z
      .boolean()
      .default(false)
      .describe(
        "As release, but the Elastic IP stays allocated when the address is removed or the stack destroyed: unbound, without PTR, with its tags and sendips:retained, for another tenant to adopt. It is paid for as long. Default: false.",
      ),
    drainDays: drainDays
      .optional()
      .describe(
        "How long the address drains once release or retain is deployed. Default: the tenant's drainDays.",
      ),
    releaseNow: z
      .boolean()
      .default(false)
      .describe(
        "Set to true, and deploy, to remove a released or retained address before it has drained. Default: false.",
      ),
  })
  .superRefine(({ adopt, recover, publicIpv4Pool }, context) => {
    if (adopt !== undefined && recover !== undefined) {
      context.addIssue({
        code: "custom",
        path: ["recover"],
        message: "stands beside adopt",
        params: { allowed: "adopt for an address that exists, recover for one that was released" },
      });
    }
    if (adopt !== undefined && publicIpv4Pool !== undefined) {
      context.addIssue({
        code: "custom",
        path: ["publicIpv4Pool"],
        message: "stands beside adopt",
        params: { allowed: "no pool for an address that exists: it keeps its own" },
      });
    }
  })
  .describe("One Elastic IP of the tenant.");

/** One kind of mail with its own From domain and pool of addresses. */
export const streamSchema = z
  .strictObject({
    from: domain.describe("The domain in From:."),
    addresses: z
      .array(keyText)
      .min(1, "a stream needs at least one address")
      .describe(
        "The pool: keys of `addresses` that this stream sends from. One that leaves (release, retain) is in no pool, whether it still stands here or not.",
      ),
    returnPath: domain
      .optional()
      .describe(
        "The domain in MAIL FROM, where bounces come back. Default: bounce.<from>, aligned with From.",
      ),
    bounceMx: z
      .array(domain)
      .min(1, "needs at least one host")
      .optional()
      .describe(
        "Hosts that take the bounces. Default: the host names of the stream's own addresses.",
      ),
    fromSpf: z
      .boolean()
      .default(true)
      .describe(
        "Whether the From domain gets an SPF record for the stream. Receivers check the return path, so false loses nothing and leaves the record of a domain that others send from alone. Default: true.",
      ),
  })
  .describe("One kind of mail (transactional, marketing).");

const mailHostRef = z
  .strictObject({
    stack: z.string().optional().describe("The stack of a mail host of ours, e.g. mx-1."),
    networkInterface: awsId("eni")
      .optional()
      .describe("The network interface of a host that we do not manage."),
  })
  .superRefine((host, context) => {
    if ((host.stack === undefined) !== (host.networkInterface === undefined)) return;
    context.addIssue({
      code: "custom",
      message: "must name one mail host",
      params: {
        allowed: "exactly one of stack (a mail host stack) or networkInterface (eni-…)",
      },
    });
  })
  .describe("Who sends: a mail host stack or an existing network interface.");

const delegateSchema = z
  .preprocess(
    (value) => (value === true ? {} : value === false ? undefined : value),
    z
      .strictObject({
        zone: domain
          .optional()
          .describe("A name in a zone of ours, below which everything stands. Default: hostNames."),
        dmarc: z
          .boolean()
          .default(false)
          .describe("Also _dmarc of each organisational domain, as a CNAME. Default: false."),
        mtaSts: z
          .boolean()
          .default(false)
          .describe("Also _mta-sts of each domain of `mtaSts`, as a CNAME. Default: false."),
      })
      .optional(),
  )
  .describe(
    "Publish once: return paths and DKIM selectors of the customer become CNAMEs into a zone of ours, and SPF of a From domain an include of a name of ours, so that addresses, keys and policies change without the customer. true, or where to and what else. Default: everything stands in the customer's zone.",
  );

/** The tenant's part of a stack file. */
export const tenantSchema = z
  .strictObject({
    domain: domain.describe("The organisational domain of From:."),
    hostNames: domain
      .optional()
      .describe(
        "Where the addresses' host names live: address tx1 becomes tx1.<hostNames>. Needed for addresses without a hostName of their own; a tenant of parked domains has none.",
      ),
    mailHost: mailHostRef
      .optional()
      .describe(
        "Who sends: a mail host stack or an existing network interface. Needed for addresses.",
      ),
    addresses: keyMap(addressSchema)
      .default({})
      .describe("The tenant's Elastic IPs, by key. Default: none: a tenant of parked domains."),
    drainDays: drainDays
      .default(DRAIN_DAYS)
      .describe(
        `Whole days that an address stays bound and named once its release (or retain) is deployed, while mail in queues and SPF in caches still name it. Default: ${DRAIN_DAYS}, after which mail servers give up (RFC 5321 §4.5.4.1).`,
      ),
    streams: keyMap(streamSchema)
      .default({})
      .describe("The tenant's kinds of mail, by key. Default: none."),
    spf: spfSchema
      .optional()
      .describe(
        "SPF of the organisational domain itself, and how own addresses are written. Default, and with `addresses` alone: no record there, unless a stream's From is that domain.",
      ),
    existing: existingSchema,
    domains: domainMap(otherDomainSchema)
      .default({})
      .describe(
        "Further organisational domains of the tenant, by domain. One that a stream's From belongs to needs no entry: it gets a DMARC record as the first has. Default: none.",
      ),
    delegate: delegateSchema,
    dkim: dkimSchema,
    dkimZone: domain
      .optional()
      .describe(
        "Publish the DKIM keys below this name, in a zone of ours, and let each From domain point there by CNAME, one for each selector. What stands behind it is ours: who uses selector names again (s1, s2, s1 …) never asks the customer to publish another. Default: the keys stand in the From domain itself.",
      ),
    dmarc: dmarcSchema,
    mtaSts: domainMap(mtaStsSchema)
      .default({})
      .describe("MTA-STS by domain (RFC 8461). Default: none."),
    tlsReports: domainMap(tlsReportSchema)
      .default({})
      .describe("TLS-RPT by domain (RFC 8460). Default: none."),
    bimi: domainMap(bimiSchema).default({}).describe("BIMI by domain. Default: none."),
    neverMails: z
      .array(domain)
      .default([])
      .describe(
        "Domains that neither send nor take mail: null MX (RFC 7505), SPF -all, DMARC reject with the tenant's report addresses. Default: none.",
      ),
    revokedKeys: z
      .boolean()
      .default(false)
      .describe(
        "Publish *._domainkey of each domain of neverMails as a revoked key, so that no forgotten selector signs for it (M3AAWG, Protecting Parked Domains). Default: false.",
      ),
    accept: acceptList("this tenant"),
    ttl: ttlConfig
      .optional()
      .describe("TTL of every record, seconds. Default: the operator's sendips:ttl."),
    waitForCustomerRecords: z
      .boolean()
      .default(false)
      .describe(
        "Wait, when deploying, for records that the customer must publish. Default: false: nothing waits for them.",
      ),
  })
  .superRefine((tenant, context) => {
    if (Object.keys(tenant.addresses).length === 0) return;
    const named = Object.values(tenant.addresses).every(({ hostName }) => hostName !== undefined);
    for (const key of ["hostNames", "mailHost"] as const) {
      if (tenant[key] !== undefined || (key === "hostNames" && named)) continue;
      context.addIssue({
        code: "custom",
        path: [key],
        message: "is missing, and the tenant has addresses",
        params: {
          allowed:
            key === "hostNames" ? "the domain of the addresses' host names" : "the mail host",
        },
      });
    }
  })
  .describe("A tenant: its addresses, streams and mail policy.");

/** A tenant as a person writes it, defaults filled in: its private keys may stand in it. */
export type WrittenTenant = z.infer<typeof tenantSchema>;

/** A tenant behind the door: no text of a key is left in it. */
export interface TenantConfig extends Omit<WrittenTenant, "dkim"> {
  dkim: Record<string, DkimKeyConfig>;
}
