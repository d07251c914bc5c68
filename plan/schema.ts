/** The config that people edit, as zod schemas: `sendips:tenant`, `sendips:mailHost` and the operator's values. */
import { z } from "zod";
import { awsId, cidr, dnsName, domain, ipv4, keyed, reportUri, ttl, zoneId } from "./fields.ts";

/** One address: an Elastic IP bound to one private IP of the mail host. Its key is its name for ever. */
export const addressSchema = z
  .strictObject({
    privateIp: ipv4.describe(
      "The private IPv4 of the mail host that this address is bound to. Written out, so that it is greppable and stable.",
    ),
    publicIpv4Pool: z
      .string()
      .optional()
      .describe(
        "A BYOIP pool to take the address from. Default: Amazon's pool. Changing it is ignored once allocated.",
      ),
    release: z
      .boolean()
      .default(false)
      .describe(
        "Set to true, and deploy, before removing an address: it lifts the protection that keeps a warmed address from being released by accident.",
      ),
  })
  .describe("One Elastic IP of the tenant.");

/** One kind of mail with its own From domain and pool of addresses. */
export const streamSchema = z
  .strictObject({
    from: domain.describe("The domain in From:."),
    addresses: z
      .array(z.string())
      .min(1, "a stream needs at least one address")
      .describe("The pool: keys of `addresses` that this stream sends from."),
    returnPath: domain
      .optional()
      .describe(
        "The domain in MAIL FROM, where bounces come back. Default: bounce.<from>, aligned with From.",
      ),
  })
  .describe("One kind of mail (transactional, marketing).");

const dkimKeySchema = z
  .strictObject({
    state: z
      .enum(["published", "signing", "retired"])
      .describe(
        "published: in DNS, not yet used; signing: the mail host signs with it; retired: still in DNS for mail under way.",
      ),
    privateKey: z
      .string()
      .optional()
      .describe("PEM or base64 PKCS#8, an encrypted stack secret. The DNS key is derived from it."),
    publicKey: z
      .string()
      .optional()
      .describe("PEM or base64 SPKI, when the customer keeps the private key."),
  })
  .describe("One DKIM selector.");

/** `sendips:tenant`: a customer, one stack. */
export const tenantSchema = z
  .strictObject({
    domain: domain.describe("The organisational domain of From:."),
    hostNames: domain.describe(
      "Where the addresses' host names live: address tx1 becomes tx1.<hostNames>.",
    ),
    mailHost: z
      .strictObject({
        stack: z.string().optional().describe("The stack of a mail host of ours, e.g. mx-1."),
        networkInterface: awsId("eni")
          .optional()
          .describe("The network interface of a host that we do not manage."),
      })
      .superRefine((host, context) => {
        if ((host.stack === undefined) === (host.networkInterface === undefined)) {
          context.addIssue({
            code: "custom",
            message: "must name one mail host",
            params: {
              allowed: "exactly one of stack (a mail host stack) or networkInterface (eni-…)",
            },
          });
        }
      })
      .describe("Who sends: a mail host stack or an existing network interface."),
    addresses: keyed(addressSchema).describe("The tenant's Elastic IPs, by key."),
    streams: keyed(streamSchema)
      .default({})
      .describe("The tenant's kinds of mail, by key. Default: none."),
    spf: z
      .strictObject({
        include: z
          .array(dnsName)
          .default([])
          .describe("What the domain already sends through. Default: nothing."),
        all: z
          .enum(["fail", "softfail"])
          .default("fail")
          .describe("The result for everyone else. Default: fail (-all)."),
      })
      .optional()
      .describe(
        "SPF of the organisational domain itself. Default: no record there, unless a stream's From is that domain.",
      ),
    dmarc: z
      .strictObject({
        policy: z
          .enum(["none", "quarantine", "reject"])
          .default("none")
          .describe("p=. Default: none."),
        subdomainPolicy: z
          .enum(["none", "quarantine", "reject"])
          .optional()
          .describe("sp=. Default: as policy."),
        reports: z
          .array(reportUri)
          .optional()
          .describe("rua=: where aggregate reports go. Default: the operator's sendips:reports."),
      })
      .prefault({})
      .describe(
        "DMARC of the organisational domain. Default: policy none, so that nothing is rejected before it is known.",
      ),
    dkim: keyed(dkimKeySchema).default({}).describe("DKIM keys by selector. Default: none."),
    ttl: ttl
      .optional()
      .describe("TTL of every record, seconds. Default: the operator's sendips:ttl."),
    waitForCustomerRecords: z
      .boolean()
      .default(false)
      .describe(
        "Wait, when deploying, for records that the customer must publish. Default: false: nothing waits for them.",
      ),
  })
  .describe("A tenant: its addresses, streams and mail policy.");

/** `sendips:mailHost`: a machine that sends, its own stack. */
export const mailHostSchema = z
  .strictObject({
    subnet: awsId("subnet").describe(
      "The subnet of the network interfaces; its VPC holds the security group.",
    ),
    instanceType: z
      .string()
      .regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, "is not an instance type, such as c5.large")
      .describe(
        "Decides how many interfaces and private IPs fit; checked before anything is created.",
      ),
    networkInterfaces: keyed(
      z.strictObject({
        privateIps: z
          .array(ipv4)
          .min(1, "an interface needs at least one private IP")
          .describe("All private IPs of the interface."),
        release: z
          .boolean()
          .default(false)
          .describe(
            "Set to true, and deploy, before removing the interface: its tenants' addresses hang on it.",
          ),
      }),
    ).describe("The network interfaces by key, in the order of their device index."),
    submissionFrom: z
      .array(cidr)
      .default([])
      .describe("Who may submit mail (ports 465 and 587). Default: nobody."),
    instance: z
      .strictObject({
        ami: awsId("ami").describe("The machine image."),
        keyName: z.string().optional().describe("An EC2 key pair. Default: none."),
        iamInstanceProfile: z
          .string()
          .optional()
          .describe("An instance profile's name. Default: none."),
      })
      .optional()
      .describe("The machine itself. Default: none; attach the interfaces to a machine of yours."),
  })
  .describe(
    "A mail host: network interfaces with all private IPs, a security group, optionally the instance.",
  );

/** Operator-wide values, in Pulumi.yaml. */
export const operatorSchema = z.strictObject({
  zones: z
    .record(domain, z.union([z.literal("external"), z.strictObject({ cloudflare: zoneId })]))
    .describe(
      "Who serves each zone: {cloudflare: <zone id>} (we publish) or external (the customer publishes).",
    ),
  reports: z
    .array(reportUri)
    .default([])
    .describe("Where aggregate DMARC reports go for tenants that do not say. Default: nowhere."),
  ttl: ttl
    .default(3600)
    .describe("TTL of records in seconds. Default: 3600, a usual value for mail records."),
  dns: z
    .strictObject({
      servers: z
        .array(z.string().regex(/^[0-9a-f.:[\]]+$/i, "is not an IP address, with an optional port"))
        .min(1)
        .describe("Ask these servers, IP or IP:port, in place of the zone's own and a public one."),
    })
    .optional()
    .describe(
      "How a deployment asks DNS. Default: the zone's own name servers and a public resolver.",
    ),
});

export type TenantConfig = z.infer<typeof tenantSchema>;
export type MailHostConfig = z.infer<typeof mailHostSchema>;
export type OperatorConfig = z.infer<typeof operatorSchema>;
export type DkimKeyConfig = z.infer<typeof dkimKeySchema>;
