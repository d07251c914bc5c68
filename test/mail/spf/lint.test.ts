import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasError } from "../../../mail/finding.ts";
import { lintSpf, type SpfLintOptions } from "../../../mail/spf/lint.ts";
import { answerLength } from "../../../mail/spf/lint-size.ts";
import { parseSpf } from "../../../mail/spf/parse.ts";
import { renderSpf } from "../../../mail/spf/render.ts";
import { chunkTxt } from "../../../mail/txt.ts";
import { hostileText } from "../support.ts";
import { codes, spfRecord } from "./support.ts";

/** Public in the eyes of these tests. */
const placeholders = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"];
/** Every include is known and harmless. */
const records = new Map([["spf.vendor.example", "v=spf1 ip4:203.0.113.0/24 -all"]]);
const lint = (value: string | readonly string[], options: SpfLintOptions = {}) =>
  lintSpf(value, { domain: "acme.example", placeholders, records, ...options });

describe("records without a fault", () => {
  it.each([
    "v=spf1 -all",
    "v=spf1 a -all",
    "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 include:spf.vendor.example ~all",
    "v=spf1 exists:%{i}._spf.acme.example -all",
    "v=spf1 redirect=spf.vendor.example",
    "v=spf1 -ip4:192.0.2.66 ip4:192.0.2.0/24 -all exp=why.acme.example",
    "v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/26 -all",
  ])("%s", (text) => {
    expect(lint(text)).toEqual([]);
  });
});

describe("each rule", () => {
  it.each([
    ["v=spf1 ip4:192.0.2.1", ["all-missing!"]],
    ["v=spf1 ip4:192.0.2.1 +all", ["pass-all!"]],
    ["v=spf1 ip4:192.0.2.1 all", ["pass-all!"]],
    ["v=spf1 ip4:0.0.0.0/0 -all", ["pass-all!"]],
    ["v=spf1 a/0 -all", ["pass-all!"]],
    ["v=spf1 mx//0 -all", ["pass-all!"]],
    ["v=spf1 -ip4:0.0.0.0/0 -all", []],
    ["v=spf1 ip4:192.0.2.1 ?all", ["neutral-all!"]],
    ["v=spf1 -all ip4:192.0.2.1", ["after-all!"]],
    ["v=spf1 -all ~all", ["after-all!"]],
    ["v=spf1 redirect=spf.vendor.example -all", ["redirect-beside-all!"]],
    ["v=spf1 ptr -all", ["ptr!"]],
    ["v=spf1 ptr:acme.example -all", ["ptr!"]],
    ["v=spf1 exists:%{p}.acme.example -all", ["ptr!"]],
    ["v=spf1 ip4:2001:db8::1 -all", ["family!"]],
    ["v=spf1 ip6:192.0.2.1 -all", ["family!"]],
    ["v=spf1 ip6:::ffff:192.0.2.1 -all", ["family!"]],
    ["v=spf1 ip4:192.0.2.1~all", ["glued!"]],
    ["v=spf1 a:mail.acme.example-all", ["glued!"]],
    ["v=spf1 ip4:192.0.2.1 ip4:192.0.2.1 -all", ["repeated"]],
    ["v=spf1 a a/32 -all", ["repeated"]],
    ["v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 -all", ["covered"]],
    ["v=spf1 ip6:2001:db8::/32 ip6:2001:db8:1::/48 -all", ["covered"]],
    ["v=spf1 ip4:192.0.2.1/24 -all", ["host-bits"]],
    ["v=spf1 ip6:2001:db8::1/64 -all", ["host-bits"]],
    ["v=spf1 ip4:10.0.0.1 -all", ["not-public!"]],
    ["v=spf1 ip4:100.64.0.0/10 -all", ["wide", "not-public!"]],
    ["v=spf1 ip4:127.0.0.1 -all", ["not-public!"]],
    ["v=spf1 ip4:240.0.0.1 -all", ["not-public!"]],
    ["v=spf1 ip6:fd00::1 -all", ["not-public!"]],
    ["v=spf1 ip4:3.0.0.0/8 -all", ["wide"]],
    ["v=spf1 a include:spf.vendor.example ip4:192.0.2.1 -all", ["order"]],
    ["v=spf1 a -ip4:192.0.2.1 -all", []],
    ["v=spf1 exists:yes.acme.example -all", ["constant-exists"]],
    ["v=spf1 a:mail..acme.example -all", ["name!"]],
    [`v=spf1 a:${"x".repeat(64)}.example -all`, ["name!"]],
    ["v=spf1 a:foo:bar/baz.example -all", ["name!"]],
    ["v=spf1 ip4=192.0.2.1 -all", ["mechanism-as-modifier!"]],
    ["v=spf1 a v=spf1 -all", ["second-version!"]],
    ["v=spf1 -all default=pass", ["unknown-modifier"]],
    ["v=spf1 ~all exp=why.acme.example", ["idle-exp"]],
    ["v=spf1 include:acme.example -all", ["loop!"]],
    [`v=spf1 ${"mx:a.example ".repeat(11)}-all`, [...Array(10).fill("repeated"), "lookups!"]],
    ["spf1 -all", ["version!"]],
  ])("%s", (text, expected) => {
    expect(codes(lint(text))).toEqual(expected);
  });

  it("gives places where there are any, in the order of the record", () => {
    const findings = lint("v=spf1 ptr ip4:10.0.0.1 moo ?all");
    expect(findings.map(({ code, at }) => [code, at])).toEqual([
      ["spf-ptr", 7],
      ["spf-not-public", 11],
      ["spf-order", 11],
      ["spf-mechanism", 24],
      ["spf-neutral-all", 28],
    ]);
  });

  it("takes documentation addresses for public ones only where they are placeholders", () => {
    const text = "v=spf1 ip4:192.0.2.7 ip6:2001:db8::7 -all";
    expect(codes(lintSpf(text))).toEqual(["not-public!", "not-public!"]);
    expect(codes(lintSpf(text, { placeholders: ["192.0.2.7"] }))).toEqual(["not-public!"]);
    expect(codes(lintSpf("v=spf1 ip4:192.0.2.0/23 -all", { placeholders }))).toEqual([
      "not-public!",
    ]);
    expect(() => lintSpf(text, { placeholders: ["192.0.2"] })).toThrow(RangeError);
  });

  it("wants one SPF record at a name", () => {
    expect(codes(lint("v=spf1 -all", { otherTxt: ["V=SPF1 a -all"] }))).toEqual(["second-record!"]);
    expect(lint("v=spf1 -all", { otherTxt: ["google-site-verification=x"] })).toEqual([]);
  });
});

