import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteLength, chunkTxt, lintTxt, quoteTxt, unquoteTxt, wireLength } from "../../mail/txt.ts";

const unicode = fc.string({ unit: "binary", maxLength: 900 });

describe("chunking", () => {
  it("joins to the value and never exceeds 255 octets, for any Unicode", () => {
    fc.assert(
      fc.property(unicode, (value) => {
        const chunks = chunkTxt(value);
        expect(chunks.join("")).toBe(value);
        for (const chunk of chunks) expect(byteLength(chunk)).toBeLessThanOrEqual(255);
      }),
    );
  });

  it("never splits a character", () => {
    const chunks = chunkTxt(`${"a".repeat(254)}€uro`);
    expect(chunks).toEqual(["a".repeat(254), "€uro"]);
  });

  it("counts octets on the wire", () => {
    expect(wireLength("")).toBe(1);
    expect(wireLength("a".repeat(255))).toBe(256);
    expect(wireLength("a".repeat(256))).toBe(258);
  });
});

describe("presentation", () => {
  it("round-trips any Unicode, in printable ASCII", () => {
    fc.assert(
      fc.property(unicode, (value) => {
        const text = quoteTxt(value);
        expect(text).toMatch(/^[\x20-\x7e]*$/);
        expect(unquoteTxt(text)).toBe(value);
      }),
    );
  });

  it("escapes as RFC 1035 §5.1 says", () => {
    expect(quoteTxt('say "hi" \\ é')).toBe('"say \\"hi\\" \\\\ \\195\\169"');
    expect(unquoteTxt('"a" "b"')).toBe("ab");
    expect(unquoteTxt("v=spf1 -all")).toBe("v=spf1 -all");
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        unquoteTxt(text);
      }),
    );
    expect(lintTxt("\ud800")).toHaveLength(1);
    expect(lintTxt("a\nb")).toHaveLength(1);
  });
});
