/** Field types of the config schema: strings with a meaning, each with a message that says what is allowed. */
import { domainToASCII } from "node:url";
import { z } from "zod";

/** Keys become logical names, tags and labels of host names, so they must be one DNS label (RFC 1123 §2.1). */
export const KEY_PATTERN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
const HOST_LABEL = KEY_PATTERN;

function text(fits: (value: string) => boolean, message: string, allowed: string) {
  return z.string().superRefine((value, context) => {
    if (!fits(value)) context.addIssue({ code: "custom", message, params: { allowed } });
  });
}

/** True for a lower-case domain name in A-labels: what DNS carries and Cloudflare compares. */
export function isDomain(value: string): boolean {
  const labels = value.split(".");
  return value.length <= 253 && labels.length >= 2 && labels.every((label) => LABEL.test(label));
}

/** True for a domain name that a host may have: letters, digits and hyphens (RFC 1123 §2.1). */
export function isHostName(value: string): boolean {
  return isDomain(value) && value.split(".").every((label) => HOST_LABEL.test(label));
}

/**
 * A name as people write it (any case, Unicode allowed), stored as lower-case A-labels.
 * RFC 5891 for the encoding, RFC 1035 §2.3.4 for the lengths.
 */
function name(fits: (value: string) => boolean, message: string, characters: string) {
  return z
    .string()
    .transform((value) => domainToASCII(value.replace(/\.$/, "")) || value)
    .superRefine((value, context) => {
      if (fits(value)) return;
      const allowed = `two or more labels of ${characters}, at most 63 characters each and 253 in all, such as mail.acme.example`;
      context.addIssue({ code: "custom", message, params: { allowed } });
    });
}

/** A domain that hosts or From addresses may have. */
export const domain = name(isHostName, "is not a domain name", "letters, digits and hyphens");

/** Any name in DNS, such as `_spf.google.com`. */
export const dnsName = name(isDomain, "is not a name in DNS", "letters, digits, hyphens and _");

/** An IPv4 address in the usual four decimal parts. */
export const ipv4 = text(
  (value) =>
    /^(\d{1,3}\.){3}\d{1,3}$/.test(value) &&
    value.split(".").every((part) => Number(part) <= 255 && String(Number(part)) === part),
  "is not an IPv4 address",
  "four decimal numbers from 0 to 255, such as 10.0.1.10 (IPv6 is refused: AWS cannot set a reverse name for it)",
);

/** An IPv4 network, for security group rules. */
export const cidr = text(
  (value) => /^(\d{1,3}\.){3}\d{1,3}\/(\d|[12]\d|3[0-2])$/.test(value),
  "is not an IPv4 network",
  "an IPv4 network such as 192.0.2.0/24",
);

/** An AWS resource id of one kind. */
export function awsId(prefix: string) {
  return text(
    (value) => new RegExp(`^${prefix}-[0-9a-f]{8,17}$`).test(value),
    `is not the id of a ${prefix === "eni" ? "network interface" : prefix}`,
    `${prefix}- and 8 to 17 hexadecimal digits`,
  );
}

/** A Cloudflare zone id. */
export const zoneId = text(
  (value) => /^[0-9a-f]{32}$/.test(value),
  "is not a Cloudflare zone id",
  "32 hexadecimal digits, as the zone's overview page shows",
);

/** Where aggregate and failure reports go (RFC 9989 §4.7: a mailto URI). */
export const reportUri = text(
  (value) => /^mailto:[^\s@,!]+@[a-z0-9.-]+\.[a-z0-9-]+$/i.test(value),
  "is not a report address",
  "a mailto: URI such as mailto:dmarc@operator.example",
);

/** Seconds; Cloudflare takes 1 (automatic) or 60 to 86,400. */
export const ttl = z.int().superRefine((value, context) => {
  if (value !== 1 && (value < 60 || value > 86_400)) {
    context.addIssue({
      code: "custom",
      message: "is not a TTL that Cloudflare takes",
      params: { allowed: "1 (automatic) or 60 to 86400 seconds" },
    });
  }
});

/** A map whose keys are identities: renaming one is removing it and adding another. */
export function keyed<T extends z.ZodType>(value: T) {
  return z.record(z.string(), value).superRefine((map, context) => {
    for (const key of Object.keys(map)) {
      if (KEY_PATTERN.test(key)) continue;
      context.addIssue({
        code: "custom",
        path: [key],
        message: `the key "${key}" cannot be part of a DNS name`,
        params: {
          allowed:
            "lower-case letters, digits and inner hyphens, at most 63 characters, such as tx1",
        },
      });
    }
  });
}
