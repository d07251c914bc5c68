/** The plan as Markdown (GitHub's tables), for a pull request. */

import type { Problem } from "../problem.ts";
import type { MtaStsPolicyFile } from "../tenant/mta-sts/policy-file.ts";
import type { Plan } from "../tenant/plan.ts";
import type { ProviderVerdict } from "../tenant/receivers/provider-rules.ts";
import type { KnownAddresses } from "../tenant/record.ts";
import { DEPARTURES, type Departure } from "./departures.ts";
import { ownerOf, plainValue, sectionsOf, ttlOf } from "./sections.ts";
import { verdictRows } from "./verdict-rows.ts";

/** Addresses, then records zone by zone with the reason for each. */
export function markdownText(plan: Plan, known: KnownAddresses): string {
  const addresses = plan.addresses.map(({ key, hostName, privateIp, streams }) => [
    cellCode(key),
    cellCode((Object.hasOwn(known, key) ? known[key] : undefined) ?? `{${key}}`),
    cellCode(privateIp),
    cellCode(hostName),
    escapedCell(streams.join(", ")),
  ]);
  const head = ["Address", "IPv4", "Private IP", "Host name", "Streams"];
  const blocks = [
    `# ${plan.stack}: ${plan.domain}`,
    ...(addresses.length === 0 ? [] : [`## Addresses\n\n${markdownTable(head, addresses)}`]),
    ...sectionsOf(plan.records).map(({ title, records }) => {
      const rows = records.map((record) => [
        cellCode(ownerOf(record, known)),
        record.data.type,
        String(ttlOf(record) ?? ""),
        cellCode(plainValue(record, known)),
        escapedCell(
          record.waitsFor === undefined
            ? record.why
            : `${record.why}; waits until ${record.waitsFor}`,
        ),
      ]);
      return `## ${title}\n\n${markdownTable(["Name", "Type", "TTL", "Value", "Why"], rows)}`;
    }),
    ...plan.policyFiles.map(
      (file) => `## Policy file of ${file.domain}\n\n${markdownPolicyFile(file)}`,
    ),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** Addresses that leave, as a section. */
export function markdownDepartures(departures: readonly Departure[]): string {
  const items = departures.map(({ key, when }) => `- ${codeSpan(key)}: ${escapedText(when)}`);
  return `## ${DEPARTURES}\n\n${items.join("\n")}\n`;
}

/** Providers' rules, as a section. */
export function markdownVerdicts(verdicts: readonly ProviderVerdict[]): string {
  const head = ["Rule", "Asked by", "Of", "Stream", "Verdict", "Why"];
  const rows = verdictRows(verdicts).map((row) => row.map(escapedCell));
  return `## Mailbox providers' rules\n\n${markdownTable(head, rows)}\n`;
}

/** Each with its place, rule and mend. */
export function markdownProblems(problems: readonly Problem[]): string {
  const items = problems.map((problem) => {
    const { level, stack, path, message, rule, fix } = problem;
    const why = rule === undefined ? "" : ` (${escapedText(rule)})`;
    const what = `${codeSpan(problem.code)} ${escapedText(stack)} ${codeSpan(path)}: ${escapedText(message)}${why}`;
    const { accepted, acceptedBefore } = problem;
    if (accepted !== undefined) {
      const until = accepted.until === undefined ? "" : ` (until ${accepted.until})`;
      return `- **accepted** ${what}. ${escapedText(accepted.reason)}${until}`;
    }
    const before =
      acceptedBefore === undefined
        ? ""
        : `. It was accepted until ${acceptedBefore.until}, which has passed: ${escapedText(acceptedBefore.reason)}`;
    return `- **${level}** ${what}. ${escapedText(fix)}${before}`;
  });
  return `## Problems\n\n${items.join("\n")}\n`;
}

/** Where a policy file is fetched, and its lines. */
export function markdownPolicyFile({ url, text: body, servedBy }: MtaStsPolicyFile): string {
  const by = servedBy === undefined ? "" : ` by ${codeSpan(servedBy)}`;
  return `To be served${by} at ${codeSpan(url)}, lines ending in CRLF:\n\n\`\`\`text\n${body.trimEnd().replaceAll("\r\n", "\n")}\n\`\`\``;
}

/** A table; cells are Markdown already. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text that Markdown takes for nothing else. */
export function escapedText(value: string): string {
  return value.replace(/[\\`*_[\]<>]/g, "\\$&").replace(/\r?\n/g, " ");
}

/** {@link escapedText} for a table's cell. */
export function escapedCell(value: string): string {
  return escapedText(value).replaceAll("|", "\\|");
}

/** A code span, whatever it holds. */
export function codeSpan(value: string): string {
  const runs = (value.match(/`+/g) ?? []).map((run) => run.length);
  const ticks = "`".repeat(Math.max(0, ...runs) + 1);
  const pad = value.startsWith("`") || value.endsWith("`") ? " " : "";
  return `${ticks}${pad}${value}${pad}${ticks}`;
}

/** {@link codeSpan} for a table's cell, where the pipe ends a cell even within code. */
function cellCode(value: string): string {
  return codeSpan(value).replaceAll("|", "\\|");
}
