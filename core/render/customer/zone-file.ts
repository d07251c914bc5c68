/** The customer's page as zone file text: what the Markdown says of a record stands above it as comments. */

import type { KnownAddresses } from "../../tenant/record.ts";
import { recordLine, servedComment } from "../bind.ts";
import { type CustomerRecord, oneLine } from "./record.ts";
import { type CustomerView, othersText, PREVIEW, printsText, RULES, staysText } from "./view.ts";

/** Records in the order to publish; absolute names, so that no $ORIGIN is needed. */
export function zoneFilePage(view: CustomerView, known: KnownAddresses): string {
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

function recordBlock(shown: CustomerRecord, known: KnownAddresses): string[] {
  const { record, action, dnsOnly, leftOut, checks } = shown;
  const { verb, before, stop } = action;
  const others = othersText(shown);
  return [
    comment(record.why),
    ...(verb === "replace"
      ? before.map((value) => comment(`replace${others}: ${value}`))
      : [comment(`add${others}`)]),
    ...(stop === undefined ? [] : [comment(stop)]),
    ...(dnsOnly === undefined ? [] : [comment(`DNS only: ${dnsOnly}`)]),
    comment(staysText(shown)),
    comment(`If left out: ${leftOut}`),
    ...checks.map((check) =>
      comment(`check: ${printsText(shown, check, "the quoted strings below")}`),
    ),
    recordLine(record, known),
  ];
}

function comment(text: string): string {
  return `; ${oneLine(text)}`;
}
