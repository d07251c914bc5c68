/** The customer's page as Markdown. */

import {
  codeSpan,
  escapedCell,
  escapedText,
  markdownPolicyFile,
  markdownTable,
} from "../markdown.ts";
import type { CustomerRecord } from "./record.ts";
import {
  type CustomerView,
  changesOf,
  othersText,
  PANEL_NOTE,
  PREVIEW,
  panelsFor,
  printsOf,
  RULES,
  staysText,
} from "./view.ts";

/** Rules, panels, the records step by step, and what of it stays. */
export function markdownPage(view: CustomerView): string {
  const { domain, zones, steps, files, unknown } = view;
  const { head, rows } = panelsFor(view);
  const blocks = [
    `# DNS records for ${escapedText(domain)}`,
    `Please publish the records below in ${zones.map(codeSpan).join(" and ")}.`,
    ...(unknown ? [`**${PREVIEW}**`] : []),
    RULES.map(([title, rule]) => `- **${title}.** ${escapedText(rule)}`).join("\n"),
    "## How your panel wants it",
    markdownTable(
      head,
      rows.map((row) => row.map(escapedCell)),
    ),
    PANEL_NOTE,
    ...steps.flatMap(({ title, before, serves, records }, index) => [
      `## ${index + 1}. ${title}`,
      escapedText(before),
      ...(serves ? files.map(markdownPolicyFile) : []),
      ...records.map(markdownRecord),
    ]),
    "## What stays, and what changes",
    changesText(view),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function markdownRecord(shown: CustomerRecord): string {
  const { name, relative, record, dnsOnly, leftOut, checks } = shown;
  return [
    `### ${codeSpan(name)} ${record.data.type}`,
    "",
    actionLine(shown),
    `- Full name: ${codeSpan(name)}; relative name: ${codeSpan(relative)}`,
    `- Type: ${record.data.type}`,
    `- TTL: ${record.ttl}`,
    ...valueLines(shown),
    ...(dnsOnly === undefined ? [] : [`- Proxy: set “DNS only”: ${escapedText(dnsOnly)}.`]),
    `- Why: ${escapedText(record.why)}`,
    `- If left out: ${leftOut}`,
    `- ${staysText(shown)}`,
    ...checks.map((check, index) => {
      const { words, data } = printsOf(shown, check, "the quoted strings above");
      const prints = data === undefined ? words : codeSpan(`${words}${data}`);
      return `- ${index === 0 ? "Check" : "Or"}: ${codeSpan(check.command)} must print ${prints}`;
    }),
  ].join("\n");
}

function actionLine(shown: CustomerRecord): string {
  const { verb, before, stop } = shown.action;
  const what =
    verb === "replace" ? `**Replace**: ${before.map(codeSpan).join(" and ")}` : "**Add**";
  return `- ${what}${othersText(shown)}.${stop === undefined ? "" : ` ${escapedText(stop)}`}`;
}

function valueLines({ record, value, priority, quoted, dotted }: CustomerRecord): string[] {
  const { data } = record;
  if (dotted !== undefined) {
    const title = data.type === "MX" ? "Mail server" : "Target";
    return [
      ...(priority === undefined ? [] : [`- Priority (preference): ${priority}`]),
      ...(value === dotted
        ? [`- ${title}: ${codeSpan(dotted)}, the dot alone`]
        : [`- ${title}: ${codeSpan(value)}; with its dot: ${codeSpan(dotted)}`]),
    ];
  }
  if (data.type === "CAA") {
    const parts = [`- Flags: ${data.flags}`, `- Tag: ${codeSpan(data.tag)}`];
    return [...parts, `- Value: ${codeSpan(data.value)}; as one text: ${codeSpan(value)}`];
  }
  if (quoted === undefined) return ["- Value:", ...fencedBlock([value])];
  const { whole, chunks } = quoted;
  return [
    "- Value without quotes:",
    ...fencedBlock([value]),
    "- Value with quotes:",
    ...fencedBlock([whole]),
    ...(chunks.length === 1
      ? []
      : ["- In strings of at most 255 octets:", ...fencedBlock([chunks.join(" ")])]),
  ];
}

/** A block within a list item, whatever it holds. */
function fencedBlock(lines: readonly string[]): string[] {
  const runs = lines.flatMap((line) => line.match(/`{3,}/g) ?? []).map((run) => run.length);
  const fence = "`".repeat(Math.max(2, ...runs) + 1);
  return ["", `  ${fence}text`, ...lines.map((line) => `  ${line}`), `  ${fence}`, ""];
}

function changesText(view: CustomerView): string {
  const { permanent, changing } = changesOf(view);
  const list = (records: readonly CustomerRecord[]) =>
    records.map(({ name, record }) => `${codeSpan(name)} ${record.data.type}`).join(", ");
  return [
    permanent.length === 0
      ? "- For ever: none of these records."
      : `- For ever, nothing of ours changes them again: ${list(permanent)}`,
    ...changing.map(([when, records]) => `- Change ${escapedText(when)}: ${list(records)}`),
  ].join("\n");
}
