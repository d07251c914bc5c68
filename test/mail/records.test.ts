import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BimiRecord,
  bimiName,
  lintBimiDmarc,
  parseBimi,
  renderBimi,
} from "../../mail/bimi/record.ts";
import { type Caa, lintCaa, parseCaa, parseIssuer, renderCaa } from "../../mail/caa/record.ts";
import { parseDmarc } from "../../mail/dmarc/record.ts";
import { lintNullMx, NULL_MX, neverMails, parseNullMx } from "../../mail/mx/null-mx.ts";
import { lintMx, type Mx, parseMx, renderMx } from "../../mail/mx/record.ts";
import { parseTlsRpt, renderTlsRpt, tlsRptName } from "../../mail/tls-rpt/record.ts";
import { hostName, levelsAndCodes, neverThrows, roundTrips, withoutUndefined } from "./support.ts";

const mailto = hostName.map((host) => `mailto:tls@${host}`);
const https = (file: string) => hostName.map((host) => `https://${host}/${file}`);

describe("TLS-RPT", () => {
  it("round-trips and never throws", () => {
    const rua = fc.array(fc.oneof(mailto, https("r?a=b")), { minLength: 1, maxLength: 3 });
    roundTrips(fc.record({ rua }), renderTlsRpt, parseTlsRpt);
    neverThrows(parseTlsRpt, "v=TLSRPTv1", "; rua=mailto:a@b.example");
  });

  it("reads RFC 8460 §3.1 and refuses the rest", () => {
    expect(tlsRptName("example.com")).toBe("_smtp._tls.example.com");
    for (const uri of ["mailto:reports@example.com", "https://reporting.example.com/v1/tlsrpt"]) {
      expect(parseTlsRpt(`v=TLSRPTv1;rua=${uri}`)).toEqual({ value: { rua: [uri] }, findings: [] });
    }
    for (const bad of [
      "v=TLSRPTv1",
      "v=TLSRPTv1; rua=",
      "rua=mailto:a@b.example",
      "v=TLSRPTv1; rua=a",
    ]) {
      expect(parseTlsRpt(bad).value).toBeUndefined();
    }
    expect(
      parseTlsRpt("v=TLSRPTv1; rua=mailto:a@b.example; rua=mailto:a@b.example").value,
    ).toBeUndefined();
  });
});

describe("BIMI", () => {
  const record = withoutUndefined(
    fc.record({
      location: fc.oneof(https("logo.svg"), https("%2C.svg")),
      authority: fc.option(fc.oneof(fc.constant(""), https("vmc.pem")), { nil: undefined }),
      avatar: fc.option(fc.constantFrom("brand", "personal"), { nil: undefined }),
      localParts: fc.option(fc.constantFrom([], ["news"], ["a", "b-1"]), { nil: undefined }),
    }) as fc.Arbitrary<BimiRecord>,
  );

  it("round-trips and never throws", () => {
    roundTrips(record, renderBimi, parseBimi);
    neverThrows(parseBimi, "v=BIMI1", "; l=https://a.example/x.svg", "; a=");
  });

  it("reads published forms, and a declination", () => {
    const cnn =
      "v=BIMI1; l=https://amplify.valimail.com/bimi/a/logo.svg; a=https://amplify.valimail.com/bimi/a/c.pem;";
    expect(parseBimi(cnn).findings).toEqual([]);
    expect(parseBimi("v=BIMI1; l=; a=;")).toEqual({
      value: { location: "", authority: "" },
      findings: [],
    });
    expect(bimiName("acme.example")).toBe("default._bimi.acme.example");
    for (const bad of [
      "v=BIMI1",
      "v=BIMI1; l=http://a.b/x.svg",
      "l=; v=BIMI1",
      "v=BIMI1; l=; a=https://a.b/c",
    ]) {
      expect(parseBimi(bad).value).toBeUndefined();
    }
  });

  it.each([
    ["v=DMARC1; p=quarantine", 0],
    ["v=DMARC1; p=reject; pct=100", 0],
    ["v=DMARC1; p=none", 1],
    ["v=DMARC1; p=reject; t=y", 1],
    ["v=DMARC1; p=reject; sp=none", 1],
    ["v=DMARC1; p=quarantine; pct=50; np=none", 2],
  ])("under %s: %i faults", (dmarc, faults) => {
    expect(lintBimiDmarc(parseDmarc(dmarc).value)).toHaveLength(faults);
    expect(lintBimiDmarc(undefined)).toHaveLength(1);
  });
});

