/** Faults of MTA-STS: the policy against the MX that the plan holds, and the name that serves it. */

import { lintMtaStsPolicy, type MtaStsPolicy } from "../../../mail/mta-sts/record.ts";
import { configPath } from "../../config/config.ts";
import type { MtaStsConfig } from "../../config/schema.ts";
import { sortedEntries } from "../../maps.ts";
import { error, type Fault, type Finding, findingsAt, warning } from "../../problem.ts";
import type { RecordContext } from "../context.ts";
import { mtaStsPolicyOf } from "./policy-file.ts";
import { mtaStsHost } from "./records.ts";

/** Every fault of `sendips:tenant.mtaSts`. */
export function checkMtaSts(context: RecordContext): Finding[] {
  return sortedEntries(context.tenant.mtaSts).flatMap(([domain, config]) => {
    const path = configPath(["tenant", "mtaSts", domain]);
    const policy = mtaStsPolicyOf(context, domain);
    return [
      ...findingsAt(path, mtaStsPolicyFaults(policy, mxHosts(context, domain))),
      ...findingsAt(path, unreportedTest(context, domain, policy)),
      ...findingsAt(`${path}.servedBy`, alias(domain, config)),
    ];
  });
}

/** The MX of a domain as far as this plan holds it; its owner may publish others. */
function mxHosts({ records }: RecordContext, domain: string): string[] {
  return records.flatMap(({ name, data }) =>
    name === domain && data.type === "MX" && data.exchange !== "" ? [data.exchange] : [],
  );
}

function mtaStsPolicyFaults(policy: MtaStsPolicy, hosts: readonly string[]): Fault[] {
  if (policy.mode === "none" || policy.mx.length > 0) return lintMtaStsPolicy(policy, hosts);
  const message =
    "no mx is given, and the plan holds no MX of the domain: the policy would refuse every host";
  return [
    error(
      "mta-sts-no-mx",
      "RFC 8461 §3.2",
      message,
      "mx: the domain's MX hosts, or *. and their domain",
    ),
  ];
}

/** A test whose results nobody gets. */
function unreportedTest(
  { tenant }: RecordContext,
  domain: string,
  { mode }: MtaStsPolicy,
): Fault[] {
  if (mode !== "testing" || Object.hasOwn(tenant.tlsReports, domain)) return [];
  const message = `mode: testing does nothing but report, and ${domain} asks for no TLS reports`;
  const fix = `${configPath(["tenant", "tlsReports", domain])}, with an address for reports`;
  return [warning("mta-sts-testing-unreported", "RFC 8461 §5", message, fix)];
}

function alias(domain: string, config: MtaStsConfig): Fault[] {
  const { servedBy, certificateAuthorities } = config;
  const host = mtaStsHost(domain);
  if (servedBy === undefined) return [];
  const findings: Fault[] = [];
  if (servedBy === host) {
    const fix = "the host that serves the policy; leave servedBy out when you publish the name";
    findings.push(
      error("mta-sts-own-alias", "RFC 1034 §3.6.2", `${host} would be an alias of itself`, fix),
    );
  }
  if (certificateAuthorities.length > 0) {
    const message = `certificateAuthorities stands beside servedBy: a CNAME at ${host} allows no CAA there, and a CA reads those of ${servedBy}`;
    const fix = `leave one of the two out; with servedBy, publish the CAA records at ${servedBy}`;
    findings.push(error("mta-sts-caa-beside-alias", "RFC 1034 §3.6.2, RFC 8659 §3", message, fix));
  }
  return findings;
}
