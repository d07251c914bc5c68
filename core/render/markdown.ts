/** The plan as Markdown (GitHub's tables), for a pull request. */

import type { Problem } from "../problem.ts";
import type { MtaStsPolicyFile } from "../tenant/mta-sts/policy.ts";
import type { Plan } from "../tenant/plan.ts";
import type { ProviderVerdict } from "../tenant/receivers/policies.ts";
import { verdictRows } from "./policy-rows.ts";
import { type KnownAddresses, ownerOf, plainValue, sectionsOf, ttlOf } from "./sections.ts";

/** Addresses, then records zone by zone with the reason for each. */
export function markdownText(plan: Plan, known: KnownAddresses): string {
  const addresses = plan.addresses.map(({ key, hostName, privateIp, streams }) => [
    cellCode(key),
    cellCode((Object.hasOwn(known, key) ? known[key] : undefined) ?? `{${key}}`),
    cellCode(privateIp),
    cellCode(hostName),
    cell(streams.join(", ")),
  ]);
  const head = ["Address", "IPv4", "Private IP", "Host name", "Streams"];
  const blocks = [
    `# ${plan.stack}: ${plan.domain}`,
    ...(addresses.length === 0 ? [] : [`## Addresses\n\n${table(head, addresses)}`]),
    ...sectionsOf(plan.records).map(({ title, records }) => {
      const rows = records.map((record) => [
        cellCode(ownerOf(record, known)),
        record.data.type,
        String(ttlOf(record) ?? ""),
        cellCode(plainValue(record, known)),
        cell(
          record.waitsFor === undefined
            ? record.why
            : `${record.why}; waits until ${record.waitsFor}`,
        ),
      ]);
      return `## ${title}\n\n${table(["Name", "Type", "TTL", "Value", "Why"], rows)}`;
    }),
    ...plan.policyFiles.map(
      (file) => `## Policy file of ${file.domain}\n\n${markdownPolicyFile(file)}`,
    ),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** Providers' rules, as a section. */
export function markdownVerdicts(verdicts: readonly ProviderVerdict[]): string {
  const head = ["Rule", "Asked by", "Of", "Stream", "Verdict", "Why"];
  const rows = verdictRows(verdicts).map((row) => row.map(cell));
  return `## Mailbox providers' rules\n\n${table(head, rows)}\n`;
}

/** Each with its place, rule and mend. */
export function markdownProblems(problems: readonly Problem[]): string {
  const items = problems.map((problem) => {
    const { level, stack, path, message, rule, fix } = problem;
    const why = rule === undefined ? "" : ` (${text(rule)})`;
    const what = `${code(problem.code)} ${text(stack)} ${code(path)}: ${text(message)}${why}`;
    const { accepted, acceptedBefore } = problem;
    if (accepted !== undefined) {
      const until = accepted.until === undefined ? "" : ` (until ${accepted.until})`;
      return `- **accepted** ${what}. ${text(accepted.reason)}${until}`;
    }
    const before =
      acceptedBefore === undefined
        ? ""
        : `. It was accepted until ${acceptedBefore.until}, which has passed: ${text(acceptedBefore.reason)}`;
    return `- **${level}** ${what}. ${text(fix)}${before}`;
  });
  return `## Problems\n\n${items.join("\n")}\n`;
}

/** Where a policy file is fetched, and its lines. */
export function markdownPolicyFile({ url, text: body, servedBy }: MtaStsPolicyFile): string {
  const by = servedBy === undefined ? "" : ` by ${code(servedBy)}`;
  return `To be served${by} at ${code(url)}, lines ending in CRLF:\n\n\`\`\`text\n${body.trimEnd().replaceAll("\r\n", "\n")}\n\`\`\``;
}

/** A table; cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text that Markdown takes for nothing else. */
export function text(value: string): string {
  return value.replace(/[\\`*_[\]<>]/g, "\\$&").replace(/\r?\n/g, " ");
}

/** The same in a table's cell. */
export function cell(value: string): string {
  return text(value).replaceAll("|", "\\|");
}

/** A code span, whatever it holds. */
export function code(value: string): string {
  const runs = (value.match(/`+/g) ?? []).map((run) => run.length);
  const ticks = "`".repeat(Math.max(0, ...runs) + 1);
  const pad = value.startsWith("`") || value.endsWith("`") ? " " : "";
  return `${ticks}${pad}${value}${pad}${ticks}`;
}

/** The same in a table's cell, where the pipe ends a cell even within code. */
function cellCode(value: string): string {
  return code(value).replaceAll("|", "\\|");
}
