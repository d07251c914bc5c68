/** The plan as aligned columns, for a terminal. */
import type { Plan } from "../tenant/plan.ts";
import type { ProviderVerdict } from "../tenant/receivers/provider-rules.ts";
import type { KnownAddresses } from "../tenant/record.ts";
import { DEPARTURES, type Departure } from "./departures.ts";
import { ownerOf, plainValue, sectionsOf, ttlOf } from "./sections.ts";
import { VERDICT_HEAD, verdictRows } from "./verdict-rows.ts";

/** Addresses, records zone by zone, files to serve. Long values are not cut: they are there to be copied. */
export function tableText(plan: Plan, known: KnownAddresses): string {
  const addresses = plan.addresses.map(({ key, hostName, privateIp, streams }) => [
    key,
    (Object.hasOwn(known, key) ? known[key] : undefined) ?? "-",
    privateIp,
    hostName,
    streams.join(", ") || "-",
  ]);
  const sections = sectionsOf(plan.records).map(({ title, records, waits }) => {
    const rows = records.map((record) => [
      ownerOf(record, known),
      String(ttlOf(record) ?? "-"),
      record.data.type,
      plainValue(record, known),
      ...(record.waitsFor === undefined ? [] : [record.waitsFor]),
    ]);
    const head = ["NAME", "TTL", "TYPE", "VALUE", ...(waits ? ["WAITS UNTIL"] : [])];
    return titledTable(title, head, rows);
  });
  const files = plan.policyFiles.map(({ url, text }) => `${url} serves\n${indentedText(text)}`);
  const head = ["KEY", "IPV4", "PRIVATE IP", "HOST NAME", "STREAMS"];
  const blocks = [
    ...(addresses.length === 0 ? [] : [titledTable("Addresses", head, addresses)]),
    ...sections,
  ];
  return `${[...blocks, ...files].join("\n\n")}\n`;
}

/** Addresses that leave, as a block of their own. */
export function departureTable(departures: readonly Departure[]): string {
  const rows = departures.map(({ key, when }) => [key, when]);
  return `${[DEPARTURES, ...alignedRows(rows).map((line) => `  ${line}`)].join("\n")}\n`;
}

/** Providers' rules, as a block of its own. */
export function verdictTable(verdicts: readonly ProviderVerdict[]): string {
  return `${titledTable("Mailbox providers' rules", VERDICT_HEAD, verdictRows(verdicts))}\n`;
}

function titledTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [title, ...alignedRows([head, ...rows]).map((line) => `  ${line}`)].join("\n");
}

/** Columns two spaces apart; the last one as wide as it likes. */
function alignedRows(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join("  "),
  );
}

function indentedText(text: string): string {
  return text
    .trimEnd()
    .split("\r\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
