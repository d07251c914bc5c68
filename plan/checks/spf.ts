/** Faults of the SPF records: each as an evaluator would meet it, and what their includes cost. */
import { hostNameOf, type RecordContext, type TenantContext } from "../context.ts";
import { at, type Finding } from "../problem.ts";
import { type PlannedRecord, type Ref, renderText, type Text } from "../record.ts";
import { mergedSpf } from "../records/spf.ts";
import { isSpf } from "../spf/finding.ts";
import { lintSpf, type SpfLintOptions } from "../spf/lint.ts";
import type { SpfFinding } from "../spf/types.ts";
import { PLACEHOLDERS, placeholderOf, withoutPlaceholders } from "./placeholders.ts";

/** Every fault of the tenant's SPF records, and of the one that is merged into them. */
export function checkSpf(context: RecordContext): Finding[] {
  const resolve = placeholderOf(context);
  const texts = new Map<string, { record: PlannedRecord; text: string }[]>();
  for (const record of context.records) {
    if (record.data.type !== "TXT" || typeof record.name !== "string") continue;
    const entry = { record, text: renderText(record.data.text, resolve) };
    texts.set(record.name, [...(texts.get(record.name) ?? []), entry]);
  }
  const facts = factsOf(context, texts, resolve);
  const named = withoutPlaceholders<SpfFinding>(context);
  const findings = [...texts].flatMap(([name, entries]) => {
    const index = entries.findIndex(({ text }) => isSpf(text));
    const entry = entries[index];
    if (entry === undefined) return [];
    // A second SPF record at the name is `checkZone`'s to tell.
    const otherTxt = entries.flatMap(({ text }) => (isSpf(text) ? [] : [text]));
    const options = { ...facts, domain: name, otherTxt, placeholders: [PLACEHOLDERS] };
    const told = lintSpf(entry.text, options)
      .filter((finding) => !isOfStandIn(finding))
      .map((finding) => named(inConfig(finding, entry.record)));
    return at(entry.record.path, told);
  });
  return [...mergeFindings(context), ...findings];
}

/** What a stand-in lies within says nothing of the address that will come. */
function isOfStandIn({ code, message }: SpfFinding): boolean {
  return code === "covered" && /^ip4:198\.1[89]\./.test(message);
}

/** The finding with its record's name, and its mend in the words of the config. */
function inConfig(finding: SpfFinding, { name, data }: PlannedRecord): SpfFinding {
  const message = `SPF of ${String(name)}: ${finding.message}`;
  switch (finding.code) {
    case "lookups-unknown": {
      const fix =
        "npx sendips plan --online asks DNS; or put their records into sendips:spfSnapshot";
      return { ...finding, message, fix };
    }
    case "length": {
      const ranges = data.type === "TXT" && data.text.some((part) => isRanges(part));
      const own = ranges
        ? "contiguous addresses become one network once they are known, such as those of a BYOIP pool; or macro"
        : "ranges, where they are contiguous, or macro";
      const fix = `sendips:tenant.spf.addresses: ${own}; or fewer addresses a stream`;
      return { ...finding, message, fix };
    }
    default:
      return { ...finding, message };
  }
}

function isRanges(part: Text[number]): boolean {
  return typeof part !== "string" && "ranges" in part;
}

/** Which part of `sendips:tenant.spf` a fault of merging is about. */
function mergeFindings(context: TenantContext): Finding[] {
  const { findings } = mergedSpf(context, context.tenant.domain, []);
  return findings.flatMap((finding) => {
    if (finding.code === "all-weaker" || finding.code === "all-stricter") {
      const fix =
        finding.code === "all-weaker"
          ? "all: fail; or leave all out, and the domain keeps what it has"
          : finding.fix;
      return at("sendips:tenant.spf.all", [{ ...finding, fix }]);
    }
    const part = context.tenant.spf?.existing === undefined ? "include" : "existing";
    return at(`sendips:tenant.spf.${part}`, [finding]);
  });
}

/** What the plan itself knows of DNS, beside the operator's snapshot of others' records. */
function factsOf(
  context: RecordContext,
  texts: ReadonlyMap<string, readonly { text: string }[]>,
  resolve: (ref: Ref) => string,
): SpfLintOptions {
  const { operator, records } = context;
  const known = new Map(Object.entries(operator.spfSnapshot));
  for (const [name, entries] of texts) {
    const spf = entries.find(({ text }) => isSpf(text));
    if (spf !== undefined) known.set(name, spf.text);
  }
  const addresses = new Map<string, string[]>();
  for (const { name, data } of records) {
    if (data.type !== "A" || typeof name !== "string") continue;
    const ip = typeof data.address === "string" ? data.address : resolve(data.address);
    addresses.set(name, [...(addresses.get(name) ?? []), ip]);
  }
  return { records: known, addresses, used: namesOf(context) };
}

/** Every name that the plan uses for something, or that the config says is not for mail. */
function namesOf({ tenant, streams, records }: RecordContext): string[] {
  return [
    ...records.flatMap(({ name }) => (typeof name === "string" ? [name] : (name.below ?? []))),
    ...streams.flatMap(({ from, returnPath }) => [from, returnPath]),
    ...Object.keys(tenant.addresses).map((key) => hostNameOf(key, tenant)),
    ...tenant.neverMails,
  ];
}