describe("MX", () => {
  const mx: fc.Arbitrary<Mx> = fc.record({
    preference: fc.integer({ min: 0, max: 65_535 }),
    exchange: hostName,
  });

  it("round-trips and never throws", () => {
    roundTrips(fc.oneof(mx, fc.constant(NULL_MX)), renderMx, parseMx);
    neverThrows(parseMx, "10 ", "a.example.", "0 .");
    neverThrows(parseNullMx, "0", ".");
  });

  it("refuses addresses, a null MX beside others, and other faults", () => {
    for (const bad of ["10 192.0.2.1", "10 a_b.example.", "65536 a.example", "10 .", "a.example"]) {
      expect(parseMx(bad).value).toBeUndefined();
    }
    expect(levelsAndCodes(lintMx([NULL_MX, { preference: 1, exchange: "a.example" }]))).toEqual([
      "error: mx-null-beside-others",
    ]);
    const twice = { preference: 1, exchange: "a.example" };
    expect(lintMx([twice, twice])).toHaveLength(1);
    expect(lintMx([NULL_MX])).toEqual([]);
  });

  it("null MX is refused where mail is sent or bounces", () => {
    expect(parseNullMx("0 .").value).toEqual(NULL_MX);
    expect(lintNullMx("a.example", [NULL_MX], "from")).toHaveLength(1);
    expect(lintNullMx("a.example", [NULL_MX], "bounce")).toHaveLength(1);
    expect(lintNullMx("a.example", [NULL_MX], "unused")).toEqual([]);
    expect(neverMails("a.example").map(({ value }) => value)).toEqual([
      "0 .",
      "v=spf1 -all",
      "v=DMARC1; p=reject",
    ]);
  });
});

describe("CAA", () => {
  const caa: fc.Arbitrary<Caa> = fc.oneof(
    fc.record({
      flags: fc.constantFrom(0, 128),
      tag: fc.constantFrom("issue", "issuewild", "issuemail", "issuevmc"),
      value: fc.oneof(
        hostName,
        fc.constant(";"),
        hostName.map((name) => `${name}; account=1`),
      ),
    }),
    fc.record({ flags: fc.constant(0), tag: fc.constant("iodef"), value: mailto }),
    fc.record({
      flags: fc.constant(0),
      tag: fc.stringMatching(/^x[a-z0-9]{1,8}$/),
      value: fc.string({ unit: "binary", maxLength: 400 }),
    }),
  );

  it("round-trips and never throws", () => {
    roundTrips(caa, renderCaa, parseCaa);
    neverThrows(parseCaa, "0 issue ", '"ca.example"', "128 ");
  });

  it("reads RFC 8659's examples", () => {
    expect(parseCaa('0 issue "ca1.example.net; account=230123"').value?.tag).toBe("issue");
    expect(parseIssuer("ca1.example.net; account=230123").value).toEqual({
      domain: "ca1.example.net",
      parameters: { account: "230123" },
    });
    expect(parseCaa('0 issue ";"').findings).toEqual([]);
    expect(parseCaa('0 iodef "mailto:security@example.com"').findings).toEqual([]);
    expect(levelsAndCodes(parseCaa('0 iodef "http://iodef.example.com/"').findings)).toHaveLength(
      1,
    );
    const [unknown] = lintCaa({ flags: 128, tag: "tbs", value: "Unknown" });
    expect([unknown?.code, unknown?.message]).toEqual([
      "caa-unknown-tag",
      expect.stringContaining("critical"),
    ]);
    for (const bad of [
      '256 issue "a.example"',
      "issue a.example",
      '0 issue "%%%%%"',
      '0 iodef "x"',
    ]) {
      expect(parseCaa(bad).value).toBeUndefined();
    }
  });
});
