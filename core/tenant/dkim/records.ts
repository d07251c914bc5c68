/** DKIM key records: in each From domain, or in a zone of ours with a CNAME from each From domain. */

import { dkimName } from "../../../mail/dkim/record.ts";
import { dkimPath } from "../../config/config.ts";
import type { DkimKeyConfig } from "../../config/schema.ts";
import { sortedEntries } from "../../maps.ts";
import { fromDomains, type TenantContext, type WantedRecord } from "../context.ts";
import { delegatedName, dkimZoneOf } from "../delegation/names.ts";
import { dkimKeyText } from "./key.ts";
import { DKIM_KEY } from "./purpose.ts";

/** The domains that a selector signs for: as written, else the From domains of the streams that sign with it. */
export function dkimDomains(context: TenantContext, key: DkimKeyConfig): string[] {
  if (key.domains !== undefined) return [...new Set(key.domains)].sort();
  const streams = context.streams.filter((stream) => signsStream(key, stream.key));
  return fromDomains({ ...context, streams });
}

/** Whether a stream signs with a key, once the key signs: without `streams` every one does. */
export function signsStream({ streams }: DkimKeyConfig, stream: string): boolean {
  return streams === undefined || streams.includes(stream);
}

/**
 * Where the key itself stands. With `dkimZone` or `delegate` the whole name moves below it, so that names of
 * several tenants never meet in the operator's zone.
 */
export function dkimKeyName({ tenant }: TenantContext, selector: string, domain: string): string {
  const own = dkimName(selector, domain);
  const zone = dkimZoneOf(tenant);
  return zone === undefined ? own : delegatedName(own, zone);
}

/** Each From domain carries the key, so that d= equals From and strict alignment holds too. */
export function dkimRecords(context: TenantContext): WantedRecord[] {
  const { tenant } = context;
  const zone = dkimZoneOf(tenant);
  return sortedEntries(tenant.dkim).flatMap(([selector, key]) => {
    const value = dkimKeyText(selector, key);
    const publicKey = key.state === "revoked" ? "" : key.key.record?.publicKey;
    if (value === undefined) return [];
    const path = dkimPath(selector);
    return dkimDomains(context, key).flatMap((domain): WantedRecord[] => {
      const name = dkimKeyName(context, selector, domain);
      const record: WantedRecord = {
        key: `dkim-${selector}-${domain}`,
        name,
        data: { type: "TXT", text: value },
        purpose: DKIM_KEY,
        domain,
        value: {
          dkim: publicKey === undefined ? { selector } : { selector, publicKey },
        },
        path,
        why: `DKIM key of ${domain}, ${key.state} (RFC 6376 §3.6)`,
      };
      if (zone === undefined) return [record];
      const alias: WantedRecord = {
        key: `dkim-cname-${selector}-${domain}`,
        name: dkimName(selector, domain),
        data: { type: "CNAME", target: name },
        purpose: DKIM_KEY,
        domain,
        value: { dkim: { selector } },
        path,
        why: `DKIM key of ${domain} is ours to keep: the name points into ${zone}`,
        after: [record.key],
        permanent: true,
      };
      return [record, alias];
    });
  });
}
