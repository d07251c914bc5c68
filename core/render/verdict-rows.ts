/** Providers' rules as they are shown: one row for what several providers ask and find alike. */
import type { ProviderVerdict } from "../tenant/receivers/provider-rules.ts";

/** Column heads of {@link verdictRows}. */
export const VERDICT_HEAD = ["RULE", "ASKED BY", "OF", "STREAM", "VERDICT", "WHY"] as const;

const ORDER: readonly ProviderVerdict["verdict"][] = ["not met", "waiting", "met", "unknown"];

/** Rows of text: what is not met first, then what waits, then what is met, then what no configuration can tell. */
export function verdictRows(verdicts: readonly ProviderVerdict[]): string[][] {
  const rows = new Map<string, { verdict: ProviderVerdict; providers: string[] }>();
  for (const verdict of verdicts) {
    const { rule, senders, stream, why } = verdict;
    const key = JSON.stringify([rule, senders, stream, verdict.verdict, why]);
    const row = rows.get(key) ?? { verdict, providers: [] };
    row.providers.push(verdict.provider);
    rows.set(key, row);
  }
  return [...rows.values()]
    .sort((a, b) => ORDER.indexOf(a.verdict.verdict) - ORDER.indexOf(b.verdict.verdict))
    .map(({ verdict: { rule, senders, stream, verdict, why }, providers }) => [
      rule,
      providers.join(", "),
      `${senders} senders`,
      stream ?? "-",
      verdict,
      why,
    ]);
}
