/** Faults of return paths. */

import type { Finding } from "../../problem.ts";
import type { TenantContext } from "../context.ts";
import { bounceHosts } from "./records.ts";

/** RFC 5321 §5.1 lets a sender limit how many it tries; ten is our judgement of what is ever of use. */
const MX_ENOUGH = 10;

/** A return path gets MX records: at the domain itself they would take all of its mail. */
export function checkReturnPaths(context: TenantContext): Finding[] {
  const { tenant, streams } = context;
  return streams.flatMap(({ key, returnPath }): Finding[] => {
    const findings: Finding[] = [];
    if (returnPath === tenant.domain) {
      findings.push({
        code: "return-path-is-domain",
        level: "warning",
        path: `sendips:tenant.streams.${key}.returnPath`,
        message: `its MX records stand at ${returnPath}: all mail to the domain comes to the hosts that take the stream's bounces`,
        fix: `a subdomain of its own, such as bounce.${returnPath}, unless these hosts take the domain's mail`,
        rule: "RFC 5321 §5.1",
      });
    }
    const hosts = bounceHosts(context, returnPath).length;
    if (hosts > MX_ENOUGH) {
      findings.push({
        code: "return-path-many-mx",
        level: "warning",
        path: `sendips:tenant.streams.${key}.bounceMx`,
        message: `${hosts} MX records at ${returnPath}, one for each address of the pool`,
        fix: `name a few hosts that take the bounces, at most ${MX_ENOUGH}: they need not be those that send`,
        rule: "RFC 5321 §5.1",
      });
    }
    return findings;
  });
}
