/** Faults of BIMI: the record, and the DMARC that must stand behind it. */

import { lintBimi, lintBimiDmarc } from "../../../mail/bimi/record.ts";
import { organizationalDomainByList } from "../../../mail/dmarc/tree-walk.ts";
import { configPath } from "../../config/config.ts";
import { sortedEntries } from "../../maps.ts";
import { type Fault, type Finding, findingsAt, warning } from "../../problem.ts";
import { fromDomains, type RecordContext } from "../context.ts";
import { type DmarcView, dmarcView } from "../dmarc/view.ts";
import { bimiOf } from "./records.ts";

/** Every fault of `sendips:tenant.bimi`. */
export function checkBimi(context: RecordContext): Finding[] {
  const wanted = sortedEntries(context.tenant.bimi);
  if (wanted.length === 0) return [];
  const view = dmarcView(context.records, context.tenant);
  return wanted.flatMap(([domain, config]) =>
    findingsAt(configPath(["tenant", "bimi", domain]), [
      ...lintBimi(bimiOf(config)),
      ...enforcement(domain, view),
      ...unseenLogo(context, domain, view),
    ]),
  );
}

/** By the record that applies to the domain. One that somebody else publishes cannot be judged. */
function enforcement(domain: string, view: DmarcView): Fault[] {
  const policy = view.find(domain).walk.policy;
  if (policy !== undefined) return lintBimiDmarc(policy.record);
  const message = `no DMARC record of this plan covers ${domain}, and BIMI needs one at enforcement`;
  const fix = "p=quarantine or p=reject for all mail, at the domain or its organisational domain";
  return [warning("bimi-no-dmarc", "draft-brand-indicators §7.1", message, fix)];
}

/** Receivers ask the From domain, then its organisational domain, and no other. */
function unseenLogo(context: RecordContext, domain: string, view: DmarcView): Fault[] {
  const askedDomains = fromDomains(context).flatMap((from) => [
    from,
    view.find(from).walk.organizational,
    organizationalDomainByList(from),
  ]);
  if (domain === context.tenant.domain || askedDomains.includes(domain)) return [];
  const message = `no stream sends from ${domain}, nor is it the organisational domain of one that does: nobody looks there`;
  const fix = `allowed: ${[...new Set([context.tenant.domain, ...askedDomains])].sort().join(", ")}`;
  return [warning("bimi-unseen", "draft-brand-indicators §7.2", message, fix)];
}
