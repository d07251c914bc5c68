/** Every publisher. A new one is its file, and its lines here. */

import { z } from "zod";
import { type AwsReversePublisher, aws } from "./aws.ts";
import { type CloudflarePublisher, cloudflare, cloudflareConfig } from "./cloudflare.ts";
import { type ExternalPublisher, external, externalConfig } from "./external.ts";
import { type PublisherKind, takesTtl, ttlText } from "./publisher.ts";

/** Who publishes a record, as plain data. */
export type Publisher = CloudflarePublisher | ExternalPublisher | AwsReversePublisher;

/** A publisher of ours: the zone is named by the provider's own id. */
export type OwnPublisher = Extract<Publisher, { zoneId: string }>;

/** Who serves a zone, as `sendips:zones` has it. */
export const zoneConfig = z.union([externalConfig, cloudflareConfig]);

/** The kinds stand in the order in which records are shown: ours, the customer's, reverse names. */
const KINDS: Readonly<Record<Publisher["by"], PublisherKind<Publisher>>> = {
  cloudflare,
  external,
  aws,
};

/** Who serves the reverse names of our addresses. */
export const REVERSE_PUBLISHER: Publisher = { by: "aws" };

/** Every kind of publisher, in the order in which their records are shown. */
export const PUBLISHERS: readonly PublisherKind<Publisher>[] = Object.values(KINDS);

/** What is known of a publisher. */
export function publisherKindOf({ by }: Pick<Publisher, "by">): PublisherKind<Publisher> {
  return KINDS[by];
}

/** Whether we publish there. */
export function isOurs(publisher: Publisher | undefined): publisher is OwnPublisher {
  return publisher !== undefined && publisherKindOf(publisher).hands === "ours";
}

/** Whether the customer publishes there. */
export function isCustomers(publisher: Publisher | undefined): publisher is ExternalPublisher {
  return publisher !== undefined && publisherKindOf(publisher).hands === "customer's";
}

/** The zone; undefined for reverse names. */
export function zoneNameOf(publisher: Publisher): string | undefined {
  return "zone" in publisher ? publisher.zone : undefined;
}

/** The publisher of a zone, by its config. */
export function publisherOfZone(
  zone: string,
  config: z.infer<typeof zoneConfig>,
): Publisher | undefined {
  for (const kind of PUBLISHERS) {
    const publisher = kind.fromConfig?.(zone, config);
    if (publisher !== undefined) return publisher;
  }
  return undefined;
}

/** What `sendips:zones` allows, as a person writes it: `{cloudflare: <zone id>}`, `external`. */
export const ZONE_FORMS: readonly string[] = PUBLISHERS.flatMap(({ form }) => form ?? []);

/** The kind of publisher for which a TTL means "as the provider likes"; undefined where it is seconds everywhere. */
export function automaticTtlKind(ttl: number): PublisherKind<Publisher> | undefined {
  return PUBLISHERS.find((kind) => kind.ttl?.automatic === ttl);
}

/** A TTL in the config: one that every publisher takes, wherever the records come to stand. */
export const ttlConfig = z
  .int()
  .superRefine((value, context) => {
    for (const { title, ttl } of PUBLISHERS) {
      if (ttl === undefined || takesTtl(ttl, value)) continue;
      const params = { allowed: ttlText(ttl) };
      context.addIssue({ code: "custom", message: `is not a TTL that ${title} takes`, params });
    }
  })
  .meta(ttlSchema());

/** The limits of {@link ttlConfig} for the JSON Schema, which knows no function. */
function ttlSchema() {
  const limits = PUBLISHERS.flatMap(({ ttl }) => ttl ?? []);
  const automatic = limits.flatMap((ttl) => ttl.automatic ?? []);
  const min = Math.max(...limits.map((ttl) => ttl.min));
  return {
    minimum: Math.min(min, ...automatic),
    maximum: Math.min(...limits.map((ttl) => ttl.max)),
    anyOf: [...automatic.map((value) => ({ const: value })), { minimum: min }],
  };
}
