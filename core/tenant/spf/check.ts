/** Faults of the SPF records: each as an evaluator would meet it, and what their includes cost. */

import type { SpfCode } from "../../../mail/spf/codes.ts";
import { SPF_TEXT } from "../../../mail/spf/finding.ts";
import { lintSpf, type SpfLintOptions } from "../../../mail/spf/lint.ts";
import type { SpfFinding } from "../../../mail/spf/types.ts";
import { configPath } from "../../config/config.ts";
import { type Finding, findingsAt } from "../../problem.ts";
import { hostNameOf, type RecordContext, type TenantContext } from "../context.ts";
import type { ExistingText } from "../existing/existing-records.ts";
import { type PlannedRecord, type Ref, renderText, type Text } from "../record.ts";
import { isSpfKnown } from "./existing-spf.ts";
import { PLACEHOLDERS, placeholderOf, withoutPlaceholders } from "./placeholders.ts";
import { faultsOf, isLeftAlone, mergedSpf, type SpfName, spfNames } from "./records.ts";

/** Every fault of the tenant's SPF records, and of the one that is merged into them. */
export function checkSpf(context: RecordContext): Finding[] {
  const resolve = placeholderOf(context);
  const texts = new Map<string, TextRecord[]>();
  for (const record of context.records) {
    if (record.data.type !== "TXT" || typeof record.name !== "string") continue;
    const entry = { record, text: renderText(record.data.text, resolve) };
    texts.set(record.name, [...(texts.get(record.name) ?? []), entry]);
  }
  const facts = factsOf(context, texts, resolve);
  const names = spfNames(context);
  const named = withoutPlaceholders<SpfFinding>(context);
  const findings = [...texts].flatMap(([name, entries]) => {
    const entry = entries.find(isSpf);
    if (entry === undefined) return [];
    // A second SPF record at the name is `checkZone`'s to tell.
    const otherTxt = entries.flatMap((one) => (isSpf(one) ? [] : [one.text]));
    const options = { ...facts, domain: name, otherTxt, placeholders: [PLACEHOLDERS] };
    const standing = names.find((sender) => sender.recordName === name)?.standing ?? [];
    const lintFindings = lintSpf(entry.text, options)
      .filter((finding) => !isOfStandIn(finding))
      .map((finding) => named(configFinding(asTolerated(finding, standing), entry.record)));
    return findingsAt(entry.record.path, lintFindings);
  });
  return [...guessedRecords(context, names), ...mergeFindings(context, names), ...findings];
}

/** A TXT record and its text. */
interface TextRecord {
  record: PlannedRecord;
  text: string;
}

function isSpf({ record }: TextRecord): boolean {
  return record.purpose?.single === SPF_TEXT;
}

/** What a stand-in lies within says nothing of the address that will come. */
function isOfStandIn({ code, message }: SpfFinding): boolean {
  return code === "spf-covered" && /^ip4:198\.1[89]\./.test(message);
}

