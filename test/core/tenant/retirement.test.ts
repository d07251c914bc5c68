/** Addresses that leave: what the plan makes of them, and when they may go. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { daysAfter, isDay } from "../../../core/days.ts";
import { renderPlan } from "../../../core/render/plan.ts";
import {
  type DeployedRetirement,
  departureText,
  drainOf,
  isDraining,
  type WantedRetirement,
} from "../../../core/retirement.ts";
import { referencesOf } from "../../../core/tenant/record.ts";
import { ACME, lines, planOf, raw } from "../support.ts";

type Json = Record<string, unknown>;

/** The tenant with a second address in its transactional stream, edited. */
function planned(address: Json, tenant: Json = {}) {
  const config = parse(ACME) as Json & { addresses: Json; streams: Record<string, Json> };
  config.addresses["tx2"] = { privateIp: "10.0.1.12", ...address };
  config.streams["transactional"] = { from: "tx.acme.example", addresses: ["tx1", "tx2"] };
  return planOf(raw({ ...config, ...tenant }));
}

const codesOf = (result: ReturnType<typeof planOf>) =>
  result.problems
    .filter(({ path }) => /addresses|streams/.test(path))
    .map(({ level, code, path }) => `${level} ${code} ${path}`);

describe("an address that leaves", () => {
  const outs = fc.constantFrom({ release: true }, { retain: true });
  const spf = fc.constantFrom("list", "ranges", "macro");
  const where = fc.constantFrom({}, { delegate: true }, { dkimZone: "dkim.operator.example" });

  test("is in no pool and in no record but its own names, which stand as before", () => {
    fc.assert(
      fc.property(outs, spf, where, (out, addresses, more) => {
        const tenant = { ...more, spf: { addresses } };
        const { plan } = planned(out, tenant);
        const { plan: before } = planned({}, tenant);
        if (plan === undefined || before === undefined) throw new Error("no plan");
        expect(plan.streams.map(({ pool }) => pool)).toEqual([["mk1"], ["tx1"]]);
        const keysOf = (of: typeof plan) =>
          of.records.filter((record) => referencesOf(record).includes("tx2")).map(({ key }) => key);
        expect(keysOf(plan)).toEqual(["tx2-a", "tx2-ptr"]);
        expect(keysOf(before).length).toBeGreaterThan(2);
        const ownOf = (of: typeof plan) =>
          lines({ ...of, records: of.records.filter(({ key }) => key.startsWith("tx2-")) });
        expect(ownOf(plan)).toEqual(ownOf(before));
        expect(ownOf(plan)).toHaveLength(3);
        // The other addresses' records stand word for word.
        const othersOf = (of: typeof plan) =>
          lines({ ...of, records: of.records.filter(({ key }) => /^(tx1|mk1)-/.test(key)) });
        expect(othersOf(plan)).toEqual(othersOf(before));
        const address = plan.addresses.find(({ key }) => key === "tx2");
        expect(address).toMatchObject({
          ...{ streams: [], release: "release" in out },
          retirement: { drainDays: 5, now: false },
        });
      }),
      { numRuns: 18 },
    );
  });

  test("drains as long as it says, else as its tenant says", () => {
    const daysOf = (address: Json, tenant?: Json) =>
      planned({ release: true, ...address }, tenant).plan?.addresses.find(
        ({ key }) => key === "tx2",
      )?.retirement?.drainDays;
    expect(daysOf({})).toBe(5);
    expect(daysOf({}, { drainDays: 9 })).toBe(9);
    expect(daysOf({ drainDays: 2 }, { drainDays: 9 })).toBe(2);
  });

  test("goes with its stream, or leaves it one that stays", () => {
    const config = parse(ACME) as Json & { addresses: Record<string, Json> };
    Object.assign(config.addresses["mk1"] ?? {}, { retain: true });
    expect(codesOf(planOf(raw(config)))).toEqual([
      "error stream-without-address sendips:tenant.streams.marketing.addresses",
    ]);
    expect(codesOf(planned({ release: true }))).toEqual([]);
    const both = planned(
      { release: true },
      {
        addresses: {
          tx1: { privateIp: "10.0.1.10", release: true },
          tx2: { privateIp: "10.0.1.12", retain: true },
          mk1: { privateIp: "10.0.1.11" },
        },
      },
    );
    expect(both.plan).toBeUndefined();
    expect(both.problems.find(({ code }) => code === "stream-without-address")?.message).toBe(
      "all its addresses leave: tx1, tx2 (release, retain): the stream would send from none",
    );
  });

  test("without a drain is a warning as long as a stream names it", () => {
    const path = "sendips:tenant.addresses.tx2";
    expect(codesOf(planned({ release: true, releaseNow: true }))).toEqual([
      `warning address-release-in-use ${path}.releaseNow`,
    ]);
    expect(codesOf(planned({ release: true, drainDays: 0 }))).toEqual([
      `warning address-release-in-use ${path}.release`,
    ]);
    // Nobody else gets an address that stays allocated.
    expect(codesOf(planned({ retain: true, releaseNow: true }))).toEqual([]);
    const streams = {
      transactional: { from: "tx.acme.example", addresses: ["tx1"] },
      marketing: { from: "news.acme.example", addresses: ["mk1"] },
    };
    expect(codesOf(planned({ release: true, drainDays: 0 }, { streams }))).toEqual([]);
  });

  test("cannot be told two things at once, nor what is no number of days", () => {
    const path = "sendips:tenant.addresses.tx2";
    expect(codesOf(planned({ release: true, retain: true }))).toEqual([
      `error address-release-and-retain ${path}.retain`,
    ]);
    expect(codesOf(planned({ releaseNow: true }))).toEqual([
      `error address-release-now-alone ${path}.releaseNow`,
    ]);
    for (const drainDays of [-1, 1.5, 1_000, "5"]) {
      const { problems } = planned({ release: true, drainDays });
      expect(problems.map((problem) => problem.path)).toContain(`${path}.drainDays`);
    }
  });
});

