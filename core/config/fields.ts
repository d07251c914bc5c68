/** Field types of the config schema: strings with a meaning, each with a message that says what is allowed. */
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { excerpt, quotedExcerpt } from "../../mail/finding.ts";
import { isDnsKey, isHostName, parseName } from "../../mail/names.ts";
import {
  foreignMailbox,
  isMailto,
  isReportUri,
  withALabels,
  withoutSizeLimit,
} from "../../mail/report-uri.ts";

/**
 * A text that must fit. The JSON Schema cannot hold `fits`: it has `pattern` in its place, which may
 * let more pass and must not refuse what fits.
 */
export function textField(
  fits: (value: string) => boolean,
  message: string,
  allowed: string,
  pattern: string,
) {
  return z
    .string()
    .superRefine((value, context) => {
      if (!fits(value)) context.addIssue({ code: "custom", message, params: { allowed } });
    })
    .meta({ pattern });
}

/**
 * A name as people write it (any case, Unicode allowed), stored as lower-case A-labels.
 * RFC 5891 for the encoding, RFC 1035 §2.3.4 for the lengths.
 */
function nameField(underscores: boolean, message: string, characters: string, wildcard = false) {
  const star = wildcard ? "(?:\\*\\.)?" : "";
  const label = `(?:[A-Za-z0-9${underscores ? "_" : ""}-]|[^\\x00-\\x7f]){1,63}`;
  return (
    z
      .string()
      .transform((value, context) => {
        const parsed = parseName(value, { underscores, wildcard }).value;
        if (parsed?.includes(".")) return parsed;
        const allowed = `two or more labels of ${characters}, at most 63 characters each and 253 in all, such as mail.acme.example`;
        context.addIssue({ code: "custom", message, params: { allowed } });
        return z.NEVER;
      })
      // Full stops as IDNA has them (RFC 3490 §3.1).
      .meta({ pattern: `^${star}${label}(?:[.\\u3002\\uff0e\\uff61]${label})+\\.?$` })
  );
}

/** A domain that hosts or From addresses may have. */
export const domain = nameField(false, "is not a domain name", "letters, digits and hyphens");

/** Any name in DNS, such as `_spf.google.com`. */
export const dnsName = nameField(true, "is not a name in DNS", "letters, digits, hyphens and _");

/** Any owner name of a zone, `*.acme.example` too. */
export const zoneName = nameField(
  true,
  "is not a name in DNS",
  "letters, digits, hyphens and _, with * as first label or not",
  true,
);

/** An MX host of an MTA-STS policy: a host name, or `*.` and a domain (RFC 8461 §4.1). */
export const mxPattern = textField(
  (value) => isHostName(value.replace(/^\*\./, "")),
  "is not an MX host",
  "a host name in lower-case A-labels, or *. and a domain",
  "^(?:\\*\\.)?[a-z0-9-]+(?:\\.[a-z0-9-]+)+$",
);

const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";

/** An IPv4 address in the usual four decimal parts. */
export const ipv4 = textField(
  (value) =>
    /^(\d{1,3}\.){3}\d{1,3}$/.test(value) &&
    value.split(".").every((part) => Number(part) <= 255 && String(Number(part)) === part),
  "is not an IPv4 address",
  "four decimal numbers from 0 to 255, such as 10.0.1.10 (IPv6 is refused: AWS cannot set a reverse name for it)",
  `^${OCTET}(?:\\.${OCTET}){3}$`,
);

/** An IPv4 network, for security group rules. */
export const cidr = textField(
  isNetwork,
  "is not an IPv4 network",
  "an IPv4 network by its first address, such as 192.0.2.0/24",
  `^${OCTET}(?:\\.${OCTET}){3}/[0-9]{1,2}$`,
);

/** Refuses host bits too: 192.0.2.9/24 is most often a typo for something narrower. */
function isNetwork(value: string): boolean {
  if (!/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/.test(value) || !ipaddr.IPv4.isValidCIDR(value))
    return false;
  return ipaddr.IPv4.networkAddressFromCIDR(value).toString() === value.split("/")[0];
}

