/** The customer's page as CSV (RFC 4180): CRLF, a header, one row a record. */
import type { CustomerRecord } from "./record.ts";
import { type CustomerView, othersText, printsText, staysText } from "./view.ts";

/** The header. */
export const CSV_COLUMNS = [
  "step",
  "action",
  "full name",
  "relative name (empty: @)",
  "type",
  "ttl",
  "priority",
  "value",
  "value in chunks",
  "target with dot",
  "permanent",
  "if left out",
  "check",
] as const;

/**
 * Rows in the order to publish.
 *
 * A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and an apostrophe in
 * front of it, the usual cure, is copied with the cell by some and hidden by others. So no cell begins
 * like that in the first place: the relative name of the zone itself, `@`, is an empty cell, which the
 * header says; such a value stands in its quotes, a form that DNS panels take. An apostrophe is left for
 * what remains, and no cell of these records does.
 */
export function csvPage({ steps }: CustomerView): string {
  const rows = steps.flatMap(({ title, records }, index) =>
    records.map((record) => cellsOf(`${index + 1}. ${title}`, record)),
  );
  return [CSV_COLUMNS, ...rows].map((cells) => `${cells.map(field).join(",")}\r\n`).join("");
}

function cellsOf(step: string, shown: CustomerRecord): string[] {
  const { record, name, relative, priority, value, quoted, dotted, leftOut, checks } = shown;
  return [
    step,
    actionText(shown),
    name,
    relative === "@" ? "" : relative,
    record.data.type,
    String(record.ttl),
    priority === undefined ? "" : String(priority),
    FORMULA.test(value) ? (quoted?.whole ?? value) : value,
    quoted?.chunks.join(" ") ?? "",
    dotted ?? "",
    record.permanent === true ? "yes" : "no",
    leftOut,
    checks.map((check) => printsText(shown, check, "the value in chunks")).join("; or "),
  ];
}

/** A CSV has no place above its header for a preview's notice: it stands in the rows that it is about. */
function actionText(shown: CustomerRecord): string {
  const { action, dnsOnly, unknown } = shown;
  return [
    ...(unknown ? ["PREVIEW, do not publish yet: what stands in {braces} is not known."] : []),
    action.verb === "replace"
      ? `replace${othersText(shown)}: ${action.before.join(" and ")}.`
      : `add${othersText(shown)}.`,
    ...(action.stop === undefined ? [] : [action.stop]),
    ...(dnsOnly === undefined ? [] : [`DNS only: ${dnsOnly}.`]),
    staysText(shown),
  ].join(" ");
}

/** What spreadsheets begin a formula with; tab and line breaks, which they skip before one. */
const FORMULA = /^[=+\-@\t\r\n]/;

/** A field, in quotes where it must be (RFC 4180 §2). */
function field(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