describe("length", () => {
  const record = (count: number) =>
    `v=spf1 ${Array.from({ length: count }, (_, i) => `ip4:198.51.100.${100 + i}`).join(" ")} -all`;

  it("warns over 450 octets of name and text, and over 512 of the answer instead", () => {
    expect(record(22)).toHaveLength(429);
    expect(lint(record(22))).toEqual([]);
    const [warning] = lint(record(23));
    expect(warning?.message).toMatch(/name and text have 460 octets, more than 450/);
    const answer = answerLength([record(26)], "acme.example");
    expect(answer).toBeGreaterThan(512);
    expect(lint(record(26)).map(({ message }) => message)).toEqual([
      expect.stringContaining(`${answer} octets, more than 512`),
    ]);
  });

  it("counts the other TXT values of the name", () => {
    const otherTxt = ["x".repeat(255), "y".repeat(255)];
    const [warning] = lint("v=spf1 -all", { otherTxt });
    expect(warning?.message).toMatch(/with the 2 other TXT of the name, more than 512/);
  });
});

describe("the strings of a TXT record", () => {
  it("accepts what chunkTxt makes, wherever it cuts", () => {
    const terms = Array.from({ length: 14 }, (_, i) => `ip4:198.51.100.${100 + i}`).join(" ");
    expect(lint(chunkTxt(`v=spf1 ${terms} -all`))).toEqual([]);
  });

  it("refuses strings over 255 octets", () => {
    const text = `v=spf1 ${"ip4:192.0.2.1 ".repeat(20)}-all`;
    expect(codes(lint([text]))).toContain("string-length!");
  });

  it("sees a space that is missing at a cut", () => {
    const findings = lint(["v=spf1 mx", "include:spf.vendor.example -all"]);
    expect(codes(findings)).toContain("string-join!");
    expect(lint(["v=spf1 mx ", "include:spf.vendor.example -all"])).toEqual([]);
  });
});

describe("properties", () => {
  it("never throws, and an unreadable record is never without an error", () => {
    fc.assert(
      fc.property(hostileText("v=spf1 ", "ip4:", "a:", "%{", "-all", "/"), (text) => {
        for (const written of [text, `v=spf1 ${text}`]) {
          if (parseSpf(written).value === undefined) expect(hasError(lintSpf(written))).toBe(true);
        }
      }),
    );
    fc.assert(
      fc.property(spfRecord, (record) => {
        for (const { message, fix, rule } of lintSpf(renderSpf(record))) {
          expect([message, fix, rule].every((text) => text.length > 0)).toBe(true);
        }
      }),
    );
  });
});
