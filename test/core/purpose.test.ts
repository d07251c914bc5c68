/** Every record of a plan says what it is for, and its text is what it says: nothing reads a text of ours back. */
import { describe, expect, test } from "vitest";
import type { Plan } from "../../core/tenant/plan.ts";
import { refLabel, renderText, singletonOfRecord } from "../../core/tenant/record.ts";
import { parseDkim } from "../../mail/dkim/record.ts";
import { parseDmarc, renderDmarc } from "../../mail/dmarc/record.ts";
import { singletonOf } from "../../mail/singletons.ts";
import { goldenCases, valuesOf } from "./golden-cases.ts";
import { liveCases, liveValues } from "./live-cases.ts";
import { planOf } from "./support.ts";

const PLANS: readonly Plan[] = [
  ...goldenCases().map((name) => planOf({ stack: "acme", values: valuesOf(name) })),
  ...liveCases().map((name) => planOf({ stack: "ks", values: liveValues(name) })),
].flatMap(({ plan }) => (plan === undefined ? [] : [plan]));
const RECORDS = PLANS.flatMap(({ records }) => records);

describe("a record's purpose", () => {
  test("is there, and of one name each", () => {
    expect(RECORDS.filter(({ purpose }) => purpose === undefined)).toEqual([]);
    const purposes = new Set(RECORDS.map(({ purpose }) => purpose));
    expect(new Set([...purposes].map((purpose) => purpose?.name)).size).toBe(purposes.size);
    // The cases know every kind of record that there is.
    expect(purposes.size).toBe(17);
  });

  test("names the kind that anybody reads in the text", () => {
    for (const record of RECORDS) {
      if (record.data.type !== "TXT") continue;
      const text = renderText(record.data.text, refLabel);
      expect(singletonOfRecord(record), text).toBe(singletonOf(text));
    }
  });
});

describe("a record's value", () => {
  test("is what its text says, of DMARC", () => {
    const policies = RECORDS.filter(({ value }) => value?.dmarc !== undefined);
    expect(policies.length).toBeGreaterThan(100);
    for (const { data, value } of policies) {
      const text = data.type === "TXT" ? renderText(data.text, refLabel) : "";
      // The order of the tags, and tags that only say their default, mean nothing.
      expect(renderDmarc(value?.dmarc ?? {})).toBe(renderDmarc(parseDmarc(text).value ?? {}));
    }
  });

  test("is what its text says, of a DKIM key; a CNAME to one, and a key that is not known, have none", () => {
    const keys = RECORDS.filter(({ value }) => value?.dkim !== undefined);
    expect(keys.length).toBeGreaterThan(100);
    for (const { data, value } of keys) {
      const known = data.type === "TXT" && data.text.every((part) => typeof part === "string");
      const text = data.type === "TXT" ? renderText(data.text, refLabel) : "";
      expect(value?.dkim?.publicKey, text).toBe(
        known ? (parseDkim(text).value?.publicKey ?? "") : undefined,
      );
    }
  });
});
