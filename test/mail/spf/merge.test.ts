import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkHost } from "../../../mail/spf/evaluate.ts";
import { mergeSpf, type SpfMergeOptions } from "../../../mail/spf/merge.ts";
import { parseSpf } from "../../../mail/spf/parse.ts";
import { renderSpf } from "../../../mail/spf/render.ts";
import { hostileText } from "../support.ts";
import { codes, spfRecord } from "./support.ts";
import { zoneResolver } from "./zone.ts";

const OWN = ["ip4:198.51.100.7", "ip4:198.51.100.8/31"];

describe("merging", () => {
  it.each<[string, string[], string[], SpfMergeOptions, string, string[]]>([
    ["no record yet", [], OWN, {}, "v=spf1 ip4:198.51.100.7 ip4:198.51.100.8/31 -all", []],
    ["nothing of one's own", ["v=spf1 mx ~all"], [], {}, "v=spf1 mx ~all", []],
    [
      "own networks first, existing networks, existing look-ups in their order, own look-ups",
      ["v=spf1 mx include:b.example ip4:203.0.113.9 include:a.example ~all"],
      ["exists:%{i}._spf.acme.example", "ip4:198.51.100.7"],
      {},
      "v=spf1 ip4:198.51.100.7 ip4:203.0.113.9 mx include:b.example include:a.example exists:%{i}._spf.acme.example ~all",
      [],
    ],
    [
      "each term once, whatever its spelling",
      ["v=spf1 IP4:198.51.100.7/32 include:A.Example. a -all"],
      ["ip4:198.51.100.7", "include:a.example", "a/32"],
      {},
      "v=spf1 ip4:198.51.100.7 include:A.Example. a -all",
      [],
    ],
    [
      "an order that means something stays",
      ["v=spf1 mx -ip4:203.0.113.66 ip4:203.0.113.0/24 -all"],
      ["ip4:198.51.100.7"],
      {},
      "v=spf1 ip4:198.51.100.7 mx -ip4:203.0.113.66 ip4:203.0.113.0/24 -all",
      [],
    ],
    [
      "own before a contradiction",
      ["v=spf1 -ip4:198.51.100.7 -all"],
      ["ip4:198.51.100.7"],
      {},
      "v=spf1 ip4:198.51.100.7 -all",
      ["contradiction"],
    ],
    [
      "modifiers last, unknown ones kept",
      ["v=spf1 exp=why.example mx x=%{d} -all"],
      ["ip4:198.51.100.7"],
      {},
      "v=spf1 ip4:198.51.100.7 mx -all exp=why.example x=%{d}",
      [],
    ],
    [
      "what never counted stays out",
      ["v=spf1 mx -all ip4:203.0.113.9 redirect=b.example"],
      [],
      {},
      "v=spf1 mx -all",
      ["after-all", "redirect-beside-all"],
    ],
    [
      "a redirect stays one, behind everything else",
      ["v=spf1 mx exp=why.example redirect=b.example"],
      ["ip4:198.51.100.7", "include:own.example"],
      {},
      "v=spf1 ip4:198.51.100.7 mx include:own.example redirect=b.example exp=why.example",
      [],
    ],
    [
      "own look-ups stand before a term that refuses",
      ["v=spf1 -exists:%{i}.block.example mx ~all"],
      ["exists:%{i}._spf.acme.example"],
      {},
      "v=spf1 exists:%{i}._spf.acme.example -exists:%{i}.block.example mx ~all",
      [],
    ],
    [
      "a redirect, with the all that is asked for",
      ["v=spf1 redirect=b.example"],
      ["ip4:198.51.100.7"],
      { all: "-" },
      "v=spf1 ip4:198.51.100.7 include:b.example -all",
      ["redirect"],
    ],
    [
      "two records become one, with the stricter all",
      ["v=spf1 mx ~all", "v=spf1 include:a.example mx -all exp=a.example"],
      [],
      {},
      "v=spf1 mx include:a.example -all exp=a.example",
      ["several"],
    ],
  ])("%s", (_, existing, own, options, text, expected) => {
    const merged = mergeSpf(existing, own, options);
    expect(merged.text).toBe(text);
    expect(codes(merged.findings)).toEqual(expected);
    expect(parseSpf(text).value).toEqual(merged.value);
  });

  it.each<[string, SpfMergeOptions["all"], string, string[]]>([
    ["-all", undefined, "-all", []],
    ["~all", undefined, "~all", []],
    ["-all", "-", "-all", []],
    ["-all", "~", "~all", ["all-weaker"]],
    ["~all", "-", "-all", ["all-stricter"]],
    ["?all", undefined, "?all", []],
    ["?all", "?", "?all", []],
    ["~all", "?", "?all", ["all-weaker"]],
    ["", undefined, "?all", []],
    ["+all", "~", "~all", ["all-stricter"]],
    ["", "-", "-all", ["all-stricter"]],
  ])("%j with %s asked for ends in %s", (end, all, expected, said) => {
    const options = all === undefined ? {} : { all };
    const merged = mergeSpf([`v=spf1 mx ${end}`], [], options);
    expect(merged.text).toBe(`v=spf1 mx ${expected}`);
    expect(codes(merged.findings)).toEqual(said);
  });

  it.each([
    [
      "what is broken already",
      ["v=spf1 ipv4:203.0.113.9 moo -all"],
      OWN,
      ["mechanism!", "mechanism!"],
    ],
    ["what is no SPF", ["google-site-verification=x"], OWN, ["version!"]],
    ["own terms that are none", [], ["ip4:198.51.100.x"], ["ip4!"]],
    ["a record that lets everybody send", ["v=spf1 mx +all"], OWN, ["pass-all!"]],
    [
      "several records of which one redirects",
      ["v=spf1 mx ~all", "v=spf1 redirect=a.example"],
      OWN,
      ["several", "several!"],
    ],
    ["an own all", [], ["-all"], ["own-term!"]],
    ["an own modifier", [], ["redirect=a.example"], ["own-term!"]],
  ])("refuses %s, with the reason", (_, existing, own, expected) => {
    const merged = mergeSpf(existing, own);
    expect([merged.value, merged.text]).toEqual([undefined, undefined]);
    expect(codes(merged.findings)).toEqual(expected);
  });
});

