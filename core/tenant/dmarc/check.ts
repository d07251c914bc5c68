/** Faults of DMARC: the record, who finds it, what it comes to. */

import { effectivePolicy, lintDmarc } from "../../../mail/dmarc/lint.ts";
import { dmarcName, parseDmarc, renderDmarc } from "../../../mail/dmarc/record.ts";
import { lintWalk, organizationalDomainByList } from "../../../mail/dmarc/tree-walk.ts";
import { type Finding, findingsAt } from "../../problem.ts";
import { fromDomains, type RecordContext } from "../context.ts";
import { type Organisation, organisationOf, organisationsOf } from "../organisations.ts";
import { checkAlignment } from "./alignment.ts";
import { existingDmarc } from "./existing-dmarc.ts";
import { mergedDmarc, plansDmarc } from "./records.ts";
import { type DmarcDiscovery, type DmarcView, dmarcView } from "./view.ts";

/** Every fault of DMARC that the plan's records show. */
export function checkDmarc(context: RecordContext): Finding[] {
  const view = dmarcView(context.records, context.tenant);
  return [
    ...policyRecords(context),
    ...discovery(context, view),
    ...weakenedDomains(context, view),
    ...checkAlignment(context, view),
  ];
}

/** The records as published, and what is wrong with merging them into those that stand. */
function policyRecords(context: RecordContext): Finding[] {
  return organisationsOf(context).flatMap((organisation) => {
    const { domain, path } = organisation;
    const { record, findings } = mergedDmarc(context, organisation);
    if (record === undefined || !plansDmarc(context, domain)) return findings;
    const organizational = organizationalDomainByList(domain) === domain;
    const { findings: faults } = parseDmarc(renderDmarc(record));
    const lint = [...faults, ...lintDmarc(record, { organizational })];
    // What stood there is its owner's to mend, and no reason to publish nothing.
    const isExisting = existingDmarc(context.tenant, domain).length > 0;
    return [
      ...findings,
      ...findingsAt(
        path,
        isExisting ? lint.map((finding) => ({ ...finding, level: "warning" })) : lint,
      ),
    ];
  });
}

/** Which record receivers find for each From domain, and where old and new ones part. */
function discovery(context: RecordContext, view: DmarcView): Finding[] {
  const findings: Finding[] = [];
  const discoveriesByDifference = new Map<string, DmarcDiscovery[]>();
  for (const from of fromDomains(context)) {
    const found = view.find(from);
    const { walk, byList } = found;
    if (walk.policy === undefined && byList === undefined) {
      findings.push(uncoveredDomain(context, from));
    } else if (walk.policy?.domain === byList?.domain) {
      findings.push(...findingsAt(fromPath(context, from), lintWalk({ ...walk, findings: [] })));
    } else {
      const which = [
        walk.policy?.domain,
        byList?.domain,
        organizationalDomainByList(from),
      ].toString();
      discoveriesByDifference.set(which, [...(discoveriesByDifference.get(which) ?? []), found]);
    }
  }
  return [...findings, ...[...discoveriesByDifference.values()].flatMap(discoveryDifference)];
}

function uncoveredDomain(context: RecordContext, from: string): Finding {
  const organizational = organizationalDomainByList(from);
  const organisation = organisationOf(organisationsOf(context), from);
  if (organisation?.dmarc.keep === true) {
    return {
      code: "dmarc-kept-unknown",
      level: "warning",
      path: organisation.path,
      message: `the DMARC record of ${organisation.domain} is left to its owner, and nothing is known of what it says: whether mail from ${from} aligns is judged by the defaults`,
      fix: `npx sendips zone ${context.stack} --write records what stands there`,
      rule: "RFC 9989 §4.10.1",
    };
  }
  return {
    code: "dmarc-uncovered",
    level: "warning",
    path: fromPath(context, from),
    message: `no DMARC record of this plan covers ${from}; where none stands elsewhere, anyone may send as it`,
    fix: `a From domain at or below ${context.tenant.domain}; or see that ${dmarcName(organizational)} holds a record, as v=DMARC1; p=reject`,
    rule: "RFC 9989 §4.10.1",
  };
}

/** One finding for all From domains that share the difference. */
function discoveryDifference(all: readonly DmarcDiscovery[]): Finding[] {
  const [first] = all;
  if (first === undefined) return [];
  const { walk, byList } = first;
  const organizational = organizationalDomainByList(first.domain);
  const recordText = (domain: string | undefined) =>
    domain === undefined ? "none" : `that of ${domain}`;
  return [
    {
      code: "dmarc-found-apart",
      level: "warning",
      path: "sendips:tenant.domain",
      message: `for mail from ${all.map(({ domain }) => domain).join(", ")}, receivers of RFC 9989 find the DMARC record by the tree walk, ${recordText(walk.policy?.domain)}; those of RFC 7489 by the public suffix list, ${recordText(byList?.domain)}`,
      fix: `make ${organizational} the tenant's domain, or see that ${dmarcName(organizational)} holds a record`,
      rule: "RFC 9989 §4.10, RFC 7489 §6.6.3",
    },
  ];
}

/** From domains for which the policy comes to none although the record's own domain is protected. */
function weakenedDomains(context: RecordContext, view: DmarcView): Finding[] {
  const organisations = organisationsOf(context);
  const weak = new Map<Organisation, string[]>();
  for (const from of fromDomains(context)) {
    const { policy } = view.find(from).walk;
    // Where the record's own domain has none too, its lint says so.
    if (policy === undefined || effectivePolicy(policy.record) === "none") continue;
    if (policy.domain === from || effectivePolicy(policy.record, "subdomain") !== "none") continue;
    const organisation = organisationOf(organisations, from) ?? organisations[0];
    if (organisation === undefined) continue;
    weak.set(organisation, [...(weak.get(organisation) ?? []), from]);
  }
  return [...weak].map(([{ dmarc, path, domain }, froms]) => {
    const { subdomainPolicy = view.find(domain).walk.policy?.record.sp, test } = dmarc;
    const tags = subdomainPolicy === "none" ? "sp=none" : `sp=${subdomainPolicy} with t=y`;
    return {
      code: "dmarc-subdomains-unprotected",
      level: "warning",
      path: test === true ? `${path}.test` : `${path}.subdomainPolicy`,
      message: `${tags} comes to no policy for mail from ${froms.join(", ")}: whatever fails is delivered`,
      fix: `subdomainPolicy as policy, which is what leaving it out means${test === true ? "; test: false after the test" : ""}`,
      rule: "RFC 9989 §4.7",
    };
  });
}

function fromPath({ streams }: RecordContext, from: string): string {
  const key = streams.find((stream) => stream.from === from)?.key ?? "";
  return `sendips:tenant.streams.${key}.from`;
}
