import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSpf } from "../../../mail/spf/parse.ts";
import { renderSpf, renderTerm, termKey } from "../../../mail/spf/render.ts";
import { chunkTxt } from "../../../mail/txt.ts";
import { hostileText, roundTrips } from "../support.ts";
import { codes, spfRecord } from "./support.ts";

const NEAR = [
  "v=spf1 ",
  "a:",
  "ip4:1.2.3.4",
  "ip6:",
  "include:",
  "%{",
  "}",
  "/",
  "//",
  "redirect=",
];

describe("the grammar of RFC 7208 §12", () => {
  it("parses what is rendered, for any record", () => {
    roundTrips(spfRecord, renderSpf, parseSpf);
  });

  it("survives the strings of a TXT record", () => {
    fc.assert(
      fc.property(spfRecord, (record) => {
        expect(parseSpf(chunkTxt(renderSpf(record)).join("")).value).toEqual(record);
      }),
    );
  });

  it("never throws, and says why there is no record", () => {
    fc.assert(
      fc.property(hostileText(...NEAR), (text) => {
        for (const written of [text, `v=spf1 ${text}`]) {
          const { value, findings, terms } = parseSpf(written);
          expect(value === undefined).toBe(findings.some(({ level }) => level === "error"));
          for (const { at } of terms) expect(written.charAt(at)).not.toBe(" ");
        }
      }),
      { numRuns: 300 },
    );
  });

  it("stays linear on long texts", () => {
    const long = `v=spf1 a:${"1".repeat(30_000)}! ip4:${"1".repeat(30_000)} a/${"1/".repeat(15_000)}x`;
    expect(codes(parseSpf(long).findings)).toEqual(["domain!", "ip4!", "argument!"]);
  });

  it("takes names in any case and keeps what was written", () => {
    const { value } = parseSpf("V=SPF1 IP4:192.0.2.0/24 A/24//64 MX:Mail.Example  ?All ");
    expect(value?.terms.map(renderTerm)).toEqual([
      "ip4:192.0.2.0/24",
      "a/24//64",
      "mx:Mail.Example",
      "?all",
    ]);
  });
});

describe("faults", () => {
  it.each([
    ["spf2.0/pra -all", "version", 0, "v=spf1"],
    [" v=spf1 -all", "version", 0, "space before"],
    ["v=spf10 -all", "version", 0, "v=spf1"],
    ["v=spf1 -all ipv4:192.0.2.1", "mechanism", 12, "ip4:192.0.2.1"],
    ["v=spf1 192.0.2.1 -all", "mechanism", 7, "ip4:192.0.2.1"],
    ["v=spf1 2600::1/64 -all", "mechanism", 7, "ip6:2600::1/64"],
    ["v=spf1 redirect:a.example", "mechanism", 7, "redirect=a.example"],
    ["v=spf1 -redirect=a.example", "mechanism", 7, "redirect=a.example"],
    ["v=spf1 moo -all", "mechanism", 7, "include:"],
    ["v=spf1 a:b.example,mx:c.example, -all", "domain", 9, "top label|hyphens"],
    ["v=spf1 ip6:192.0.2.1 -all", "family", 11, "ip4:192.0.2.1"],
    ["v=spf1 ip4:2600::1 -all", "family", 11, "ip6:2600::1"],
    ["v=spf1 ip4:192.0.2.256 -all", "ip4", 11, "0 to 255"],
    ["v=spf1 ip4:192.0.2.1:25 -all", "ip4", 11, "ip4:192.0.2.1"],
    ["v=spf1 ip6:2600:::1 -all", "ip6", 11, "4291"],
    ["v=spf1 ip4:192.0.2.0/33 -all", "prefix", 20, "/0 to /32"],
    ["v=spf1 ip4:192.0.2.0/ -all", "prefix", 20, "/0 to /32"],
    ["v=spf1 a/33 -all", "prefix", 8, "/0 to /32"],
    ["v=spf1 a//129 -all", "prefix", 8, "/0 to /128"],
    ["v=spf1 a/24/64 -all", "argument", 8, "//<IPv6>"],
    ["v=spf1 a: -all", "domain", 9, "two labels"],
    ["v=spf1 a:192.0.2.1 -all", "domain", 9, "ip4:192.0.2.1"],
    ["v=spf1 include -all", "argument", 14, "include:<domain>"],
    ["v=spf1 include:localhost -all", "domain", 15, "two labels"],
    ["v=spf1 all:x", "argument", 10, "nothing behind"],
    ["v=spf1 ptr/24 -all", "argument", 10, "ptr:<domain>"],
    ["v=spf1 exists:%{x}.example -all", "macro", 14, "%{letter}"],
    ["v=spf1 exists:%{i0}.example -all", "macro", 14, "from 1"],
    ["v=spf1 exists:%{c}.example -all", "macro", 14, "s l o d i p h v"],
    ["v=spf1 -all x=%", "macro", 14, "%{letter}"],
    ["v=spf1 -all exp=a.example exp=b.example", "repeated", 26, "one exp="],
    ["v=spf1 redirect=a.example redirect=a.example", "repeated", 26, "one redirect="],
    ["v=spf1 \u2013all", "charset", 7, "printable ASCII"],
    ["v=spf1 a\tmx -all", "charset", 8, "spaces"],
    ["v=spf1 include:a.example~all", "glued", 7, "a.example ~all"],
    ["v=spf1 ip4:192.0.2.1-all", "glued", 7, "192.0.2.1 -all"],
    ["v=spf1 mx?all", "glued", 7, "mx \\?all"],
  ])("%j: %s at %i", (text, code, at, fix) => {
    const { value, findings } = parseSpf(text);
    expect(value).toBeUndefined();
    expect(findings.map((finding) => [finding.code, finding.level, finding.at])).toEqual([
      [`spf-${code}`, "error", at],
    ]);
    expect(findings[0]?.fix).toMatch(new RegExp(fix));
  });

  it("tells all of them, in order, and keeps the terms it could read", () => {
    const { findings, terms } = parseSpf("v=spf1 moo ip4:1.2.3 a mx/99 -all");
    expect(findings.map(({ at }) => at)).toEqual([7, 15, 25]);
    expect(terms.map(({ at }) => at)).toEqual([21, 29]);
  });
});

describe("sameness of terms", () => {
  it.each([
    ["a:Mail.Example.", "a:mail.example/32//128"],
    ["ip4:192.0.2.7/24", "~ip4:192.0.2.0/24"],
    ["ip6:2600:0::1", "ip6:2600::1/128"],
    ["X=1", "x=1"],
  ])("%s is %s", (a, b) => {
    const [one, two] = [a, b].map((text) => parseSpf(`v=spf1 ${text}`).value?.terms[0]);
    if (one === undefined || two === undefined) throw new Error("unreadable");
    expect(termKey(one)).toBe(termKey(two));
  });

  it("keeps the case of macros, which escapes", () => {
    const [one, two] = parseSpf("v=spf1 a:%{l}.example a:%{L}.example").value?.terms ?? [];
    if (one === undefined || two === undefined) throw new Error("unreadable");
    expect(termKey(one)).not.toBe(termKey(two));
  });
});
