/** Config of the mail records: SPF, DKIM, DMARC, MTA-STS, TLS-RPT, BIMI. */
import { z } from "zod";
import {
  dnsName,
  domain,
  httpsUri,
  isoDate,
  mxPattern,
  reportUri,
  selectorMap,
  tlsReportUri,
  zoneNameMap,
} from "../fields.ts";

const policy = z.enum(["none", "quarantine", "reject"]);
const alignment = z.enum(["relaxed", "strict"]);

export const spfSchema = z
  .strictObject({
    existing: z
      .string()
      .optional()
      .describe(
        "The SPF record that the domain publishes today, as it stands (v=spf1 …). It is merged into the one record that a name may have (RFC 7208 §3.2). Default: what `existing` says of the domain. Records of other names stand there.",
      ),
    include: z
      .array(dnsName)
      .default([])
      .describe("What the domain already sends through. Default: nothing."),
    all: z
      .enum(["fail", "softfail", "neutral"])
      .optional()
      .describe(
        "The result for everyone else: -all, ~all, ?all. Default: as the existing record has it, also by its redirect=; softfail where none is known, because a domain with mailboxes has senders that nobody thought of.",
      ),
    addresses: z
      .enum(["list", "ranges", "macro"])
      .default("list")
      .describe(
        "How the tenant's own addresses stand in its SPF records. list: one ip4 each. ranges: contiguous ones as one network, exactly, so that a pool of a BYOIP range stays short. macro: one exists:%{i}._spf.<domain>, one look-up for any number of addresses. Default: list.",
      ),
  })
  .describe("SPF (RFC 7208) of the organisational domain, and how own addresses are written.");

export const dkimKeySchema = z
  .strictObject({
    state: z
      .enum(["published", "signing", "retired", "revoked"])
      .describe(
        "published: in DNS, not yet used; signing: the mail host signs with it; retired: still in DNS for mail under way; revoked: in DNS with an empty p=, so that it verifies nothing.",
      ),
    privateKey: z
      .string()
      .optional()
      .describe("PEM or base64 PKCS#8, an encrypted stack secret. The DNS key is derived from it."),
    publicKey: z
      .string()
      .optional()
      .describe(
        "PEM, base64, or the DKIM record as a sender hands it out (v=DKIM1; k=rsa; p=…). Written beside privateKey by `sendips dkim new`, so that the plan needs no passphrase; alone when the customer keeps the private key. Beside a private key it must be its own.",
      ),
    domains: z
      .array(domain)
      .optional()
      .describe(
        "The From domains that publish this key. Default: the From domain of every stream that signs with it.",
      ),
    streams: z
      .array(z.string())
      .min(1, "needs at least one stream")
      .optional()
      .describe(
        "Keys of the `streams` that sign with this key, where others sign with another: two keys that share no stream stand side by side, and neither is the other's successor. Default: every stream.",
      ),
    since: z
      .strictObject({
        published: isoDate.optional().describe("First day in DNS."),
        signing: isoDate.optional().describe("First day of signing."),
        retired: isoDate.optional().describe("First day without signing."),
      })
      .default({})
      .describe(
        "Days of the rotation, written by `sendips dkim new` and `dkim rotate`; the minimum overlap is checked by them. Default: unknown, unchecked.",
      ),
  })
  .describe("One DKIM selector (RFC 6376, RFC 8463).");

const dmarcFields = z.strictObject({
  keep: z
    .boolean()
    .default(false)
    .describe(
      "true leaves the record to its owner: none is published, and what stands at _dmarc.<domain> stays as it is. `dmarc: keep` is short for it. Default: false.",
    ),
  existing: z
    .string()
    .optional()
    .describe(
      "The DMARC record that stands today, as it stands (v=DMARC1; …). Its policy is never lowered and its report addresses stay; ours come beside them. Default: what `existing` of the tenant says of _dmarc.<domain>.",
    ),
  replace: z
    .boolean()
    .default(false)
    .describe(
      "true publishes what is written here in place of the record that stands, also where that is weaker or drops a report address. Default: false.",
    ),
  policy: policy.optional().describe("p=. Default: that of the record that stands, else none."),
  subdomainPolicy: policy.optional().describe("sp=. Default: as policy."),
  nonexistentPolicy: policy
    .optional()
    .describe(
      "np=: for names below the domain that do not exist (RFC 9989). Default: as subdomainPolicy.",
    ),
  test: z
    .boolean()
    .optional()
    .describe(
      "t=y: receivers of RFC 9989 apply each policy one level weaker; older ones ignore it. Default: as the record that stands, else false.",
    ),
  organizational: z
    .enum(["yes", "suffix"])
    .optional()
    .describe(
      "psd=: yes declares this domain organisational whatever stands above (psd=n), suffix a public suffix (psd=y). Default: undeclared.",
    ),
  dkimAlignment: alignment
    .optional()
    .describe("adkim=. Default: relaxed, as the RFC has it; not written."),
  spfAlignment: alignment
    .optional()
    .describe("aspf=. Default: relaxed, as the RFC has it; not written."),
  failureOptions: z
    .array(z.enum(["0", "1", "d", "s"]))
    .optional()
    .describe("fo=: when a failure report is wanted. Default: 0, when all checks fail."),
  reports: z
    .array(reportUri)
    .optional()
    .describe("rua=: where aggregate reports go. Default: the operator's sendips:reports."),
  failureReports: z
    .array(reportUri)
    .default([])
    .describe("ruf=: where failure reports go. They hold personal data. Default: nowhere."),
});

