import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SpfBudgetOptions, type SpfCost, spfBudget } from "../../../mail/spf/budget.ts";
import { checkHost } from "../../../mail/spf/evaluate.ts";
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
    const costLines = (costs: readonly SpfCost[], indent = ""): string[] =>
      costs.flatMap(({ term, lookups, atLeast, terms }) => [
        `${indent}${term}: ${atLeast ? "at least " : ""}${lookups}`,
        ...costLines(terms, `${indent}  `),
      ]);
    const spent = budget("v=spf1 a include:vendor.example include:open.example -all");
    expect([spent.lookups, spent.atLeast]).toEqual([11, true]);
    expect(costLines(spent.terms, "  ")).toEqual([
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
      "    include:elsewhere.example: at least 1",
    ]);
  });

  it("counts what is not known as at least one, and says so", () => {
    const { lookups, atLeast, unknown, macros, findings } = budget(
      "v=spf1 include:who.example redirect=open.example",
    );
    expect([lookups, atLeast]).toEqual([3, true]);
    expect([unknown, macros]).toEqual([["who.example", "elsewhere.example"], []]);
    expect(codes(findings)).toEqual(["lookups-unknown"]);
    expect(findings[0]?.message).toMatch(/at least 3 of 10.*who\.example.*counted as at least one/);
  });

  it("asks nobody to look up what only a mail can say", () => {
    const macro = "%{i}._ip.%{h}._ehlo.%{d}._spf.vali.email";
    const alone = budget(`v=spf1 include:${macro} -all`);
    expect([alone.lookups, alone.atLeast, alone.unknown]).toEqual([1, true, []]);
    expect(alone.macros).toEqual([macro]);
    expect(codes(alone.findings)).toEqual(["lookups-macro"]);
    const [said] = alone.findings;
    expect(said?.message).toContain("can be counted by nobody, at least 1");
    expect(said?.message).toContain(macro);
    expect(said?.fix).toContain("the 9 look-ups that are left");
    expect(said?.fix).not.toMatch(/look them up|snapshot/);
    // Each kind has its own words.
    const both = budget(`v=spf1 include:${macro} include:who.example -all`).findings;
    expect(codes(both)).toEqual(["lookups-unknown", "lookups-macro"]);
    expect(both[0]?.message).not.toContain("%{i}");
    expect(both[1]?.message).not.toContain("who.example");
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

describe("void-lookups look-ups", () => {
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
    ["v=spf1 a:gone.example -all", 1, false, ["void-lookups"]],
    ["v=spf1 a:six.example exists:gone.example -all", 2, false, ["void-lookups"]],
    ["v=spf1 a:gone.example mx mx:gone.example -all", 3, false, ["void-lookups!"]],
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
      ["subdomain", 10],
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

  it("offers none where there is room", () => {
    expect(budget("v=spf1 include:vendor.example -all").waysOut).toEqual([]);
  });

  const vendors = new Map([
    ["_spf.google.com", "v=spf1 a:g1.example a:g2.example a:g3.example ~all"],
    ["spf.protection.outlook.com", "v=spf1 ip4:203.0.113.0/24 -all"],
    ["sendgrid.net", "v=spf1 a:s1.example a:s2.example ~all"],
    ["servers.mcsv.net", "v=spf1 ip4:203.0.113.0/24 ~all"],
    ["mail.zendesk.com", "v=spf1 ip4:203.0.113.0/24 ~all"],
    ["crm.unknown.example", "v=spf1 a:c1.example a:c2.example ~all"],
  ]);
  const include = (...names: string[]) =>
    `v=spf1 ${names.map((name) => `include:${name}`).join(" ")} -all`;
  const all = include(...vendors.keys());

  it("never moves mailboxes of people, and says that they stay", () => {
    const { lookups, waysOut, findings } = budget(all, { records: vendors });
    expect(lookups).toBe(13);
    const moved = waysOut.flatMap(({ terms }) => terms);
    expect(moved.toSorted()).toEqual([
      "include:mail.zendesk.com",
      "include:sendgrid.net",
      "include:servers.mcsv.net",
    ]);
    expect(findings[0]?.fix).toContain(
      "include:_spf.google.com (Google Workspace) and include:spf.protection.outlook.com (Microsoft 365) stay",
    );
    expect(findings[0]?.fix).toContain("is not touched by this record");
  });

  it("says what a known sender calls its return path, or that it needs no include", () => {
    const texts = budget(all, { records: vendors }).waysOut.map(({ text }) => text);
    expect(texts).toEqual([
      "remove include:sendgrid.net where the return path of SendGrid is its own (always: below sendgrid.net, or a subdomain with domain authentication); else give it a return path such as em.acme.example (domain authentication) (saves 3)",
      "remove include:servers.mcsv.net where the return path of Mailchimp is its own (always, for want of another: below mcsv.net, mcdlv.net or rsgsv.net) (saves 1)",
      "let Zendesk send as addresses at a name such as help.acme.example (as external support addresses), and remove include:mail.zendesk.com (saves 1)",
    ]);
  });

  it("asks of a sender that it does not know whether it can, and only of as many as are too many", () => {
    const { waysOut } = budget(
      include("crm.unknown.example", "_spf.google.com", "open.example", "vendor.example"),
      { records: new Map([...RECORDS, ...vendors]) },
    );
    expect(waysOut.map(({ kind, terms }) => [kind, terms])).toEqual([
      ["subdomain", ["include:vendor.example"]],
    ]);
    expect(waysOut[0]?.text).toMatch(
      /^where what goes through .* can use a return path of its own/,
    );
  });

  it("proposes no name that stands for something already", () => {
    const used = ["em.acme.example", "x.help.acme.example", "em2.acme.example"];
    const texts = budget(all, { records: vendors, used })
      .waysOut.map(({ text }) => text)
      .join();
    expect(texts).toContain("such as em3.acme.example");
    expect(texts).toContain("such as help2.acme.example");
    // One name for one sender.
    const twice = budget(
      include("a.sendgrid.net", "b.sendgrid.net", "vendor.example", "vendor.example"),
    );
    const places = twice.waysOut.flatMap(({ text }) => text.match(/such as em\d*\./g) ?? []);
    expect(new Set(places).size).toBe(2);
  });

  it("says honestly when nothing that can be moved is enough", () => {
    const google = include("_spf.google.com", "a._spf.google.com", "b._spf.google.com");
    const below = new Map([...vendors.keys()].map((name) => [name, "v=spf1 a:x.example -all"]));
    const records = new Map(
      ["", "a.", "b."].map((prefix) => [
        `${prefix}_spf.google.com`,
        "v=spf1 a:g1.example a:g2.example a:g3.example ~all",
      ]),
    );
    const { waysOut, findings } = budget(google, { records: new Map([...below, ...records]) });
    expect(waysOut).toEqual([]);
    expect(findings[0]?.fix).toContain("nothing of it can be moved: 12 look-ups stay");
    const enough = budget(all, { records: vendors }).findings[0]?.fix;
    expect(enough).not.toMatch(/nothing of it|not enough/);
  });
});

describe("near the limit", () => {
  const hosts = (count: number) => Array.from({ length: count }, (_, at) => `a:h${at}.example`);
  const near = (count: number, more = "") => {
    const { findings } = budget(`v=spf1 ${hosts(count).join(" ")}${more} -all`);
    return findings.filter(({ code }) => code.startsWith("spf-lookups"));
  };

  it("warns from nine look-ups on, with what is left", () => {
    expect(near(8)).toEqual([]);
    expect(codes(near(9))).toEqual(["lookups-near"]);
    expect(near(9)[0]?.message).toBe(
      "9 of 10 look-ups: 1 is left; one more include that costs 2, or 2 look-ups more in those that stand here, makes permerror for every mail",
    );
    expect(near(10)[0]?.message).toBe(
      "10 of 10 look-ups: none is left; one more include, or one look-up more in those that stand here, makes permerror for every mail",
    );
    expect(codes(near(11))).toEqual(["lookups!"]);
  });

  it("warns where the count is the least that it can be", () => {
    const said = near(8, " include:who.example");
    expect(codes(said)).toEqual(["lookups-near", "lookups-unknown"]);
    expect(said[0]?.message).toMatch(/^at least 9 of 10 look-ups: at best 1 is left/);
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
