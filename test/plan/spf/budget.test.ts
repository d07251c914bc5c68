import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderBudget, type SpfBudgetOptions, spfBudget } from "../../../plan/spf/budget.ts";
import { checkHost } from "../../../plan/spf/evaluate.ts";
import { codes } from "./support.ts";
import { spfWorld } from "./world.ts";

const RECORDS = new Map([
  ["small.example", "v=spf1 ip4:203.0.113.0/24 ~all"],
  ["vendor.example", "v=spf1 include:s1.vendor.example include:s2.vendor.example ~all"],
  ["s1.vendor.example", "v=spf1 a:x.vendor.example mx ip4:203.0.113.1 ~all"],
  ["s2.vendor.example", "v=spf1 redirect=s1.vendor.example"],
  ["suite.example", "v=spf1 include:vendor.example a ~all"],
  ["open.example", "v=spf1 include:elsewhere.example ~all"],
  ["none.example", ""],
  ["broken.example", "v=spf1 ipv4:203.0.113.1 a ~all"],
]);
const budget = (text: string, options: SpfBudgetOptions = {}) =>
  spfBudget(text, { domain: "acme.example", records: RECORDS, ...options });

describe("counting", () => {
  it.each([
    ["v=spf1 ip4:203.0.113.1 ip6:2600::1 -all", 0],
    ["v=spf1 a mx ptr exists:%{i}.x.example -all", 4],
    ["v=spf1 include:small.example -all", 1],
    ["v=spf1 include:vendor.example -all", 8],
    ["v=spf1 redirect=vendor.example", 8],
    // Never reached: terms behind all, redirect beside it.
    ["v=spf1 a -all mx include:vendor.example", 1],
    ["v=spf1 a -all redirect=vendor.example", 1],
    // exp costs nothing (§4.6.4).
    ["v=spf1 -all exp=why.acme.example", 0],
    // The same record twice is paid twice.
    ["v=spf1 include:small.example include:small.example -all", 2],
    ["v=spf1 INCLUDE:Small.Example. -all", 1],
  ])("%s: %i", (text, lookups) => {
    const { lookups: counted, atLeast } = budget(text);
    expect([counted, atLeast]).toEqual([lookups, false]);
  });

  it("shows which include costs what", () => {
    expect(
      renderBudget(budget("v=spf1 a include:vendor.example include:open.example -all")),
    ).toEqual([
      "at least 11 of 10 look-ups",
      "  a: 1",
      "  include:vendor.example: 8",
      "    include:s1.vendor.example: 3",
      "      a:x.vendor.example: 1",
      "      mx: 1",
      "    include:s2.vendor.example: 4",
      "      redirect=s1.vendor.example: 3",
      "        a:x.vendor.example: 1",
      "        mx: 1",
      "  include:open.example: at least 2",
      "    include:elsewhere.example: at least 1 (its record is not known)",
    ]);
  });

  it("counts what is not known as at least one, and says so", () => {
    const { lookups, atLeast, unknown, findings } = budget(
      "v=spf1 include:who.example include:%{ir}.spf.example redirect=open.example",
    );
    expect([lookups, atLeast]).toEqual([4, true]);
    expect(unknown).toEqual(["who.example", "%{ir}.spf.example", "elsewhere.example"]);
    expect(codes(findings)).toEqual(["lookups-unknown"]);
    expect(findings[0]?.message).toMatch(/at least 4 of 10.*who\.example.*counted as at least one/);
  });

  it("expands %{d}, which does not depend on the message", () => {
    const records = new Map([["acme.example.spf.example", "v=spf1 a mx -all"]]);
    const { lookups, atLeast } = budget("v=spf1 include:%{d}.spf.example -all", { records });
    expect([lookups, atLeast]).toEqual([3, false]);
  });
});

describe("what an include breaks", () => {
  it("names a domain without a record and one with errors", () => {
    const { findings } = budget("v=spf1 include:none.example include:broken.example -all");
    expect(codes(findings)).toEqual(["include-none!", "include-broken!"]);
    expect(findings[1]?.message).toMatch(/broken\.example.*ipv4/);
  });

  it("names loops, its own name in them", () => {
    const records = new Map([
      ["a.example", "v=spf1 include:b.example -all"],
      ["b.example", "v=spf1 include:acme.example include:b.example -all"],
    ]);
    const { loops, findings } = budget("v=spf1 include:a.example -all", { records });
    expect(loops).toEqual([
      ["acme.example", "a.example", "b.example", "acme.example"],
      ["b.example", "b.example"],
    ]);
    expect(codes(findings)).toEqual(["loop!", "loop!"]);
    expect(findings[0]?.message).toMatch(/acme\.example → a\.example → b\.example → acme\.example/);
  });

  it("names a loop once, wherever it is entered", () => {
    const records = new Map([
      ["a.example", "v=spf1 include:b.example -all"],
      ["b.example", "v=spf1 include:a.example -all"],
    ]);
    const { loops } = budget("v=spf1 include:a.example include:b.example -all", { records });
    expect(loops).toEqual([["a.example", "b.example", "a.example"]]);
  });

  it("stays finite where records include one another crosswise", () => {
    const names = Array.from({ length: 24 }, (_, index) => `n${index}.example`);
    const records = new Map(
      names.map((name, index) => {
        const next = `include:n${index + 1}.example`;
        return [name, `v=spf1 ${next} ${next} -all`];
      }),
    );
    const { lookups, atLeast } = budget("v=spf1 include:n0.example -all", { records });
    expect(lookups).toBeGreaterThan(10);
    expect(lookups).toBeLessThan(2_000);
    expect(atLeast).toBe(true);
  });

  it("counts the MX of a domain", () => {
    const exchanges = new Map([
      ["acme.example", Array.from({ length: 11 }, (_, i) => `mx${i}.example`)],
    ]);
    expect(codes(budget("v=spf1 mx -all", { exchanges }).findings)).toEqual(["mx-limit!"]);
  });
});