/** `dmarc: keep` for `dmarc: {keep: true}`. */
const dmarcPolicy = z.preprocess(
  (value) => (value === "keep" ? { keep: true } : value),
  dmarcFields,
);

export const dmarcSchema = dmarcPolicy
  .prefault({})
  .describe(
    "DMARC of the organisational domain, or keep: its owner's record stays as it is. Default: policy none, so that nothing is rejected before it is known.",
  );

export const otherDomainSchema = z
  .strictObject({
    dmarc: dmarcPolicy
      .optional()
      .describe(
        "DMARC of this domain, or keep. Default: as the tenant's `dmarc`, without its `existing`.",
      ),
    spf: spfSchema
      .omit({ addresses: true })
      .optional()
      .describe("SPF of this domain itself. Default: none, unless a stream's From is it."),
  })
  .describe("A further organisational domain of the tenant.");

export const mtaStsSchema = z
  .strictObject({
    mode: z
      .enum(["testing", "enforce", "none"])
      .default("testing")
      .describe("What senders do without TLS. Default: testing, which only reports."),
    mx: z
      .array(mxPattern)
      .optional()
      .describe(
        "Host names of the domain's MX, or *.<domain>. Default: the MX records that this plan holds for the domain.",
      ),
    maxAge: z
      .int()
      .min(0)
      .max(31_557_600)
      .default(604_800)
      .describe("How long senders keep the policy, seconds. Default: 604800, a week."),
    servedBy: dnsName
      .optional()
      .describe(
        "The host that serves the policy by HTTPS: mta-sts.<domain> becomes a CNAME to it. Default: that name is left to whoever owns it.",
      ),
    certificateAuthorities: z
      .array(domain)
      .default([])
      .describe(
        "Who may issue the certificate of mta-sts.<domain>, as CAA records there (RFC 8659). Not beside servedBy: a CNAME stands alone, and the CA asks at its target. Default: anyone.",
      ),
  })
  .describe("MTA-STS of a domain (RFC 8461).");

export const tlsReportSchema = z
  .strictObject({
    reports: z
      .array(tlsReportUri)
      .min(1, "needs at least one report address")
      .describe("rua=: mailto: or https:."),
  })
  .describe("TLS reports of a domain (RFC 8460).");

export const bimiSchema = z
  .strictObject({
    logo: httpsUri.describe("l=: the SVG Tiny PS file."),
    certificate: httpsUri
      .optional()
      .describe("a=: the mark certificate. Default: self-asserted, which few providers show."),
    avatar: z.enum(["brand", "personal"]).optional().describe("avp=. Default: brand."),
  })
  .describe("BIMI of a domain, selector `default` (draft-brand-indicators).");

export const dkimSchema = selectorMap(dkimKeySchema)
  .default({})
  .describe("DKIM keys by selector. Default: none.");

const values = z.array(z.string()).default([]);

export const existingSchema = z
  .strictObject({
    seen: isoDate
      .optional()
      .describe("The day on which it was looked at, written by `sendips zone --write`."),
    names: zoneNameMap(
      z.strictObject({
        TXT: values.describe("TXT values, each as one text, or in quotes as `dig` prints them."),
        MX: values.describe('MX values: "10 mx.example.com".'),
        CNAME: z.string().optional().describe("The target of the CNAME that stands there."),
        CAA: values.describe('CAA values: "0 issue "ca.example"".'),
        A: values.describe("IPv4 addresses."),
        AAAA: values.describe("IPv6 addresses."),
      }),
    )
      .default({})
      .describe(
        "What stands at each name apart from what sendips publishes; {} where nothing does. Default: nothing is known of any name.",
      ),
    whenGone: z
      .enum(["restore", "remove"])
      .default("restore")
      .describe(
        "What becomes of a name that the tenant lets go of. restore: what stood before comes back in place, in the same record. remove: the record goes. Default: restore.",
      ),
  })
  .prefault({})
  .describe(
    "What the tenant's domains publish today, apart from sendips. SPF is merged with it, DMARC is never weaker than it, and nothing else of it is touched. `sendips zone <stack> --write` writes it. Default: nothing is known.",
  );

export type ExistingConfig = z.infer<typeof existingSchema>;
export type SpfConfig = z.infer<typeof spfSchema>;
export type DmarcConfig = z.infer<typeof dmarcSchema>;
export type MtaStsConfig = z.infer<typeof mtaStsSchema>;
