/**
 * The customer's page as one HTML document for an e-mail: tables and styles in line, because Outlook lays
 * out with Word and mail programs drop style sheets; no script, no link, no image, nothing loaded.
 */
import type { MtaStsPolicyFile } from "../../tenant/mta-sts/policy-file.ts";
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
    paragraph(`Please publish the records below in ${zones.map(codeHtml).join(" and ")}.`),
    ...(unknown ? [warning(PREVIEW)] : []),
    tableHtml(RULES.map(([name, rule]) => rowHtml([{ head: name }, escapeHtml(rule)]))),
    heading(2, "How your panel wants it"),
    tableHtml([
      rowHtml(head.map((name) => ({ head: name }))),
      ...rows.map((cells) => rowHtml(cells.map(escapeHtml))),
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

function rowHtml(cells: readonly Cell[]): string {
  const html = cells.map((cell) =>
    typeof cell === "string"
      ? `<td style="${FONT}">${cell}</td>`
      : `<td style="${FONT}" bgcolor="#efefef">${escapeHtml(cell.head)}</td>`,
  );
  return `<tr valign="top">${html.join("")}</tr>`;
}

function tableHtml(rows: readonly string[]): string {
  return [
    '<table border="1" cellpadding="5" cellspacing="0" width="100%" style="border-collapse:collapse">',
    ...rows,
    "</table>",
  ].join("\n");
}

/** Text that is copied: a fixed width, broken anywhere; its blanks are kept where HTML would join them. */
function codeHtml(text: string): string {
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
  return tableHtml([
    `<tr><td style="${FONT}" bgcolor="#fff4ce"><b>${escapeHtml(text)}</b></td></tr>`,
  ]);
}

function recordTable(shown: CustomerRecord): string {
  const { action, name, relative, record, dnsOnly, leftOut, checks } = shown;
  const lines: [string, string][] = [
    [action.verb === "replace" ? "Replace" : "Add", actionHtml(shown)],
    ["Full name", codeHtml(name)],
    ["Relative name", codeHtml(relative)],
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
  return tableHtml(lines.map(([title, html]) => rowHtml([{ head: title }, html])));
}

function actionHtml(shown: CustomerRecord): string {
  const { before, stop } = shown.action;
  const notes = [othersText(shown).trim(), stop ?? ""].filter((note) => note !== "");
  return [...before.map(codeHtml), ...notes.map(escapeHtml)].join("<br>");
}

function checkHtml(shown: CustomerRecord, check: Check): string {
  const { words, data } = printsOf(shown, check, "the quoted strings above");
  const prints = data === undefined ? escapeHtml(words) : codeHtml(`${words}${data}`);
  return `${codeHtml(check.command)}<br>must print<br>${prints}`;
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
        ? [["Target", `${codeHtml(dotted)} (the dot alone)`]]
        : [
            ["Target", codeHtml(value)],
            ["Target with dot", codeHtml(dotted)],
          ];
    return priority === undefined ? target : [["Priority", String(priority)], ...target];
  }
  if (data.type === "CAA") {
    return [
      ["Flags", String(data.flags)],
      ["Tag", codeHtml(data.tag)],
      ["Value", codeHtml(data.value)],
      ["As one text", codeHtml(value)],
    ];
  }
  if (quoted === undefined) return [["Value", codeHtml(value)]];
  return [
    ["Value without quotes", codeHtml(value)],
    ["Value with quotes", codeHtml(quoted.whole)],
    ...(quoted.chunks.length === 1
      ? []
      : [
          ["In strings of at most 255 octets", codeHtml(quoted.chunks.join(" "))] as [
            string,
            string,
          ],
        ]),
  ];
}

function policyFileHtml({ url, text, servedBy }: MtaStsPolicyFile): string {
  const by = servedBy === undefined ? "" : ` by ${codeHtml(servedBy)}`;
  const lines = text.trimEnd().split("\r\n").map(codeHtml).join("<br>");
  return `${paragraph(`To be served${by} at ${codeHtml(url)}, lines ending in CRLF:`)}\n${tableHtml([rowHtml([lines])])}`;
}

function changesTable(view: CustomerView): string {
  const { permanent, changing } = changesOf(view);
  const list = (records: readonly CustomerRecord[]) =>
    records.map(({ name, record }) => `${codeHtml(name)} ${record.data.type}`).join("<br>");
  return tableHtml([
    rowHtml([{ head: "For ever" }, permanent.length === 0 ? "none" : list(permanent)]),
    ...changing.map(([when, records]) => rowHtml([{ head: `Change ${when}` }, list(records)])),
  ]);
}
