/** What every form of the customer's page says, before it is laid out. */
import type { MtaStsPolicyFile } from "../../tenant/mta-sts/policy-file.ts";
import { panelRows } from "./dns-panels.ts";
import type { Check, CustomerRecord } from "./record.ts";
import type { PageStep } from "./steps.ts";

/** The page as data. */
export interface CustomerView {
  /** The tenant's organisational domain. */
  domain: string;
  /** The zones that the customer publishes, in order. */
  zones: string[];
  steps: PageStep[];
  /** All records of the steps, in their order. */
  records: CustomerRecord[];
  /** Files that a web server must serve: MTA-STS. */
  files: MtaStsPolicyFile[];
  /** True while an address or a key is not known: then the page is a preview. */
  unknown: boolean;
}

export const PREVIEW =
  "This is a preview: what stands in {braces} is not known yet. Wait for the final page before you publish those records.";

/** Rules for all records: a heading and its text. */
export const RULES: readonly (readonly [string, string])[] = [
  ["Order", "Publish step by step, and within a step in the order given."],
  [
    "Names",
    "Each name is given in full and relative to its zone, where @ is the zone itself. Most panels add the domain by themselves: enter the relative name there, or the domain stands in the name twice.",
  ],
  [
    "TXT values",
    "Each is given without and with quotes. One of more than 255 octets is still one value of one record: enter it whole where the panel splits it, else as the quoted strings one after the other; never as several records.",
  ],
  [
    "Replace or add",
    "Each record says which. One that stands already exactly as given here is done. One from an earlier page of ours that nobody has changed since may be overwritten. Anything else that is in the way: stop and send it to us, so that mail that you send today stays good.",
  ],
  [
    "Check",
    "After each record ask DNS by one of its two lines. Other lines may be printed beside the one that is given here; a long TXT value may come split at other places, but joined without spaces it must be the value. What stood there before may be answered until its TTL is over. The nslookup of Windows lays its answer out differently, and does not know CAA.",
  ],
];

/** Below the table of panels. */
export const PANEL_NOTE =
  "Compiled from the panels' documentation; “unconfirmed” means that we found no page that says so. Whatever the panel: look at the record after saving, and check it.";

/** The table of panels, with the columns that these records need. */
export function panelsFor({ records }: CustomerView): { head: string[]; rows: string[][] } {
  return panelRows({
    apex: records.some(({ relative }) => relative === "@"),
    txt: records.some(({ quoted }) => quoted !== undefined),
    longTxt: records.some(({ quoted }) => (quoted?.chunks.length ?? 0) > 1),
    target: records.some(({ dotted }) => dotted !== undefined),
    proxied: records.some(({ dnsOnly }) => dnsOnly !== undefined),
  });
}

/** Records that stay for ever, and the others by when they change; in the order of the page. */
export function changesOf({ records }: CustomerView): {
  permanent: CustomerRecord[];
  changing: [string, CustomerRecord[]][];
} {
  const changing = new Map<string, CustomerRecord[]>();
  for (const record of records) {
    if (record.changes === undefined) continue;
    const list = changing.get(record.changes) ?? [];
    changing.set(record.changes, list);
    list.push(record);
  }
  const permanent = records.filter(({ changes }) => changes === undefined);
  return { permanent, changing: [...changing] };
}

/** A sentence of when a record changes. */
export function staysText({ changes }: CustomerRecord): string {
  return changes === undefined
    ? "For ever: nothing of ours changes it again."
    : `Changes ${changes}.`;
}

/** `add (leave other TXT records at the name alone).`; of a `replace` what comes after the old values. */
export function othersText({ action: { others } }: CustomerRecord): string {
  return others === undefined ? "" : ` (${others})`;
}

/**
 * What a check must print; of a long TXT `data` is undefined, and `words` say where the strings stand: a
 * page that repeats a key five times is not read.
 */
export function printsOf(
  { quoted }: CustomerRecord,
  { words, data }: Check,
  where: string,
): { words: string; data?: string } {
  return (quoted?.chunks.length ?? 0) > 1 ? { words: `${words}${where}` } : { words, data };
}

/** {@link printsOf} as one text. */
export function printsText(record: CustomerRecord, check: Check, where: string): string {
  const { words, data = "" } = printsOf(record, check, where);
  return `${check.command} must print ${words}${data}`;
}
