/** Domains that neither send nor take mail: null MX (RFC 7505), SPF and DMARC that refuse everything. */

import { type DmarcRecord, parseDmarc, renderDmarc } from "../../../mail/dmarc/record.ts";
import { NULL_MX, neverMails } from "../../../mail/mx/null-mx.ts";
import { hostNameOf, type TenantContext, usesOf, type WantedRecord } from "../context.ts";
import { DKIM_KEY } from "../dkim/purpose.ts";
import { existingDmarc } from "../dmarc/existing-dmarc.ts";
import { DMARC_POLICY } from "../dmarc/purpose.ts";
import { mergedDmarc, ownReports } from "../dmarc/records.ts";
import { organisationsOf } from "../organisations.ts";
import { text } from "../record.ts";
import { REFUSING_SPF } from "../spf/purpose.ts";
import { asksForSpf, spfKey } from "../spf/records.ts";
import { NULL_MX_RECORD } from "./purpose.ts";

/** The config that names a domain of `neverMails`. */
export function neverMailsPath(index: number): string {
  return `sendips:tenant.neverMails[${index}]`;
}

/** What contradicts a domain of `neverMails`: the config's other use of it. */
export type Contradiction = "dmarc" | "spf" | "from" | "bounce" | "host";

/** Why a domain cannot be one that never mails; empty when it can. */
export function contradictions(context: TenantContext, name: string): Contradiction[] {
  const { tenant } = context;
  const isHost = Object.keys(tenant.addresses).some((key) => hostNameOf(key, tenant) === name);
  // The tenant's own domain may send nothing by itself; its DMARC record is that of the config then.
  const own = name === tenant.domain;
  return [
    ...(own && !refusesAll(context) ? (["dmarc"] as const) : []),
    ...(own && asksForSpf(tenant.spf) ? (["spf"] as const) : []),
    ...usesOf(context, name),
    ...(isHost ? (["host"] as const) : []),
  ];
}

/** Whether the tenant's own DMARC record refuses whatever claims to be from its domain. */
function refusesAll(context: TenantContext): boolean {
  const [own] = organisationsOf(context);
  if (own === undefined || own.dmarc.keep) return false;
  const { record } = mergedDmarc(context, own);
  // What cannot be merged is an error of its own.
  return record === undefined || (record.p === "reject" && record.t !== true);
}

/** The reports about a parked domain go where the tenant's go, and where they went before. */
function parkedDmarc(context: TenantContext, name: string): DmarcRecord {
  const [own] = organisationsOf(context);
  const reports = own === undefined ? { rua: [], ruf: [] } : ownReports(context, own);
  const before = existingDmarc(context.tenant, name).map(({ text: old }) => parseDmarc(old).value);
  const record: DmarcRecord = { p: "reject" };
  for (const tag of ["rua", "ruf"] as const) {
    const uris = [...new Set([...before.flatMap((old) => old?.[tag] ?? []), ...reports[tag]])];
    if (uris.length > 0) record[tag] = uris;
  }
  return record;
}

/**
 * Three records a domain, two for the tenant's own, whose DMARC record stands already; a domain that
 * stands twice gets them once. One that the config
 * contradicts gets none: the contradiction is an error, and its consequences need no saying.
 */
export function neverMailsRecords(context: TenantContext): WantedRecord[] {
  const { neverMails: names } = context.tenant;
  const consistentNames = [...new Set(names)].filter(
    (name) => contradictions(context, name).length === 0,
  );
  return consistentNames.sort().flatMap((name) => {
    const path = neverMailsPath(names.indexOf(name));
    const records = neverMails(name).filter(
      (record) => record.name === name || name !== context.tenant.domain,
    );
    const revoked: WantedRecord = {
      key: `revoked-keys-${name}`,
      name: `*._domainkey.${name}`,
      data: { type: "TXT", text: text`v=DKIM1; p=` },
      purpose: DKIM_KEY,
      domain: name,
      value: { dkim: { selector: "*", publicKey: "" } },
      path: "sendips:tenant.revokedKeys",
      why: `no selector signs for ${name}: every key that is asked for is revoked (RFC 6376 §3.6.1)`,
    };
    const known = records.map((record): WantedRecord => {
      if (record.type === "MX") {
        return {
          key: `null-mx-${name}`,
          name: record.name,
          data: { type: "MX", ...NULL_MX },
          purpose: NULL_MX_RECORD,
          path,
          why: `${name} takes no mail (RFC 7505 §3)`,
        };
      }
      if (record.name === name) {
        return {
          key: spfKey(name),
          name: record.name,
          data: { type: "TXT", text: text`${record.value}` },
          purpose: REFUSING_SPF,
          path,
          why: `nobody sends mail as ${name} (RFC 7208 §10.1.2)`,
        };
      }
      const policy = parkedDmarc(context, name);
      return {
        key: `dmarc-${name}`,
        name: record.name,
        data: { type: "TXT", text: text`${renderDmarc(policy)}` },
        purpose: DMARC_POLICY,
        domain: name,
        value: { dmarc: policy },
        path,
        why: `mail that claims to be from ${name} is refused (RFC 9989 §4.7)`,
      };
    });
    return context.tenant.revokedKeys ? [...known, revoked] : known;
  });
}
