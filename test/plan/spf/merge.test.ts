import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkHost } from "../../../plan/spf/evaluate.ts";
import { type MergeOptions, mergeSpf } from "../../../plan/spf/merge.ts";
import { parseSpf } from "../../../plan/spf/parse.ts";
import { renderSpf } from "../../../plan/spf/render.ts";
import { hostileText } from "../mail/support.ts";
import { codes, spfRecord } from "./support.ts";
import { zoneResolver } from "./zone.ts";

const OWN = ["ip4:198.51.100.7", "ip4:198.51.100.8/31"];

describe("merging", () => {
  it.each<[string, string[], string[], MergeOptions, string, string[]]>([
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
      "a redirect becomes an include",
      ["v=spf1 mx redirect=b.example"],
      ["ip4:198.51.100.7"],
      {},
      "v=spf1 ip4:198.51.100.7 mx include:b.example ~all",
      ["redirect"],
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

  it.each<[string, MergeOptions["all"], string, string[]]>([
    ["-all", undefined, "-all", []],
    ["~all", undefined, "~all", []],
    ["-all", "-", "-all", []],
    ["-all", "~", "~all", ["all-weaker"]],
    ["~all", "-", "-all", ["all-stricter"]],
    ["?all", undefined, "~all", ["all-stricter"]],
    ["+all", undefined, "~all", ["all-stricter"]],
    ["", undefined, "~all", ["all-stricter"]],
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
        const all = merged.text.includes(" -all") ? "-" : "~";
        expect(mergeSpf([merged.text], OWN, { all }).text).toBe(merged.text);
      }),
    );
  });

  it("passes own addresses and everybody who passed before", async () => {
    const octet = fc.integer({ min: 0, max: 15 });
    const mechanism = fc
      .tuple(
        fc.constantFrom("", "", "", "-", "~", "?"),
        octet,
        fc.constantFrom("", "/29", "/30", "/31"),
      )
      .map(([sign, last, prefix]) => `${sign}ip4:203.0.113.${last}${prefix}`);
    const end = fc.constantFrom("-all", "~all", "?all", "", "redirect=b.example");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(mechanism, fc.constantFrom("include:b.example")), { maxLength: 4 }),
        end,
        octet,
        async (mechanisms, last, client) => {
          const existing = ["v=spf1", ...mechanisms, last].join(" ");
          const { text = "" } = mergeSpf([existing], ["ip4:198.51.100.7", "ip4:203.0.113.3"]);
          const check = async (spf: string, ip: string) => {
            const zone = {
              "a.example": [{ TXT: spf }],
              "b.example": [{ TXT: "v=spf1 ip4:203.0.113.4/30 ?all" }],
            };
            const sender = { ip, helo: "h.example", mailFrom: "x@a.example" };
            return (await checkHost(sender, zoneResolver(zone))).result;
          };
          expect(await check(text, "198.51.100.7")).toBe("pass");
          expect(await check(text, "203.0.113.3")).toBe("pass");
          const ip = `203.0.113.${client}`;
          const before = await check(existing, ip);
          const after = await check(text, ip);
          if (before === "pass") expect(after).toBe("pass");
          // And nobody else gains.
          else if (ip !== "203.0.113.3") expect(after).not.toBe("pass");
        },
      ),
      { numRuns: 300 },
    );
  });
});
