/** MTA-STS (RFC 8461): the record that names the policy's version, and the name that serves the policy. */

import { mtaStsName, renderMtaSts } from "../../../mail/mta-sts/record.ts";
import { configPath } from "../../config/config.ts";
import type { MtaStsConfig } from "../../config/schema.ts";
import { sortedEntries } from "../../maps.ts";
import type { TenantContext, WantedRecord } from "../context.ts";
import { delegatedName, delegationOf } from "../delegation/names.ts";
import { text } from "../record.ts";
import { mtaStsPolicyId, mtaStsPolicyOf } from "./policy-file.ts";
import { MTA_STS_CAA, MTA_STS_HOST, MTA_STS_VERSION } from "./purpose.ts";

/** The host of the policy's URL (RFC 8461 §3.3); no other name will do. */
export function mtaStsHost(domain: string): string {
  return `mta-sts.${domain}`;
}

/** The records of each domain of `mtaSts`. */
export function mtaStsRecords(context: TenantContext): WantedRecord[] {
  const delegation = delegationOf(context.tenant);
  return sortedEntries(context.tenant.mtaSts).flatMap(([domain, config]) => {
    const id = mtaStsPolicyId(mtaStsPolicyOf(context, domain));
    const path = configPath(["tenant", "mtaSts", domain]);
    const own = mtaStsName(domain);
    const name = delegation?.mtaSts === true ? delegatedName(own, delegation.zone) : own;
    const version: WantedRecord = {
      key: `mta-sts-${domain}`,
      name,
      data: { type: "TXT", text: text`${renderMtaSts({ id })}` },
      purpose: MTA_STS_VERSION,
      domain,
      path,
      why: `says that ${domain} has an MTA-STS policy; the id changes with it (RFC 8461 §3.1)`,
    };
    const alias: WantedRecord = {
      key: `mta-sts-cname-${domain}`,
      name: own,
      data: { type: "CNAME", target: name },
      purpose: MTA_STS_VERSION,
      domain,
      path: "sendips:tenant.delegate",
      why: `the version of the MTA-STS policy of ${domain} is ours to keep: the name points into ${delegation?.zone}`,
      after: [version.key],
      permanent: true,
    };
    return [version, ...(name === own ? [] : [alias]), ...hostRecords(domain, config, path)];
  });
}

/** The alias to the server, or who may issue for a server of one's own: a CNAME stands alone. */
function hostRecords(domain: string, config: MtaStsConfig, path: string): WantedRecord[] {
  const { servedBy, certificateAuthorities } = config;
  if (servedBy !== undefined) {
    return [
      {
        key: `mta-sts-host-${domain}`,
        name: mtaStsHost(domain),
        data: { type: "CNAME", target: servedBy },
        purpose: MTA_STS_HOST,
        path: `${path}.servedBy`,
        why: `${servedBy} serves the MTA-STS policy of ${domain} by HTTPS (RFC 8461 §3.3)`,
      },
    ];
  }
  return [...new Set(certificateAuthorities)].sort().map((ca) => ({
    key: `caa-mta-sts-${domain}-${ca}`,
    name: mtaStsHost(domain),
    data: { type: "CAA", flags: 0, tag: "issue", value: ca },
    purpose: MTA_STS_CAA,
    path: `${path}.certificateAuthorities`,
    why: `${ca} may issue the certificate of ${mtaStsHost(domain)}, no other CA unless named (RFC 8659 §4.2)`,
  }));
}