describe("void look-ups", () => {
  const addresses = new Map([
    ["acme.example", ["198.51.100.1"]],
    ["gone.example", []],
    ["six.example", ["2600::1"]],
  ]);
  const exchanges = new Map([
    ["acme.example", ["gone.example"]],
    ["gone.example", []],
  ]);

  it.each([
    ["v=spf1 a -all", 0, false, []],
    ["v=spf1 a:gone.example -all", 1, false, ["void"]],
    ["v=spf1 a:six.example exists:gone.example -all", 2, false, ["void"]],
    ["v=spf1 a:gone.example mx mx:gone.example -all", 3, false, ["void!"]],
    ["v=spf1 a:unknown.example a:%{h} -all", 0, true, []],
  ])("%s", (text, count, atLeast, expected) => {
    const { voidLookups, voidAtLeast, findings } = budget(text, { addresses, exchanges });
    expect([voidLookups, voidAtLeast, codes(findings)]).toEqual([count, atLeast, expected]);
  });
});

describe("ways out", () => {
  const own = ["198.51.100.4", "198.51.100.5"];
  const addresses = new Map([
    ["acme.example", ["198.51.100.4"]],
    ["tx1.acme.example", ["198.51.100.5"]],
    ["www.acme.example", ["198.51.100.200"]],
  ]);

  it("says what each include costs and offers what saves most first", () => {
    const text =
      "v=spf1 a a:tx1.acme.example a:www.acme.example include:vendor.example include:suite.example -all";
    const { findings, waysOut } = budget(text, { own, addresses });
    const [finding] = findings;
    expect(finding?.message).toBe(
      "21 of 10 look-ups: include:suite.example 10, include:vendor.example 8, a 1, a:tx1.acme.example 1, a:www.acme.example 1",
    );
    expect(waysOut.map(({ kind, saves }) => [kind, saves])).toEqual([
      ["subdomain", 18],
      ["repeated", 8],
      ["ip4", 2],
      ["exists", 1],
    ]);
    for (const { text: way } of waysOut) expect(finding?.fix).toContain(way);
    expect(finding?.fix).toContain("a a:tx1.acme.example as ip4:198.51.100.4/31");
    expect(finding?.fix).toContain("exists:%{i}._spf.acme.example");
    expect(finding?.fix).toContain("do not copy the addresses of others");
    // Only one's own: nothing of the vendor's networks.
    expect(finding?.fix).not.toContain("203.0.113");
  });

  it("asks whether hosts are one's own where that is not known", () => {
    const hosts = Array.from({ length: 11 }, (_, index) => `a:tx${index}.acme.example`).join(" ");
    const { waysOut } = budget(`v=spf1 ${hosts} -all`);
    expect(waysOut.map(({ kind, saves }) => [kind, saves])).toEqual([
      ["ip4", 11],
      ["exists", 10],
    ]);
  });

  it("offers none below the limit", () => {
    expect(budget("v=spf1 include:vendor.example -all").waysOut).toEqual([]);
  });
});

describe("against the evaluator", () => {
  it("counts what a client costs that nothing matches; over the limits means permerror, and only that", async () => {
    await fc.assert(
      fc.asyncProperty(spfWorld, async ({ records, facts, resolver }) => {
        const counted = spfBudget(records.get("a.example") ?? "", {
          domain: "a.example",
          ...facts,
        });
        const client = { ip: "192.0.2.66", helo: "h.example", mailFrom: "x@a.example" };
        const spent = await checkHost(client, resolver);
        const refused = counted.findings.some(({ level }) => level === "error");
        expect(spent.result === "permerror", spent.reason).toBe(refused);
        if (refused) return;
        expect([spent.lookups, spent.voidLookups]).toEqual([counted.lookups, counted.voidLookups]);
      }),
      { numRuns: 1_000 },
    );
  });
});
