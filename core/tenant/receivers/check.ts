/** Rules of mailbox providers that a tenant does not meet: one warning a rule. */

import type { Finding } from "../../problem.ts";
import type { RecordContext } from "../context.ts";
import { brokenPolicies, POLICY_RULES, type PolicyRule, type PolicyVerdict } from "./policies.ts";

/** Where the mend is, and what it is. */
const MENDS: Partial<Record<PolicyRule, { path: string; fix: string }>> = {
  "SPF or DKIM": {
    path: "sendips:tenant.streams",
    fix: "an SPF record at the return path, or a DKIM key that signs for the From domain",
  },
  "SPF and DKIM": {
    path: "sendips:tenant.dkim",
    fix: "an SPF record at the return path, and a DKIM key in state signing for the From domain",
  },
  "DMARC record": {
    path: "sendips:tenant.dmarc",
    fix: "one DMARC record; policy: none is enough for the providers",
  },
  "DMARC alignment": {
    path: "sendips:tenant.streams",
    fix: "a return path below the From domain's organisational domain, or a DKIM key that signs for it",
  },
  "forward and reverse DNS": {
    path: "sendips:tenant.hostNames",
    fix: "host names in a zone that sendips:zones lists, so that A and PTR are planned together",
  },
  "own From domain": {
    path: "sendips:tenant.streams",
    fix: "a From domain of your own",
  },
};

/** One warning for each rule that is not met, with all providers that ask for it. */
export function checkProviders(context: RecordContext): Finding[] {
  const broken = brokenPolicies(context);
  return POLICY_RULES.flatMap((rule) => {
    const verdicts = broken.filter((verdict) => verdict.rule === rule);
    const mend = MENDS[rule];
    return verdicts.length === 0 || mend === undefined ? [] : [warn(rule, verdicts, mend)];
  });
}

function warn(
  rule: PolicyRule,
  verdicts: readonly PolicyVerdict[],
  mend: { path: string; fix: string },
): Finding {
  const each = (pick: (verdict: PolicyVerdict) => string | undefined) => [
    ...new Set(verdicts.flatMap((verdict) => pick(verdict) ?? [])),
  ];
  const providers = each(({ provider }) => provider).join(", ");
  const streams = each(({ stream }) => stream);
  const bulk = verdicts.every(({ senders }) => senders === "bulk");
  const asks = verdicts.length > 1 && providers.includes(",") ? "ask" : "asks";
  return {
    level: "warning",
    ...mend,
    message: `${providers} ${asks} ${bulk ? "bulk senders" : "all senders"} for ${rule}; ${streams.length > 1 ? "streams" : "stream"} ${streams.join(", ")} ${streams.length > 1 ? "fall" : "falls"} short: ${each(({ why }) => why).join("; ")}`,
    rule: `${providers}: ${bulk ? "bulk sender" : "sender"} requirements`,
  };
}
