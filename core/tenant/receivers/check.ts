/** Rules of mailbox providers that a tenant does not meet: one warning a rule. */

import type { Finding } from "../../problem.ts";
import type { RecordContext } from "../context.ts";
import type { receiverCodes } from "./codes.ts";
import {
  brokenRules,
  PROVIDER_RULES,
  type ProviderRule,
  type ProviderVerdict,
} from "./provider-rules.ts";

interface Remedy {
  code: keyof typeof receiverCodes;
  path: string;
  fix: string;
}

/** Where the mend is, and what it is. */
const MENDS: Partial<Record<ProviderRule, Remedy>> = {
  "SPF or DKIM": {
    code: "receivers-spf-or-dkim",
    path: "sendips:tenant.streams",
    fix: "an SPF record at the return path, or a DKIM key that signs for the From domain",
  },
  "SPF and DKIM": {
    code: "receivers-spf-and-dkim",
    path: "sendips:tenant.dkim",
    fix: "an SPF record at the return path, and a DKIM key in state signing for the From domain",
  },
  "DMARC record": {
    code: "receivers-dmarc",
    path: "sendips:tenant.dmarc",
    fix: "one DMARC record; policy: none is enough for the providers",
  },
  "DMARC alignment": {
    code: "receivers-alignment",
    path: "sendips:tenant.streams",
    fix: "a return path below the From domain's organisational domain, or a DKIM key that signs for it",
  },
  "forward and reverse DNS": {
    code: "receivers-reverse-dns",
    path: "sendips:tenant.hostNames",
    fix: "host names in a zone that sendips:zones lists, so that A and PTR are planned together",
  },
  "own From domain": {
    code: "receivers-from-domain",
    path: "sendips:tenant.streams",
    fix: "a From domain of your own",
  },
};

/**
 * One warning for each rule that is not met, with all providers that ask for it. Where a rule of the mail itself
 * is broken, those that follow from it need no saying.
 */
export function checkProviders(
  context: RecordContext,
  earlier: readonly Finding[] = [],
): Finding[] {
  if (earlier.some(({ level }) => level === "error")) return [];
  const broken = brokenRules(context);
  const findings = PROVIDER_RULES.flatMap((rule) => {
    const verdicts = broken.filter((verdict) => verdict.rule === rule);
    const mend = MENDS[rule];
    return verdicts.length === 0 || mend === undefined ? [] : [warn(rule, verdicts, mend)];
  });
  return findings.filter(({ path }) => !earlier.some((finding) => finding.path === path));
}

function warn(rule: ProviderRule, verdicts: readonly ProviderVerdict[], mend: Remedy): Finding {
  const each = (pick: (verdict: ProviderVerdict) => string | undefined) => [
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
