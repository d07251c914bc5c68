/** The page to hand to a customer who publishes zones of a tenant: what, why, in which order. */
import { mtaStsName } from "../mail/mta-sts.ts";
import type { PolicyFile } from "../mta-sts-policy.ts";
import type { Plan } from "../plan.ts";
import { type PlannedRecord, referencesOf } from "../record.ts";
import { recordLines, servedComment } from "./bind.ts";
import { type Step, stepsOf } from "./customer-steps.ts";
import { code, policyFile, text } from "./markdown.ts";
import { type Known, ownerOf, plainValue } from "./sections.ts";

/** One page in two forms. Both hold public records only. */
export interface CustomerPage {
  /** For a person with a web form: each record apart, its value to copy. */
  markdown: string;
  /** For a person with a name server: zone file text in the order to publish, reasons as comments. */
  zone: string;
}

/** Zones and what belongs to them. */
interface Share {
  zones: string[];
  steps: Step[];
  files: PolicyFile[];
  /** True while an address or a key is not known: then the page is a preview. */
  unknown: boolean;
}

/**
 * The page for the zones that the customer publishes; undefined when there is none.
 *
 * @param known IPv4 by address key. An address that is missing here shows as `{tx1}`, and the page
 * says that it is not to be published yet.
 */
export function customerPage(plan: Plan, known: Known): CustomerPage | undefined {
  const records = plan.records.filter(({ publisher }) => publisher.by === "external");
  if (records.length === 0) return undefined;
  const names = new Set(records.map(({ name }) => name));
  const share = {
    zones: [...new Set(records.flatMap(zoneOf))].sort(),
    steps: stepsOf(records),
    files: plan.policyFiles.filter(({ domain }) => names.has(mtaStsName(domain))),
    unknown: records.some((record) => holdsUnknown(record, known)),
  };
  return { markdown: markdownPage(plan, share, known), zone: zonePage(plan, share, known) };
}

function zoneOf({ publisher }: PlannedRecord): string[] {
  return publisher.by === "external" ? [publisher.zone] : [];
}

function holdsUnknown(record: PlannedRecord, known: Known): boolean {
  if (referencesOf(record).some((address) => !Object.hasOwn(known, address))) return true;
  const { data } = record;
  return (
    data.type === "TXT" && data.text.some((part) => typeof part !== "string" && "dkimKey" in part)
  );
}

const PREVIEW =
  "This is a preview: what stands in {braces} is not known yet. Wait for the final page before you publish those records.";

function markdownPage({ domain }: Plan, { zones, steps, files, unknown }: Share, known: Known) {
  const blocks = [
    `# DNS records for ${text(domain)}`,
    `Please publish the records below in ${zones.map(code).join(" and ")}, step by step. Names are given in full, and as a form wants them that adds the zone by itself. Values are given without quotes; a long TXT value is one value, even where your form or name server splits it.`,
    ...(unknown ? [`**${PREVIEW}**`] : []),
    ...steps.flatMap(({ title, before, serves, records }, index) => [
      `## ${index + 1}. ${title}`,
      before,
      ...(serves ? files.map(policyFile) : []),
      ...records.map((record) => markdownRecord(record, known)),
    ]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function markdownRecord(record: PlannedRecord, known: Known): string {
  const { data, ttl, why } = record;
  const name = ownerOf(record, known);
  const value =
    data.type === "MX"
      ? [`- Preference: ${data.preference}`, `- Mail server: ${code(`${data.exchange}.`)}`]
      : data.type === "CAA"
        ? [`- Flags: ${data.flags}`, `- Tag: ${code(data.tag)}`, `- Value: ${code(data.value)}`]
        : ["- Value:", "", "  ```text", `  ${plainValue(record, known)}`, "  ```"];
  return [
    `### ${code(name)} ${data.type}`,
    "",
    `- Name: ${code(name)}; within the zone: ${code(relativeName(record, name))}`,
    `- Type: ${data.type}`,
    `- TTL: ${ttl}`,
    `- Why: ${text(why)}`,
    ...value,
  ].join("\n");
}

/** As a form wants it that adds the zone by itself: `@` for the zone. */
function relativeName({ publisher }: PlannedRecord, name: string): string {
  if (publisher.by !== "external" || name === publisher.zone) return "@";
  return name.slice(0, -publisher.zone.length - 1);
}

function zonePage({ domain }: Plan, { zones, steps, files, unknown }: Share, known: Known): string {
  const blocks = [
    [
      `; DNS records for ${domain}, to be published in ${zones.join(" and ")}`,
      ...(unknown ? [`; ${PREVIEW}`] : []),
    ],
    ...steps.map(({ title, before, serves, records }, index) => [
      `; ${index + 1}. ${title}`,
      `; ${before}`,
      ...(serves ? files.flatMap(servedComment) : []),
      ...recordLines(records, known),
    ]),
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
