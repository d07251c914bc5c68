import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effectivePolicy, lintDmarc } from "../../mail/dmarc/lint.ts";
import { type DmarcRecord, isDmarc, parseDmarc, renderDmarc } from "../../mail/dmarc/record.ts";
import { encodeReportUri, isReportUri, reportHost } from "../../mail/report-uri.ts";
import { hostName, levelsAndCodes, neverThrows, roundTrips, withoutUndefined } from "./support.ts";

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const policy = fc.constantFrom("none" as const, "quarantine" as const, "reject" as const);
const mode = fc.constantFrom("r" as const, "s" as const);
const uri = fc
  .tuple(fc.stringMatching(/^[a-z0-9.+-]{1,12}$/), hostName)
  .map(([local, host]) => `mailto:${local}@${host}`);
const record = withoutUndefined(
  fc.record({
    p: maybe(policy),
    sp: maybe(policy),
    np: maybe(policy),
    t: maybe(fc.boolean()),
    psd: maybe(fc.constantFrom("y" as const, "n" as const, "u" as const)),
    adkim: maybe(mode),
    aspf: maybe(mode),
    fo: maybe(fc.uniqueArray(fc.constantFrom("0", "1", "d", "s"), { minLength: 1 })),
    rua: maybe(fc.array(uri, { minLength: 1, maxLength: 3 })),
    ruf: maybe(fc.array(uri, { minLength: 1, maxLength: 2 })),
    legacy: maybe(fc.constantFrom({ pct: "50" }, { pct: "0", rf: "afrf", ri: "3600" })),
  }) as fc.Arbitrary<DmarcRecord>,
);

describe("DMARC records", () => {
  it("round-trip and never throw", () => {
    roundTrips(record, renderDmarc, parseDmarc);
    neverThrows(parseDmarc, "v=DMARC1", "; p=none", "; rua=mailto:a@b.example", "!10m");
  });

  it("reads published records", () => {
    const google = parseDmarc("v=DMARC1; p=none; rua=mailto:mailauth-reports@google.com");
    expect(google).toEqual({
      value: { p: "none", rua: ["mailto:mailauth-reports@google.com"] },
      findings: [],
    });
    // RFC 9989 appendix B.
    const text =
      "v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com,mailto:tld-test@thirdparty.example.net; t=y";
    expect(parseDmarc(text).value).toMatchObject({ p: "quarantine", t: true });
    expect(parseDmarc("v = DMARC1 ; P = Reject ;").value).toEqual({ p: "reject" });
  });

  it.each([
    "p=none; v=DMARC1",
    "v=DMARC2; p=none",
    "v=dmarc1; p=none",
    "v=DMARC1; p=none; p=reject",
    "v=DMARC1; p=rejekt",
    "v=DMARC1; p=reject; np=maybe",
    "",
  ])("nobody heeds %s", (text) => expect(parseDmarc(text).value).toBeUndefined());

  it("keeps what receivers keep, and reports the rest", () => {
    expect(parseDmarc("v=DMARC1; p=reject; adkim=x").value).toEqual({ p: "reject" });
    expect(parseDmarc("v=DMARC1; p=reject; sp=x; rua=mailto:a@b.example").value).toEqual({
      p: "none",
      rua: ["mailto:a@b.example"],
    });
    expect(levelsAndCodes(parseDmarc("v=DMARC1; p=none; x=1").findings)).toEqual([
      "warning: dmarc-unknown-tag",
    ]);
    expect(levelsAndCodes(parseDmarc("v=DMARC1; rua=mailto:a@b.example; p=none").findings)).toEqual(
      ["warning: dmarc-policy-not-second"],
    );
    const old = parseDmarc("v=DMARC1; p=none; pct=10; rf=afrf; ri=1; rua=mailto:a@b.example!10m");
    expect(old.findings.map(({ level }) => level)).toEqual(Array(4).fill("warning"));
    expect(old.value?.rua).toEqual(["mailto:a@b.example"]);
    expect(old.value?.legacy).toEqual({ pct: "10", rf: "afrf", ri: "1" });
    expect(isDmarc("v=DMARC10")).toBe(false);
  });

  it("encodes addresses", () => {
    expect(renderDmarc({ p: "none", rua: ["mailto:a,b!c@acme.example"] })).toBe(
      "v=DMARC1; p=none; rua=mailto:a%2Cb%21c@acme.example",
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (local) => {
        expect(encodeReportUri(`mailto:${local}@a.example`)).toMatch(/^[^,!;\s]+$/);
      }),
    );
    expect(reportHost("mailto:x@Bücher.example?subject=a")).toBe("xn--bcher-kva.example");
    expect(["mailto:a", "ftp://a.b", "mailto:a@b c.d", "mailto:%@a.b"].some(isReportUri)).toBe(
      false,
    );
  });
});

describe("DMARC judged", () => {
  it("t=y is one level weaker for new receivers, and nothing to older ones", () => {
    const test: DmarcRecord = { p: "reject", t: true, np: "quarantine" };
    expect(effectivePolicy(test)).toBe("quarantine");
    expect(effectivePolicy(test, "nonexistent")).toBe("none");
    expect(effectivePolicy(test, "nonexistent", "RFC 7489")).toBe("reject");
  });

  it("lints any record, and passes a good one", () => {
    fc.assert(fc.property(record, (value) => void lintDmarc(value)));
    expect(lintDmarc({ p: "reject", rua: ["mailto:a@b.example"] })).toEqual([]);
  });

  it.each<[DmarcRecord, string]>([
    [{}, "error: dmarc-no-policy"],
    [{ p: "none" }, "warning: dmarc-policy-none"],
    [{ p: "reject", t: true }, "warning: dmarc-testing"],
    [{ p: "none", t: true }, "warning: dmarc-testing-idle"],
    [{ p: "reject", sp: "none" }, "warning: dmarc-weaker-subdomains"],
    [{ p: "reject", np: "quarantine" }, "warning: dmarc-weaker-nonexistent"],
    [{ p: "reject", psd: "y" }, "warning: dmarc-public-suffix"],
    [{ p: "reject" }, "warning: dmarc-no-reports"],
    [{ p: "reject", fo: ["1"] }, "warning: dmarc-failure-options-idle"],
    [
      { p: "reject", fo: ["0", "1"], ruf: ["mailto:a@b.example"] },
      "warning: dmarc-failure-options-double",
    ],
    [{ p: "reject", legacy: { pct: "5" } }, "warning: dmarc-dropped-tag"],
    [{ p: "reject", rua: ["https://a.example/x"] }, "warning: dmarc-report-not-mailto"],
    [{ p: "reject", rua: ["mailto:a"] }, "error: dmarc-report-uri"],
  ])("%j: %s", (value, code) => expect(levelsAndCodes(lintDmarc(value))).toContain(code));

  it("sp= below the organisational domain is idle", () => {
    const value: DmarcRecord = { p: "reject", sp: "reject", rua: ["mailto:a@b.example"] };
    expect(lintDmarc(value, { organizational: false })).toHaveLength(1);
  });
});