describe("properties", () => {
  it("never throws; gives a record or an error; and merging again changes nothing", () => {
    const text = fc.oneof(
      spfRecord.map(renderSpf),
      hostileText("v=spf1 ", "-all").map((tail) => `v=spf1 ${tail}`),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 2 }), (existing) => {
        const merged = mergeSpf(existing, OWN);
        if (merged.text === undefined) {
          expect(merged.findings.some(({ level }) => level === "error")).toBe(true);
          return;
        }
        expect(parseSpf(merged.text).value).toEqual(merged.value);
        expect(mergeSpf([merged.text], OWN).text).toBe(merged.text);
      }),
    );
  });

  /** From what nobody wants to what everybody does; an error is no worse than any other. */
  const RANK = ["permerror", "temperror", "fail", "softfail", "neutral", "none", "pass"];

  it("gives every old sender its old result or better, and passes ours, whatever stands", async () => {
    const octet = fc.integer({ min: 0, max: 15 });
    const prefix = fc.constantFrom("", "/29", "/30", "/31");
    const sign = fc.constantFrom("", "", "", "-", "~", "?");
    const network = fc.tuple(octet, prefix).map(([last, bits]) => `ip4:203.0.113.${last}${bits}`);
    const other = fc.constantFrom(
      ...["include:b.example", "include:c.example", "include:none.example", "a", "a:h.example"],
      ...[
        "mx",
        "mx:b.example",
        "exists:%{i}.list.example",
        "ptr:h.example",
        "include:slow.example",
      ],
    );
    const mechanism = fc
      .tuple(sign, fc.oneof(network, other))
      .map(([qualifier, term]) => `${qualifier}${term}`);
    const mechanisms = fc.array(mechanism, { maxLength: 5 });
    const end = fc.constantFrom(
      ...["-all", "~all", "?all", "", "redirect=b.example", "redirect=c.example"],
      ...["-all exp=why.example", "redirect=b.example exp=why.example", "redirect=none.example"],
    );
    const own = fc.constantFrom<string[]>(
      ["ip4:198.51.100.7", "ip4:203.0.113.3"],
      ["ip4:198.51.100.7", "ip4:203.0.113.3", "include:own.example"],
    );
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({ mechanisms, end, b: mechanisms, c: mechanisms, bEnd: end, own, client: octet }),
        async ({ mechanisms: terms, end: last, b, c, bEnd, own: ours, client }) => {
          const existing = ["v=spf1", ...terms, last].join(" ").trim();
          const { text, findings } = mergeSpf([existing], ours);
          if (text === undefined) {
            expect(findings.some(({ level }) => level === "error")).toBe(true);
            return;
          }
          const check = async (spf: string, ip: string) => {
            const zone = {
              "a.example": [{ TXT: spf }, { A: "203.0.113.1" }, { MX: [10, "h.example"] }],
              "b.example": [
                {
                  TXT: [
                    "v=spf1",
                    ...b.filter((term) => !term.includes("b.example")),
                    bEnd.replace(/[bc]\.example/, "d.example"),
                  ].join(" "),
                },
                { MX: [10, "h.example"] },
              ],
              "c.example": [
                {
                  TXT: ["v=spf1", ...c.filter((term) => !/[bc]\.example/.test(term)), "~all"].join(
                    " ",
                  ),
                },
              ],
              "d.example": [{ TXT: "v=spf1 ip4:203.0.113.8/31 -all" }],
              "h.example": [{ A: "203.0.113.5" }],
              "203.0.113.6.list.example": [{ A: "127.0.0.2" }],
              "slow.example": ["TIMEOUT" as const],
              "own.example": [{ TXT: "v=spf1 ip4:192.0.2.0/31 -all" }],
            };
            const sender = { ip, helo: "h.example", mailFrom: "x@a.example" };
            return (await checkHost(sender, zoneResolver(zone))).result;
          };
          expect(await check(text, "198.51.100.7")).toBe("pass");
          expect(await check(text, "203.0.113.3")).toBe("pass");
          const ip = `203.0.113.${client}`;
          const [before, after] = [await check(existing, ip), await check(text, ip)];
          compared += 1;
          expect(RANK.indexOf(after), `${existing} → ${text}: ${ip}`).toBeGreaterThanOrEqual(
            RANK.indexOf(before),
          );
          // And nobody else gains, where what stood could be judged at all.
          if (ip !== "203.0.113.3" && !before.endsWith("error")) expect(after).toBe(before);
        },
      ),
      { numRuns: 1_500 },
    );
    expect(compared).toBeGreaterThan(1_000);
  });
});
