/** What is deployed of a tenant, in lines for a person: one an address, one a zone. */
import { publisherKindOf } from "../publishers/publishers.ts";
import type { AddressOutput, RecordOutput } from "./outputs.ts";

/** `203.0.113.25 tx1.mail.acme.example ← 10.0.1.10`, with what is not yet as it shall be. */
export function addressLine(
  address: Pick<
    AddressOutput,
    "publicIp" | "hostName" | "privateIp" | "reverseName" | "release" | "retain" | "mayGoFrom"
  >,
): string {
  const { publicIp, hostName, privateIp, reverseName, release, retain, mayGoFrom } = address;
  const notes = [
    ...(reverseName ? [] : ["no PTR yet"]),
    ...(retain ? ["stays allocated when it goes"] : []),
    ...(release || retain ? [mayGoFrom === undefined ? "may go" : `may go from ${mayGoFrom}`] : []),
  ];
  const note = notes.length === 0 ? "" : ` (${notes.join(", ")})`;
  return `${publicIp} ${hostName} ← ${privateIp}${note}`;
}

/** How many records are published where, by zone; of the customer's, the command that prints them. */
export function recordLines(
  stack: string,
  records: readonly Pick<RecordOutput, "publisher" | "zone" | "waitsFor">[],
): Record<string, string> {
  const zones = new Map<string, { by: RecordOutput["publisher"]; all: number; waiting: number }>();
  for (const { publisher, zone = "reverse names", waitsFor } of records) {
    const counted = zones.get(zone) ?? { by: publisher, all: 0, waiting: 0 };
    counted.all += 1;
    if (waitsFor !== undefined) counted.waiting += 1;
    zones.set(zone, counted);
  }
  const lines = [...zones].map(([zone, { by, all, waiting }]): [string, string] => {
    const { hands, title } = publisherKindOf({ by });
    const where = {
      ours: `published at ${title}`,
      "customer's": `for the customer to publish: npx sendips plan ${stack} --customer`,
      none: "set at EC2",
    }[hands];
    if (waiting === 0) return [zone, `${all} ${where}`];
    const wait = `${waiting} waiting until the customer publishes the host names`;
    return [zone, waiting === all ? wait : `${all - waiting} ${where}, ${wait}`];
  });
  return Object.fromEntries(lines);
}

/** Where a person looks next. */
export function nextLine(stack: string): string {
  return `npx sendips show ${stack} (--json for programs), npx sendips plan ${stack} for each record`;
}
