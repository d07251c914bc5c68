import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  lintMtaStsPolicy,
  MAX_AGE_LIMIT,
  type MtaStsPolicy,
  matchesMx,
  mtaStsName,
  mtaStsUrl,
  parseMtaSts,
  parseMtaStsPolicy,
  renderMtaSts,
  renderMtaStsPolicy,
} from "../../mail/mta-sts/record.ts";
import { hostName, levelsAndCodes, neverThrows, roundTrips } from "./support.ts";

const policy: fc.Arbitrary<MtaStsPolicy> = fc.record({
  mode: fc.constantFrom("enforce" as const, "testing" as const, "none" as const),
  maxAge: fc.integer({ min: 0, max: MAX_AGE_LIMIT }),
  mx: fc.array(
    fc.oneof(
      hostName,
      hostName.map((name) => `*.${name}`),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
});

describe("MTA-STS records", () => {
  it("round-trip and never throw", () => {
    roundTrips(
      fc.record({ id: fc.stringMatching(/^[A-Za-z0-9]{1,32}$/) }),
      renderMtaSts,
      parseMtaSts,
    );
    neverThrows(parseMtaSts, "v=STSv1", "; id=1");
  });

  it("reads RFC 8461 §3.1 and refuses the rest", () => {
    expect(parseMtaSts("v=STSv1; id=20160831085700Z;")).toEqual({
      value: { id: "20160831085700Z" },
      findings: [],
    });
    for (const bad of [
      "v=STSv1",
      "id=1; v=STSv1",
      "v=STSv1; id=a-b",
      "v=STSv1;; id=1",
      "v=STSv1; id=",
    ]) {
      expect(parseMtaSts(bad).value).toBeUndefined();
    }
    expect(parseMtaSts("v=STSv1; id=1; id=2; x=y").value).toEqual({
      id: "1",
      extensions: { x: "y" },
    });
    expect(mtaStsName("a.example")).toBe("_mta-sts.a.example");
    expect(mtaStsUrl("a.example")).toBe("https://mta-sts.a.example/.well-known/mta-sts.txt");
  });
});

describe("MTA-STS policies", () => {
  it("round-trip and never throw", () => {
    roundTrips(policy, renderMtaStsPolicy, parseMtaStsPolicy);
    neverThrows(
      parseMtaStsPolicy,
      "version: STSv1\n",
      "mode: none\r\n",
      "max_age: 1\n",
      "mx: a.example\n",
    );
  });

  it("reads RFC 8461 §3.2", () => {
    const text =
      "version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\nmx: backupmx.example.com\nmax_age: 604800\n";
    expect(parseMtaStsPolicy(text)).toEqual({
      value: {
        mode: "enforce",
        maxAge: 604_800,
        mx: ["mail.example.com", "*.example.net", "backupmx.example.com"],
      },
      findings: [],
    });
  });

  it.each([
    "mode: none\nmax_age: 1",
    "version: STSv1\nmode: on\nmax_age: 1",
    "version: STSv1\nmode: none\nmax_age: x",
    "version: STSv1\nmode: enforce\nmax_age: 604800",
    `version: STSv1\nmode: none\nmax_age: ${MAX_AGE_LIMIT + 1}`,
    "version: STSv1\nmode: enforce\nmx: a b\nmax_age: 604800",
  ])("refuses %j", (text) => expect(parseMtaStsPolicy(text).value).toBeUndefined());

  it("compares with the MX, a wildcard for one label", () => {
    expect(matchesMx("a.example.net", "*.example.net")).toBe(true);
    expect(matchesMx("a.b.example.net", "*.example.net")).toBe(false);
    expect(matchesMx("example.net", "*.example.net")).toBe(false);
    const enforce = { mode: "enforce" as const, maxAge: 604_800, mx: ["a.example"] };
    expect(lintMtaStsPolicy(enforce, ["a.example"])).toEqual([]);
    expect(levelsAndCodes(lintMtaStsPolicy(enforce, ["b.example"]))[0]).toMatch(/^error/);
    expect(lintMtaStsPolicy({ ...enforce, maxAge: 60, mode: "testing" })).toHaveLength(2);
  });
});
