/** Which records must go before another takes their name. */
import { expect, test } from "vitest";
import { successions } from "../../../core/guards/successors.ts";
import type { PlannedRecord, RecordData } from "../../../core/tenant/record.ts";

const zoneId = "0c1d2e3f405162738495a6b7c8d9eaf0";
const NAME = "mta-sts.acme.example";
const caa = (value: string): RecordData => ({ type: "CAA", flags: 0, tag: "issue", value });
const cname: RecordData = { type: "CNAME", target: "mta-sts.operator.example" };
const plannedRecord = (key: string, data: RecordData, name = NAME): PlannedRecord => ({
  ...{ key, name, data, ttl: 3600, why: "", path: `path of ${key}` },
  publisher: { by: "cloudflare", zone: "acme.example", zoneId },
});
const state = (key: string, type: string, name = NAME, zone = zoneId) => ({
  ...{ logicalName: `acme-${key}`, type, name, zoneId: zone },
});
const of = (wanted: PlannedRecord[], held: ReturnType<typeof state>[]) => {
  const { predecessors, findings } = successions(wanted, held, (key) => `acme-${key}`);
  return [Object.fromEntries(predecessors), findings.map(({ message }) => message)];
};

test("a CNAME takes the place of the one record at its name, and the other way round", () => {
  expect(of([plannedRecord("host", cname)], [state("caa", "CAA")])).toEqual([
    { host: "acme-caa" },
    [],
  ]);
  const both = [plannedRecord("caa-1", caa("a.example")), plannedRecord("caa-2", caa("b.example"))];
  expect(of(both, [state("host", "CNAME")])).toEqual([{ "caa-1": "acme-host" }, []]);
});

test("records of another name, of another zone, or that stay, are left where they are", () => {
  const host = plannedRecord("host", cname);
  const elsewhere = [
    state("caa", "CAA", "other.acme.example"),
    state("caa", "CAA", NAME, "1d2e3f405162738495a6b7c8d9eaf00c"),
  ];
  for (const one of elsewhere) expect(of([host], [one])).toEqual([{}, []]);
  const moved = plannedRecord("dkim", { type: "TXT", text: ["k"] }, "dkim.operator.example");
  expect(of([moved, host], [state("dkim", "TXT")])).toEqual([{}, []]);
  expect(of([host], [state("host", "CNAME")])).toEqual([{}, []]);
  // Beside each other they may stand.
  expect(of([plannedRecord("caa-2", caa("b.example"))], [state("caa-1", "CAA")])).toEqual([{}, []]);
});

test("a record that changes its type is deleted first", () => {
  expect(of([plannedRecord("host", cname)], [state("host", "TXT")])).toEqual([
    { host: "acme-host" },
    [],
  ]);
});

test("where several stand there, the edit is refused: it takes two deployments", () => {
  const held = [state("caa-1", "CAA"), state("caa-2", "CAA")];
  expect(of([plannedRecord("host", cname)], held)).toEqual([
    {},
    [`a CNAME stands alone, and 2 records stand at ${NAME}: acme-caa-1, acme-caa-2`],
  ]);
});