/** An AWS resource id of one kind. */
export function awsId(prefix: string) {
  return textField(
    (value) => new RegExp(`^${prefix}-[0-9a-f]{8,17}$`).test(value),
    `is not the id of a ${prefix === "eni" ? "network interface" : prefix}`,
    `${prefix}- and 8 to 17 hexadecimal digits`,
    `^${prefix}-[0-9a-f]{8,17}$`,
  );
}

/** A report address, its host in A-labels. */
function reportField(fits: (value: string) => boolean, allowed: string, pattern: string) {
  return z
    .string()
    .transform((value, context) => {
      const uri = withALabels(value);
      if (fits(uri)) return uri;
      const bare = withoutSizeLimit(uri);
      if (bare !== undefined && fits(bare)) {
        context.addIssue({
          code: "custom",
          message:
            "has a size limit after it, and those are gone: reporters ignore them (RFC 9989 appendix C.4)",
          params: { allowed: `the address alone: ${excerpt(bare)}` },
        });
        return z.NEVER;
      }
      const mailbox = foreignMailbox(uri);
      context.addIssue({
        code: "custom",
        message:
          mailbox === undefined
            ? "is not a report address"
            : `is not a report address: the mailbox ${quotedExcerpt(mailbox)} has characters beyond ASCII, and reporters need not know any (RFC 6531)`,
        params: { allowed },
      });
      return z.NEVER;
    })
    .meta({ pattern });
}

/** Where aggregate and failure reports of DMARC go: reporters need support no other scheme (RFC 9990). */
export const reportUri = reportField(
  (value) => isMailto(value) && isReportUri(value),
  "a mailto: URI such as mailto:dmarc@operator.example, with , ! and ; as %2C, %21 and %3B",
  "^[Mm][Aa][Ii][Ll][Tt][Oo]:[^ ,!;]+$",
);

/** Where TLS reports go (RFC 8460 §3). */
export const tlsReportUri = reportField(
  isReportUri,
  "a mailto: or https: URI, with , ! and ; as %2C, %21 and %3B",
  "^(?:[Mm][Aa][Ii][Ll][Tt][Oo]|[Hh][Tt][Tt][Pp][Ss]):[^ ,;]+$",
);

/** A file fetched by HTTPS. */
export const httpsUri = textField(
  (value) => /^https:/i.test(value) && isReportUri(value),
  "is not an https URI",
  "https://<host>/<file>, with , and ; as %2C and %3B",
  "^[Hh][Tt][Tt][Pp][Ss]:[^ ,;]+$",
);

/** A name for people to read in a Domain Connect template, where `%` marks variables. */
export function displayName(longest: number) {
  return textField(
    (value) => value.length > 0 && value.length <= longest && !value.includes("%"),
    "is not a name to show",
    `1 to ${longest} characters, without %`,
    `^[^%]{1,${longest}}$`,
  );
}

/** An id that stands in a URL and in a file name as it is. */
export const urlId = textField(
  (value) => /^[A-Za-z0-9._-]{1,64}$/.test(value),
  "is not an id",
  "1 to 64 letters, digits and . _ -",
  "^[A-Za-z0-9._-]{1,64}$",
);

/**
 * A day, `2026-11-24`. One without quotes in a stack file is a timestamp to Pulumi, which hands it on,
 * and writes it back with the next `pulumi config set`, as `2026-11-24 00:00:00 +0000 UTC`.
 */
