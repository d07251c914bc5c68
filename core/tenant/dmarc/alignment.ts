/** Whether what a stream proves stands for its From domain: SPF by the return path, DKIM by d=. */

import { organizationalDomainByList } from "../../../mail/dmarc/tree-walk.ts";
import { isAtOrBelow } from "../../../mail/names.ts";
import type { Finding } from "../../problem.ts";
import type { PlannedStream, RecordContext } from "../context.ts";
import { dkimDomains } from "../dkim/records.ts";
import { type Alignment, authenticationOf, type DmarcView } from "./view.ts";

const RULE = "RFC 9989 §4.4";

/** An error where nothing can align for some receiver, a warning where only one of the two can. */
export function checkAlignment(context: RecordContext, view: DmarcView): Finding[] {
  const findings: Finding[] = [];
  const unsigned = new Set<string>();
  for (const stream of context.streams) {
    const { spf, selectors, unaligned } = authenticationOf(context, view, stream);
    const spfFault = spfMisalignment(stream, spf, view);
    const signed = selectors.length > 0;
    if (!signed && spfFault === undefined) unsigned.add(stream.from);
    if (spfFault === undefined) continue;
    const [other] = unaligned;
    const dkim = signed
      ? "only DKIM is left"
      : other === undefined
        ? `no DKIM key signs for ${stream.from} either, so DMARC fails`
        : `${other.selector} signs as ${other.domain}, which does not align with ${stream.from} for every receiver, so DMARC fails`;
    findings.push({
      code: "dmarc-spf-unaligned",
      level: signed ? "warning" : "error",
      path: spfPath(context, stream, spf),
      message: `${spfFault}; ${dkim}`,
      fix: `${spfFix(stream, spf)}${signed ? "" : `; and a DKIM key for ${stream.from}`}`,
      rule: RULE,
    });
  }
  return [...findings, ...missingKey(context, [...unsigned].sort())];
}

/** What keeps SPF from aligning, or nothing when it aligns for every receiver. */
function spfMisalignment(
  { from, returnPath }: PlannedStream,
  { holds, relaxed }: Alignment,
  view: DmarcView,
): string | undefined {
  if (holds.walk && holds.list) return undefined;
  const standard =
    !holds.walk && !holds.list ? "" : ` for receivers of ${holds.walk ? "RFC 7489" : "RFC 9989"}`;
  const cannot = `SPF cannot align${standard}`;
  const relaxedFails = (!holds.walk && !relaxed.walk) || (!holds.list && !relaxed.list);
  if (!relaxedFails) {
    return `${cannot}: aspf=s wants the return path to be ${from} itself, not ${returnPath}`;
  }
  const organizational = (domain: string) => {
    const { walk } = view.find(domain);
    // A walk that met nothing says nothing: its records may stand in zones that this plan does not see.
    const byList =
      relaxed.walk || view.find(from).walk.policy === undefined || walk.met.length === 0;
    return byList ? organizationalDomainByList(domain) : walk.organizational;
  };
  return `${cannot}: the return path ${returnPath} belongs to ${organizational(returnPath)}, From to ${organizational(from)}`;
}

function isStrictFault({ strict, relaxed }: Alignment): boolean {
  return !strict && relaxed.walk && relaxed.list;
}

function spfPath({ tenant }: RecordContext, { key }: PlannedStream, spf: Alignment): string {
  if (isStrictFault(spf)) return "sendips:tenant.dmarc.spfAlignment";
  const written = tenant.streams[key]?.returnPath !== undefined;
  return `sendips:tenant.streams.${key}${written ? ".returnPath" : ""}`;
}

function spfFix({ from }: PlannedStream, spf: Alignment): string {
  return isStrictFault(spf)
    ? `spfAlignment: relaxed, or ${from} as the return path`
    : `a return path of the same organisation, such as bounce.${from}`;
}

/** SPF alone does not survive forwarding (RFC 9989 §5.1 wants two identifiers that align). */
function missingKey(context: RecordContext, froms: readonly string[]): Finding[] {
  if (froms.length === 0) return [];
  const covers = (domain: string) =>
    froms.some((from) => isAtOrBelow(from, domain) || domain === from);
  const waiting = Object.entries(context.tenant.dkim)
    .filter(([, key]) => key.state === "published")
    .filter(([, key]) => dkimDomains(context, key).some(covers))
    .map(([selector]) => selector)
    .sort();
  return [
    {
      code: "dmarc-spf-alone",
      level: "warning",
      path: "sendips:tenant.dkim",
      message: `no DKIM key signs for ${froms.join(", ")}: only SPF aligns, and forwarding breaks it`,
      fix:
        waiting.length === 0
          ? `make one: sendips dkim new ${context.stack}; it counts once its state is signing`
          : `once ${waiting.join(", ")} has been in DNS for its TTL, set its state to signing`,
      rule: "RFC 9989 §5.1",
    },
  ];
}