/** The finding with its record's name, and its mend in the words of the config. */
function configFinding(finding: SpfFinding, { name, data }: PlannedRecord): SpfFinding {
  const message = `SPF of ${String(name)}: ${finding.message}`;
  switch (finding.code) {
    case "spf-lookups-unknown": {
      const fix =
        "npx sendips plan --online asks DNS; or put their records into sendips:spfSnapshot";
      return { ...finding, message, fix };
    }
    case "spf-length": {
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

/** Faults of merging, each at the config that it is about. */
function mergeFindings(context: RecordContext, names: readonly SpfName[]): Finding[] {
  return names.flatMap((sender) => {
    const { name, standing, spf } = sender;
    const [first] = standing;
    if (isLeftAlone(context, sender)) return [overLimitUnchecked(context, sender)];
    const config =
      name === context.tenant.domain ? ["tenant", "spf"] : ["tenant", "domains", name, "spf"];
    const besides = configPath(config);
    return mergedSpf(sender).findings.flatMap((finding) => {
      const message = `SPF of ${name}: ${finding.message}`;
      if (finding.code === "spf-all-weaker" || finding.code === "spf-all-stricter") {
        const fix =
          finding.code === "spf-all-weaker"
            ? `all: ${finding.fix === "-all" ? "fail" : "softfail"}; or leave all out, and the domain keeps what it has`
            : finding.fix;
        return findingsAt(`${besides}.all`, [{ ...finding, message, fix }]);
      }
      const path = first?.path ?? (spf === undefined ? sender.path : `${besides}.include`);
      return findingsAt(path, [{ ...finding, message }]);
    });
  });
}

/** A record that is over its limit by itself, at a name that no receiver checks for our mail. */
function overLimitUnchecked(context: RecordContext, { name, standing }: SpfName): Finding {
  const [first] = standing;
  const faults = faultsOf(context, name, first?.text ?? "", namesOf(context));
  const paths = context.streams
    .filter(({ from }) => from === name)
    .map(({ returnPath }) => returnPath);
  const whose =
    paths.length === 0
      ? "no stream of ours is judged by it"
      : `receivers check ${[...new Set(paths)].join(", ")} for our mail`;
  return {
    code: "spf-standing-over-limit",
    level: "warning",
    path: first?.path ?? "sendips:tenant.spf",
    message: `SPF of ${name}: receivers give permerror for whoever sends with ${name} as return path today: ${faults.map(({ message }) => message).join("; ")}. The record stays as it is: ${whose}`,
    fix: `its owner's to mend: ${[...new Set(faults.map(({ fix }) => fix))].join("; ")}`,
    rule: "RFC 7208 §4.6.4",
  };
}

/** Faults that a record had before us, and that are its owner's to mend: no reason to stop a tenant. */
const TOLERATED: ReadonlySet<SpfCode> = new Set([
  "spf-ptr",
  "spf-neutral-all",
  "spf-all-missing",
  "spf-wide",
  "spf-host-bits",
  "spf-idle-exp",
  "spf-not-public",
]);

/** The finding, made a warning where the existing record has the fault by itself. */
function asTolerated(finding: SpfFinding, standing: readonly ExistingText[]): SpfFinding {
  if (finding.level !== "error" || !TOLERATED.has(finding.code)) return finding;
  const alreadyFaulty = standing.some(({ text }) =>
    lintSpf(text).some(
      ({ code }) =>
        code === finding.code || (finding.code === "spf-neutral-all" && code === "spf-all-missing"),
    ),
  );
  return alreadyFaulty
    ? { ...finding, level: "warning", fix: `${finding.fix}; its owner's to mend: it stood so` }
    : finding;
}

/**
 * A domain's own record that the config makes without knowing what stands: how it ends is a guess, and
 * whoever sends for the domain besides is not in it.
 */
function guessedRecords(context: TenantContext, names: readonly SpfName[]): Finding[] {
  return names.flatMap(({ name, standing, spf }): Finding[] => {
    if (spf === undefined || spf.include.length === 0 || spf.all !== undefined) return [];
    if (standing.length > 0 || isSpfKnown(context.tenant, name)) return [];
    return [
      {
        code: "spf-standing-unknown",
        level: "warning",
        path: name === context.tenant.domain ? "sendips:tenant.spf" : `sendips:tenant.domains`,
        message: `nothing says what ${name} publishes today, so its record ends in ~all, which refuses nobody, and lets through nobody whom include leaves out`,
        fix: `existing: the record that stands (npx sendips zone ${context.stack} --write), or all: fail once every sender is named`,
        rule: "RFC 7208 §3.2",
      },
    ];
  });
}

/** What the plan itself knows of DNS, beside the operator's snapshot of others' records. */
function factsOf(
  context: RecordContext,
  texts: ReadonlyMap<string, readonly TextRecord[]>,
  resolve: (ref: Ref) => string,
): SpfLintOptions {
  const { operator, records } = context;
  const known = new Map(Object.entries(operator.spfSnapshot));
  for (const [name, entries] of texts) {
    const spf = entries.find(isSpf);
    if (spf !== undefined) known.set(name, spf.text);
  }
  for (const { name, data } of records) {
    const target = data.type === "CNAME" ? known.get(data.target) : undefined;
    if (target !== undefined && typeof name === "string") known.set(name, target);
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
