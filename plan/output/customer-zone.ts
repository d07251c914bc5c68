/** The customer's page as zone file text: what the Markdown says of a record stands above it as comments. */
import { recordLine, servedComment } from "./bind.ts";
import type { CustomerRecord } from "./customer-record.ts";
import { type CustomerView, PREVIEW, RULES, staysText } from "./customer-view.ts";
import type { Known } from "./sections.ts";

/** Records in the order to publish; absolute names, so that no $ORIGIN is needed. */
export function zonePage(view: CustomerView, known: Known): string {
  const { domain, zones, steps, files, unknown } = view;
  const blocks = [
    [
      `DNS records for ${domain}, to be published in ${zones.join(" and ")}`,
      ...(unknown ? [PREVIEW] : []),
      ...RULES.map(([title, rule]) => `${title}: ${rule}`),
    ].map(comment),
    ...steps.flatMap(({ title, before, serves, records }, index) => [
      [
        comment(`${index + 1}. ${title}`),
        comment(before),
        ...(serves ? files.flatMap(servedComment) : []),
      ],
      ...records.map((record) => recordBlock(record, known)),
    ]),
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function recordBlock(shown: CustomerRecord, known: Known): string[] {
  const { record, action, dnsOnly, leftOut, checks } = shown;
  return [
    comment(record.why),
    ...(action.verb === "replace"
      ? [...action.before.map((value) => comment(`replace: ${value}`)), comment(action.note)]
      : [comment(`add. ${action.note}`)]),
    ...(dnsOnly === undefined ? [] : [comment(`DNS only: ${dnsOnly}`)]),
    comment(staysText(shown)),
    comment(`if left out: ${leftOut}`),
    ...checks.map(({ command }) => comment(`check: ${command}`)),
    recordLine(record, known),
  ];
}

/** One line, whatever it holds: what stands in the customer's DNS now is not ours to trust. */
function comment(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  return `; ${text.replace(/[\x00-\x1f\x7f\u0085\u2028\u2029]+/g, " ")}`;
}
