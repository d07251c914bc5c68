/** Publishers: what is known of each stands in its file, and nowhere else. */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recordExists } from "../../../core/foreign-errors.ts";
import { fromCloudflare } from "../../../core/publishers/cloudflare.ts";
import { toCloudflare } from "../../../core/publishers/cloudflare-value.ts";
import {
  automaticTtlKind,
  isCustomers,
  isOurs,
  PUBLISHERS,
  publisherKindOf,
  publisherOfZone,
  REVERSE_PUBLISHER,
  ttlConfig,
  ZONE_FORMS,
  zoneConfig,
  zoneNameOf,
} from "../../../core/publishers/publishers.ts";
import { type PlannedRecord, type RecordData, renderData } from "../../../core/tenant/record.ts";

const ZONE_ID = "0c1d2e3f405162738495a6b7c8d9eaf0";

describe("a publisher", () => {
  test("is made from its config, and says whose hands publish", () => {
    const ours = publisherOfZone("acme.example", { cloudflare: ZONE_ID });
    expect(ours).toEqual({ by: "cloudflare", zone: "acme.example", zoneId: ZONE_ID });
    const theirs = publisherOfZone("acme.example", "external");
    expect(theirs).toEqual({ by: "external", zone: "acme.example" });
    expect([ours, theirs, REVERSE_PUBLISHER, undefined].map(isOurs)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([ours, theirs, REVERSE_PUBLISHER, undefined].map(isCustomers)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(zoneNameOf(REVERSE_PUBLISHER)).toBeUndefined();
  });

  test("has a name, a heading and a config of its own", () => {
    expect(new Set(PUBLISHERS.map(({ by }) => by)).size).toBe(PUBLISHERS.length);
    expect(new Set(PUBLISHERS.map(({ heading }) => heading("a.example"))).size).toBe(
      PUBLISHERS.length,
    );
    for (const kind of PUBLISHERS) expect(publisherKindOf(kind)).toBe(kind);
    expect(ZONE_FORMS).toEqual(["{cloudflare: <zone id>}", "external"]);
    expect(zoneConfig.safeParse({ cloudflare: "x" }).success).toBe(false);
  });

  test("takes what its limits say: a TTL in the config is one that all take", () => {
    const taken = [1, 60, 86_400].map((ttl) => ttlConfig.safeParse(ttl).success);
    expect(taken).toEqual([true, true, true]);
    const refused = [0, 2, 59, 86_401].map((ttl) => ttlConfig.safeParse(ttl).success);
    expect(refused).toEqual([false, false, false, false]);
    expect([automaticTtlKind(1)?.title, automaticTtlKind(60)?.title]).toEqual([
      "Cloudflare",
      undefined,
    ]);
  });

  test("is known by the errors by which it refuses what stands", () => {
    expect(recordExists("400 Bad Request {code: 81058}")).toBe(true);
    expect(recordExists("An identical record already exists.")).toBe(true);
    expect(recordExists("400 Bad Request {code: 81044}")).toBe(false);
  });
});

describe("a value in Cloudflare's form", () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);
  const host = fc.tuple(label, label).map((labels) => labels.join("."));
  const data: fc.Arbitrary<RecordData> = fc.oneof(
    fc.ipV4().map((address) => ({ type: "A" as const, address })),
    host.map((target) => ({ type: "CNAME" as const, target })),
    fc
      .tuple(fc.integer({ min: 0, max: 65_535 }), fc.oneof(fc.constant(""), host))
      .map(([preference, exchange]) => ({ type: "MX" as const, preference, exchange })),
    fc
      .string({ unit: "grapheme", maxLength: 600 })
      .map((text) => ({ type: "TXT" as const, text: [text] })),
  );

  test("comes back as what we publish", () => {
    fc.assert(
      fc.property(data, (one) => {
        const record: PlannedRecord = {
          ...{ key: "k", name: "a.example", data: one, ttl: 300, publisher: REVERSE_PUBLISHER },
          ...{ why: "", path: "" },
        };
        const value = renderData(record, () => "");
        const made = toCloudflare(one, value);
        if (!("content" in made)) throw new Error("no content");
        expect(fromCloudflare(one.type, made.content, made.priority)).toBe(value);
      }),
    );
  });

  test("is data of a CAA", () => {
    const caa = { type: "CAA", flags: 0, tag: "issue", value: "ca.example" } as const;
    expect(toCloudflare(caa, "")).toEqual({
      data: { flags: 0, tag: "issue", value: "ca.example" },
    });
  });
});

test("subjects, fleet and templates ask whose a zone is, never for a provider by name", () => {
  const root = new URL("../../../core/", import.meta.url);
  const files = ["tenant", "fleet", "host", "domain-connect", "render"].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !/codes\.ts$|dns-panels\.ts$/.test(file))
      .map((file) => `${folder}/${file}`),
  );
  expect(files.length).toBeGreaterThan(50);
  const named = files.filter((file) =>
    /["'`{ ]cloudflare["'`: ]|by === "(?:external|aws)|8105\d/i.test(
      readFileSync(new URL(file, root), "utf8").replace(/^\s*(?:\/?\*|\/\/).*$/gm, ""),
    ),
  );
  expect(named).toEqual([]);
});