describe("when an address may go", () => {
  const wanted = (more: Partial<WantedRetirement> = {}): WantedRetirement => ({
    ...{ how: "release", drainDays: 5, now: false, ...more },
  });
  const day = fc.integer({ min: 0, max: 4_000 }).map((days) => daysAfter("2020-01-01", days));

  test("is decided on the day on which its release is deployed, and does not move", () => {
    fc.assert(
      fc.property(
        day,
        fc.array(fc.nat({ max: 9 })),
        fc.nat({ max: 366 }),
        (first, pauses, days) => {
          const asked = wanted({ drainDays: days });
          const decided = drainOf(asked, undefined, first);
          expect(decided).toEqual({ since: first, mayGoFrom: daysAfter(first, days) });
          let today = first;
          let deployed: DeployedRetirement = { how: "release", ...decided };
          for (const pause of pauses) {
            today = daysAfter(today, pause);
            deployed = { how: "release", ...drainOf(asked, deployed, today) };
          }
          expect(deployed).toEqual({ how: "release", ...decided });
        },
      ),
    );
  });

  test("is counted anew from that day where drainDays changes, and is today with releaseNow", () => {
    const deployed: DeployedRetirement = {
      ...{ how: "release", since: "2026-11-30", mayGoFrom: "2026-12-05" },
    };
    const dayOf = (more: Partial<WantedRetirement>, today: string, held = deployed) =>
      drainOf(wanted(more), held, today)?.mayGoFrom;
    expect(dayOf({ drainDays: 2 }, "2026-12-03")).toBe("2026-12-02");
    expect(dayOf({ drainDays: 20 }, "2026-12-03")).toBe("2026-12-20");
    expect(dayOf({ now: true }, "2026-12-02")).toBe("2026-12-02");
    // Let go on the second, it is not let go anew each day, nor later than without.
    const early = { ...deployed, mayGoFrom: "2026-12-02" };
    expect(dayOf({ now: true }, "2026-12-04", early)).toBe("2026-12-02");
    expect(dayOf({ now: true }, "2026-12-09")).toBe("2026-12-05");
    // Taken back, it drains again.
    expect(dayOf({}, "2026-12-03", early)).toBe("2026-12-05");
    expect(drainOf({ how: "release", now: false }, deployed, "2026-12-03")).toBeUndefined();
  });

  test("lies never before today with releaseNow, and never after the drain", () => {
    fc.assert(
      fc.property(
        day,
        fc.nat({ max: 30 }),
        fc.nat({ max: 30 }),
        fc.boolean(),
        (first, later, days, now) => {
          const today = daysAfter(first, later);
          const asked = wanted({ drainDays: days, now });
          const drain = drainOf(asked, { how: "release", since: first }, today);
          expect(isDay(drain?.mayGoFrom)).toBe(true);
          expect(isDraining(drain?.mayGoFrom, today)).toBe(!now && later < days);
          expect(isDraining(drain?.mayGoFrom, daysAfter(first, days))).toBe(false);
        },
      ),
    );
  });

  test("is said without a clock", () => {
    const deployed: DeployedRetirement = {
      ...{ how: "release", since: "2026-11-30", mayGoFrom: "2026-12-05" },
    };
    const early = { ...deployed, mayGoFrom: "2026-12-01" };
    for (const [more, held, text] of [
      [{}, undefined, "may go 5 days after its release is deployed"],
      [{ drainDays: 1 }, undefined, "may go 1 day after its release is deployed"],
      [{ drainDays: 0 }, undefined, "may go once its release is deployed"],
      [{ now: true }, undefined, "may go once its release is deployed"],
      [{}, deployed, "may go from 2026-12-05"],
      [{ drainDays: 30 }, deployed, "may go from 2026-12-30"],
      [{ now: true }, deployed, "may go once releaseNow is deployed"],
      [{ now: true }, early, "may go from 2026-12-01"],
      [
        { how: "retain" },
        deployed,
        "stays allocated when it goes, and may go 5 days after retain is deployed",
      ],
      [
        { how: "retain" },
        { ...deployed, how: "retain" },
        "stays allocated when it goes, and may go from 2026-12-05",
      ],
    ] as const) {
      expect(departureText(wanted(more), held)).toBe(text);
    }
  });

  test("stands in the plan in every format", () => {
    const { plan } = planned({ release: true });
    const retirements = {
      tx2: { how: "release", since: "2026-11-30", mayGoFrom: "2026-12-05" },
    } as const;
    const text = "in no pool and in no stream's SPF; may go from 2026-12-05";
    for (const format of ["bind", "table", "markdown"] as const) {
      expect(renderPlan(plan, [], { format, retirements })).toContain(text);
      expect(renderPlan(plan, [], { format })).toContain("5 days after its release is deployed");
      expect(renderPlan(planned({}).plan, [], { format })).not.toContain("leave");
    }
    const json = JSON.parse(renderPlan(plan, [], { format: "json", retirements })) as {
      addresses: Json[];
    };
    expect(json.addresses.map(({ key, leaves }) => [key, leaves])).toEqual([
      ["mk1", undefined],
      ["tx1", undefined],
      ["tx2", text],
    ]);
    // A zone file stays one.
    const zone = renderPlan(plan, [], { format: "bind", retirements }).split("\n");
    expect(zone.find((line) => line.includes(text))).toMatch(/^; /);
  });
});
