/**
 * The customer's page as one HTML document for an e-mail: tables and styles in line, because Outlook lays
 * out with Word and mail programs drop style sheets; no script, no link, no image, nothing loaded.
 */
import type { MtaStsPolicyFile } from "../../tenant/mta-sts/policy.ts";
import type { Check, CustomerRecord } from "./record.ts";
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

/** In each cell, since Outlook's tables inherit no font; short, since Gmail cuts a message at 102 KB. */
const FONT = "font:14px Arial";

/** The document; every text of a record is escaped, see {@link escapeHtml}. */
export function htmlPage(view: CustomerView): string {
  const { domain, zones, steps, files, unknown } = view;
  const { head, rows } = panelsFor(view);
  const title = `DNS records for ${domain}`;
  const body = [
    heading(1, title),
    paragraph(`Please publish the records below in ${zones.map(code).join(" and ")}.`),
    ...(unknown ? [warning(PREVIEW)] : []),
    table(RULES.map(([name, rule]) => row([{ head: name }, escapeHtml(rule)]))),
    heading(2, "How your panel wants it"),
    table([
      row(head.map((name) => ({ head: name }))),
      ...rows.map((cells) => row(cells.map(escapeHtml))),
    ]),
    paragraph(escapeHtml(PANEL_NOTE)),
    ...steps.flatMap((step, index) => [
      heading(2, `${index + 1}. ${step.title}`),
      paragraph(escapeHtml(step.before)),
      ...(step.serves ? files.map(policyFileHtml) : []),
      ...step.records.flatMap((record) => [
        heading(3, `${record.name} ${record.record.data.type}`),
        recordTable(record),
      ]),
    ]),
    heading(2, "What stays, and what changes"),
    changesTable(view),
  ];
  return [
    "<!DOCTYPE html>",
    '<html lang="en">',
    `<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>${escapeHtml(title)}</title></head>`,
    `<body style="${FONT}">`,
    ...body,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** Text as HTML has it, in an element and in an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A cell: HTML, or the text of a heading. */
type Cell = string | { head: string };

function row(cells: readonly Cell[]): string {
  const html = cells.map((cell) =>
    typeof cell === "string"
      ? `<td style="${FONT}">${cell}</td>`
      : `<td style="${FONT}" bgcolor="#efefef">${escapeHtml(cell.head)}</td>`,
  );
  return `<tr valign="top">${html.join("")}</tr>`;
}

function table(rows: readonly string[]): string {
  return [
    '<table border="1" cellpadding="5" cellspacing="0" width="100%" style="border-collapse:collapse">',
    ...rows,
    "</table>",
  ].join("\n");
}

/** Text that is copied: a fixed width, broken anywhere; its blanks are kept where HTML would join them. */
function code(text: string): string {
  const blanks = /^ | $| {2}/.test(text) ? ";white-space:pre-wrap" : "";
  return `<code style="word-break:break-all${blanks}">${escapeHtml(text)}</code>`;
}

function heading(level: 1 | 2 | 3, text: string): string {
  const size = { 1: 22, 2: 18, 3: 15 }[level];
  return `<h${level} style="${FONT};font-size:${size}px;margin:18px 0 8px 0;word-break:break-all">${escapeHtml(text)}</h${level}>`;
}

function paragraph(html: string): string {
  return `<p style="${FONT};margin:8px 0">${html}</p>`;
}

function warning(text: string): string {
  return table([`<tr><td style="${FONT}" bgcolor="#fff4ce"><b>${escapeHtml(text)}</b></td></tr>`]);
}

function recordTable(shown: CustomerRecord): string {
  const { action, name, relative, record, dnsOnly, leftOut, checks } = shown;
  const lines: [string, string][] = [
    [action.verb === "replace" ? "Replace" : "Add", actionHtml(shown)],
    ["Full name", code(name)],
    ["Relative name", code(relative)],
    ["Type", record.data.type],
    ["TTL", String(record.ttl)],
    ...valueRows(shown),
    ...(dnsOnly === undefined
      ? []
      : [["Proxy", `<b>DNS only</b>: ${escapeHtml(dnsOnly)}.`] as [string, string]]),
    ["Why", escapeHtml(record.why)],
    ["If left out", escapeHtml(leftOut)],
    ["Later", escapeHtml(staysText(shown))],
    ["Check", checks.map((check) => checkHtml(shown, check)).join("<br>or<br>")],
  ];
  return table(lines.map(([title, html]) => row([{ head: title }, html])));
}

function actionHtml(shown: CustomerRecord): string {
  const { before, stop } = shown.action;
  const notes = [othersText(shown).trim(), stop ?? ""].filter((note) => note !== "");
  return [...before.map(code), ...notes.map(escapeHtml)].join("<br>");
}

function checkHtml(shown: CustomerRecord, check: Check): string {
  const { words, data } = printsOf(shown, check, "the quoted strings above");
  const prints = data === undefined ? escapeHtml(words) : code(`${words}${data}`);
  return `${code(check.command)}<br>must print<br>${prints}`;
}

function valueRows({
  record,
  value,
  priority,
  quoted,
  dotted,
}: CustomerRecord): [string, string][] {
  const { data } = record;
  if (dotted !== undefined) {
    const target: [string, string][] =
      value === dotted
        ? [["Target", `${code(dotted)} (the dot alone)`]]
        : [
            ["Target", code(value)],
            ["Target with dot", code(dotted)],
          ];
    return priority === undefined ? target : [["Priority", String(priority)], ...target];
  }
  if (data.type === "CAA") {
    return [
      ["Flags", String(data.flags)],
      ["Tag", code(data.tag)],
      ["Value", code(data.value)],
      ["As one text", code(value)],
    ];
  }
  if (quoted === undefined) return [["Value", code(value)]];
  return [
    ["Value without quotes", code(value)],
    ["Value with quotes", code(quoted.whole)],
    ...(quoted.chunks.length === 1
      ? []
      : [["In strings of at most 255 octets", code(quoted.chunks.join(" "))] as [string, string]]),
  ];
}

function policyFileHtml({ url, text, servedBy }: MtaStsPolicyFile): string {
  const by = servedBy === undefined ? "" : ` by ${code(servedBy)}`;
  const lines = text.trimEnd().split("\r\n").map(code).join("<br>");
  return `${paragraph(`To be served${by} at ${code(url)}, lines ending in CRLF:`)}\n${table([row([lines])])}`;
}

function changesTable(view: CustomerView): string {
  const { permanent, changing } = changesOf(view);
  const list = (records: readonly CustomerRecord[]) =>
    records.map(({ name, record }) => `${code(name)} ${record.data.type}`).join("<br>");
  return table([
    row([{ head: "For ever" }, permanent.length === 0 ? "none" : list(permanent)]),
    ...changing.map(([when, records]) => row([{ head: `Change ${when}` }, list(records)])),
  ]);
}
