import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasError, type Parsed } from "../../mail/finding.ts";
import { genericReason, isDnsKey, isHostName, lintName, parseName } from "../../mail/names.ts";
import { reverseName } from "../../mail/ptr/record.ts";
import { renderTagList, splitTags, type Tag, type TagListOptions } from "../../mail/taglist.ts";
import { hostName, neverThrows, roundTrips } from "./support.ts";

describe("names", () => {
  it("round-trips, and never throws", () => {
    roundTrips(hostName, (name) => `${name}.`, parseName);
    neverThrows(parseName, "xn--", "ü", "。", "1.2", "%41");
  });

  it("finds no fault exactly where no label has one", () => {
    const label = fc.oneof(
      fc.constantFrom("", "a", "1", "a-b", "_a", "a_", "-a", "a-", "A", "ü", "*", "a b", "a\n"),
      fc.integer({ min: 61, max: 65 }).map((length) => "a".repeat(length)),
      fc.string({ unit: fc.constantFrom(..."ab1-_"), minLength: 1, maxLength: 4 }),
    );
    const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));
    fc.assert(
      fc.property(name, fc.boolean(), (name, underscores) => {
        const labels = name.split(".");
        const right =
          name.length <= 253 &&
          labels.every((one) => one.length >= 1 && one.length <= 63) &&
          labels.every((one) => [...one].every((c) => /[a-z0-9]/.test(c) || "-_".includes(c))) &&
          labels.every((one) => !one.startsWith("-") && !one.endsWith("-")) &&
          (underscores || !name.includes("_")) &&
          !/^[0-9]*$/.test(labels.at(-1) ?? "");
        expect([name, lintName(name, { underscores }).length === 0]).toEqual([name, right]);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["Bücher.Example.", "xn--bcher-kva.example"],
    ["例え。テスト", "xn--r8jz45g.xn--zckzah"],
    ["MAIL.ACME.EXAMPLE", "mail.acme.example"],
    ["1.2.3.a", "1.2.3.a"],
  ])("%s becomes %s", (text, name) => expect(parseName(text).value).toBe(name));

  it.each([
    "",
    ".",
    "a..b",
    "-a.example",
    "a_b.example",
    "1.2.3",
    "a b.example",
    "xn--iñvalid.example",
    "%41.example",
    `${"a".repeat(64)}.example`,
    `${"abcdefg.".repeat(32)}example`,
    "١.٢",
  ])("refuses %s", (text) => expect(parseName(text).value).toBeUndefined());

  it("admits underscores and wildcards where asked", () => {
    expect(parseName("_dmarc.a.example").value).toBeUndefined();
    expect(parseName("_dmarc.a.example", { underscores: true }).value).toBe("_dmarc.a.example");
    expect(parseName("*.a.example").value).toBeUndefined();
    expect(parseName("*.a.example", { wildcard: true }).value).toBe("*.a.example");
    expect(isHostName("localhost")).toBe(false);
  });

  it("knows keys that can be labels", () => {
    expect(["tx1", "a", "a-b", "1"].every(isDnsKey)).toBe(true);
    expect(["", "-a", "a-", "A", "a_b", "a.b", "a".repeat(64)].some(isDnsKey)).toBe(false);
  });
});

describe("generic host names", () => {
  it.each([
    "ec2-198-51-100-7.compute-1.amazonaws.com",
    "ip-10-0-1-10.ec2.internal",
    "7.100.51.198.dynamic.isp.example",
    "host-198-51-100-7.isp.example",
    "pool3.isp.example",
    "ppp12.isp.example",
    "static.7.100.51.198.clients.your-server.de",
  ])("%s is one", (name) => expect(genericReason(name)).toBeDefined());

  it.each(["tx1.mail.acme.example", "mx-1.acme.example", "pool.example", "mail2024.acme.example"])(
    "%s is not",
    (name) => expect(genericReason(name, "198.51.100.7")).toBeUndefined(),
  );

  it("recognises the address's own digits", () => {
    for (const label of ["c6336407", "198051100007", "v198511007"]) {
      expect(genericReason(`${label}.acme.example`, "198.51.100.7")).toBeDefined();
      expect(genericReason(`${label}.acme.example`, "203.0.113.9")).toBeUndefined();
    }
  });
});

describe("reverse names", () => {
  it("of RFC 1035 §3.5 and RFC 3596 §2.5", () => {
    expect(reverseName("10.2.0.52")).toBe("52.0.2.10.in-addr.arpa");
    expect(reverseName("4321:0:1:2:3:4:567:89ab")).toBe(
      "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa",
    );
    for (const bad of ["", "1.2.3", "01.2.3.4", "256.1.1.1", "fe80::1%eth0", "x"]) {
      expect(reverseName(bad)).toBeUndefined();
    }
  });
});

describe("tag lists", () => {
  /** What a reader takes that takes no faulty list. */
  const strictly = (text: string, options: TagListOptions = {}): Parsed<Tag[]> => {
    const { tags, findings } = splitTags(text, options);
    return hasError(findings) ? { findings } : { value: tags, findings };
  };
  const tag = fc.record({
    name: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/),
    value: fc.stringMatching(/^([!-:<-~]{1,9}( [!-:<-~]{1,9})?)?$/),
  });

  it("round-trip and never throw", () => {
    roundTrips(
      fc.uniqueArray(tag, { selector: ({ name }) => name, minLength: 1 }),
      renderTagList,
      strictly,
    );
    neverThrows(strictly, "v=1", "p");
  });

  it("refuse a repeated tag, an empty one, and one without =", () => {
    for (const text of ["a=1; a=2", "a=1;;b=2", "a", "", "a=1; é=2", "a=é"]) {
      expect(strictly(text).value).toBeUndefined();
    }
    expect(strictly(" a = 1 ;\r\n b=\t2 ; ").value).toEqual([
      { name: "a", value: "1" },
      { name: "b", value: "2" },
    ]);
    expect(strictly("a=1; A=2").value).toHaveLength(2);
    expect(strictly("a=1; A=2", { foldCase: true }).value).toBeUndefined();
  });
});
