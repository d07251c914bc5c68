/** Cloudflare: a zone that we publish in, by its id. */

import { z } from "zod";
import { unquoteTxt } from "../../mail/txt.ts";
import { textField } from "../config/fields.ts";
import { member } from "../maps.ts";
import type { PublisherKind } from "./publisher.ts";

/** A zone at Cloudflare. */
export interface CloudflarePublisher {
  by: "cloudflare";
  zone: string;
  zoneId: string;
}

/** What a new zone of the free plan holds; older ones and other plans hold 1,000 and more. */
const NEW_FREE_ZONE = 200;

/** A zone id. */
export const zoneId = textField(
  (value) => /^[0-9a-f]{32}$/.test(value),
  "is not a Cloudflare zone id",
  "32 hexadecimal digits, as the zone's overview page shows",
  "^[0-9a-f]{32}$",
);

/** A zone in `sendips:zones`. */
export const cloudflareConfig = z.strictObject({
  cloudflare: zoneId.describe("The zone's id: we publish."),
  records: z
    .int()
    .min(1)
    .optional()
    .describe(
      `How many records Cloudflare lets the zone hold, by its plan (${NEW_FREE_ZONE} on new free zones). What a stack, and in \`lint\` all stacks together, publish there is counted against it; records of others are not known. Default: ${NEW_FREE_ZONE} is counted against, and more is a warning.`,
    ),
});

/**
 * How Cloudflare refuses what stands already: an identical record (81058), a second one where there may be one
 * (81057), a CNAME beside another record (81053).
 */
const STANDS = /8105[378]|identical record already exists|record with that host already exists/i;

/** Cloudflare, with its limits (cloudflare-docs#29286) and its habits. */
export const cloudflare: PublisherKind<CloudflarePublisher> = {
  by: "cloudflare",
  title: "Cloudflare",
  hands: "ours",
  heading: (zone) => `Zone ${zone}, published by us at Cloudflare`,
  form: "{cloudflare: <zone id>}",
  fromConfig: (zone, config) => {
    const id = member(config, "cloudflare");
    return typeof id === "string" ? { by: "cloudflare", zone, zoneId: id } : undefined;
  },
  ttl: { automatic: 1, min: 60, max: 86_400 },
  sizes: { record: 4_096, set: 8_192, rule: "Cloudflare DNS record limits" },
  quota: {
    records: NEW_FREE_ZONE,
    meaning: `a new free zone of Cloudflare's holds ${NEW_FREE_ZONE}, older ones and other plans 1,000 and more`,
    form: "{cloudflare: <zone id>, records: 1000}",
    rule: "Cloudflare: DNS records per zone",
  },
  flattensApex: true,
  identical: {
    happens: "Cloudflare refuses the second (81058)",
    rule: "Cloudflare: identical record",
  },
  lookUps: {
    namespace: "cloudflare",
    check:
      "check the credentials (CLOUDFLARE_API_TOKEN with Zone: Read and DNS: Edit) and the zone ids in sendips:zones",
    throttled: {
      who: "Cloudflare throttles this token",
      fix: "nothing is wrong with the token or the config: wait five minutes, and deploy fewer stacks at a time",
    },
  },
  stands: (error) => STANDS.test(error),
  isGone: (error) => /\b81044\b|Record does not exist/i.test(error),
};

/**
 * The value in zone file form, names in lower case, TXT as one text, of a record as Cloudflare's API has it: equal
 * for two records that say the same.
 */
export function fromCloudflare(type: string, content: string, priority = 0): string {
  const host = `${content.toLowerCase().replace(/\.$/, "")}.`;
  switch (type) {
    case "TXT":
      return content.startsWith('"') ? unquoteTxt(content) : content;
    case "CNAME":
      return host;
    case "MX":
      return `${priority} ${host}`;
    default:
      return content;
  }
}