export const isoDate = z
  .preprocess(
    (value) => (typeof value === "string" ? value.replace(/ 00:00:00 \+0000 UTC$/, "") : value),
    textField(
      (value) => z.iso.date().safeParse(value).success,
      "is not a day",
      'a day such as "2026-11-24"',
      "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    ),
  )
  .meta({ type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}(?: 00:00:00 \\+0000 UTC)?$" });

/** A key of an address or stream in a list: YAML takes `1` for a number. */
export const keyText = z
  .preprocess((value) => (typeof value === "number" ? String(value) : value), z.string())
  .meta({ type: ["string", "integer"] });

/** A name server to ask. */
export const nameServer = textField(
  (value) => /^[0-9a-f.:[\]]+$/i.test(value),
  "is not an IP address, with an optional port",
  "an IP address, or one with a port, such as 192.0.2.53 or 192.0.2.53:5353",
  "^[0-9A-Fa-f.:[\\]]+$",
);

/** An EC2 instance type. */
export const instanceType = textField(
  (value) => /^[a-z0-9-]+\.[a-z0-9-]+$/.test(value),
  "is not an instance type",
  "an EC2 instance type, such as c5.large",
  "^[a-z0-9-]+\\.[a-z0-9-]+$",
);

/** An AWS Region. */
const region = textField(
  (value) => /^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(value),
  "is not a Region",
  "as AWS spells it, such as eu-central-1",
  "^[a-z]{2,}(?:-[a-z]+)+-[0-9]+$",
);

/** What the keys of a map are called, for the person who wrote one that is none. */
const KEY_WORDS = z.registry<{ noun: string }>();

/** What the keys of a map are called. */
export function keyWords(map: z.core.$ZodType): { noun: string } {
  return KEY_WORDS.get(map) ?? { noun: "key" };
}

/** What a value may be that has one of several forms, for the person who wrote none of them. */
const FORMS = z.registry<{ allowed: string }>();

/** What a value may be; undefined for one that has one form. */
export function formsOf(value: z.core.$ZodType): string | undefined {
  return FORMS.get(value)?.allowed;
}

/** Says what a value of one of several forms may be. */
export function inForms<T extends z.ZodUnion>(value: T, allowed: string): T {
  FORMS.add(value, { allowed });
  return value;
}

/** A map by domain. */
export function domainMap<T extends z.ZodType>(value: T) {
  return z.record(domain, value).register(KEY_WORDS, { noun: "domain" });
}

/** A map by any name in DNS. */
export function nameMap<T extends z.ZodType>(value: T) {
  return z.record(dnsName, value).register(KEY_WORDS, { noun: "name in DNS" });
}

/** A map by the owner names of a zone. */
export function zoneNameMap<T extends z.ZodType>(value: T) {
  return z.record(zoneName, value).register(KEY_WORDS, { noun: "name in DNS" });
}

/** A map by AWS Region. */
export function regionMap<T extends z.ZodType>(value: T) {
  return z.record(region, value).register(KEY_WORDS, { noun: "Region" });
}

/** A map of DKIM selectors: labels like other keys, with dots between them or none (RFC 6376 §3.1). */
export function selectorMap<T extends z.ZodType>(value: T) {
  return mapByKey(
    value,
    "selector",
    (key) => key.split(".").every(isDnsKey) && key.length <= 120,
    "cannot be a selector",
    "lower-case letters, digits, inner hyphens and dots between labels, such as s202611 or s1.news",
    "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$",
  );
}

/** A map whose keys are identities: renaming one is removing it and adding another. */
export function keyMap<T extends z.ZodType>(value: T) {
  return mapByKey(
    value,
    "key",
    isDnsKey,
    "cannot be part of a DNS name",
    "lower-case letters, digits and inner hyphens, at most 63 characters, such as tx1",
    "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
  );
}

function mapByKey<T extends z.ZodType>(
  value: T,
  noun: string,
  fits: (key: string) => boolean,
  fault: string,
  allowed: string,
  pattern: string,
) {
  return z
    .record(z.string(), value)
    .superRefine(
      (map, context) => {
        for (const key of Object.keys(map)) {
          // Keys become logical names, tags and labels of host names (RFC 1123 §2.1).
          if (fits(key)) continue;
          context.addIssue({
            code: "custom",
            path: [key],
            message: `the key ${quotedExcerpt(key)} ${fault}`,
            params: { allowed },
          });
        }
      },
      // Beside faults in the map too: every problem at once.
      { when: ({ value: map }) => typeof map === "object" && map !== null && !Array.isArray(map) },
    )
    .meta({ propertyNames: { pattern } })
    .register(KEY_WORDS, { noun });
}
