import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSpf } from "../../../core/tenant/spf/check.ts";
import { planOf, raw } from "../support.ts";
import { GOOD, oneStream, planRecords } from "./support.ts";

const corp = (spf: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  planRecords({ ...oneStream({ from: "acme.example" }), spf, ...more });

describe("ways out over ten look-ups", () => {
  const hosts = Array.from({ length: 9 }, (_, index) => `a:h${index}.vendor.example`).join(" ");
  const existing = `v=spf1 ${hosts} include:sendgrid.net include:_spf.google.com -all`;

  it("propose no name that the plan uses itself", () => {
    const [free] = checkSpf(corp({ existing }));
    expect(free?.fix).toContain("em.acme.example");
    // As a return path, a host name's parent, or a name that never mails.
    const taken = [
      { ...oneStream({ from: "acme.example", returnPath: "em.acme.example" }) },
      { hostNames: "em.acme.example" },
      { neverMails: ["em.acme.example"] },
    ];
    for (const tenant of taken) {
      const said = checkSpf(corp({ existing }, tenant)).find(({ message }) =>
        message.includes("of 10 look-ups"),
      );
      expect(said?.fix).toContain("em2.acme.example");
      expect(said?.fix).not.toMatch(/\bem\.acme\.example/);
    }
    for (const { fix } of checkSpf(corp({ existing }))) expect(fix).not.toMatch(/\bbounce\./);
  });
});

describe("includes that are not counted", () => {
  const macro = "%{i}._ip.%{h}._ehlo.%{d}._spf.vali.email";

  it("are asked for by --online, but not those that only a mail can say", () => {
    const [alone, ...more] = checkSpf(corp({ existing: `v=spf1 include:${macro} ~all` }));
    expect(more).toEqual([]);
    expect(alone?.message).toContain("can be counted by nobody");
    expect(alone?.fix).not.toMatch(/--online|spfSnapshot/);
    const both = checkSpf(
      corp({ existing: `v=spf1 include:${macro} ~all`, include: ["x.example"] }),
    );
    expect(both.map(({ fix }) => fix.includes("--online"))).toEqual([true, false]);
  });
});

describe("addresses that are not known yet", () => {
  it("lie within nothing that stands there already", () => {
    expect(checkSpf(corp({ existing: "v=spf1 ip4:198.0.0.0/8 -all" }))).toEqual([
      expect.objectContaining({ message: expect.stringContaining("2^24 addresses") }),
    ]);
  });

  it("are called by their keys", () => {
    const existing = "v=spf1 -include:x.example ip4:192.0.3.1 -ip4:198.18.100.100 -all";
    const said = checkSpf(corp({ existing })).map(({ message }) => message);
    expect(said.join()).toContain("{tx1}");
    expect(said.join()).not.toContain("198.18.");
  });

  it("never show a stand-in, whatever the config", () => {
    const byte = fc.integer({ min: 1, max: 223 });
    const network = fc
      .tuple(byte, byte, byte, byte, fc.integer({ min: 1, max: 32 }))
      .filter(([a, b]) => a !== 198 || (b !== 18 && b !== 19))
      .map(([a, b, c, d, prefix]) => `ip4:${a}.${b}.${c}.${d}/${prefix}`);
    const term = fc.oneof(
      network,
      // The whole neighbourhood of the stand-ins.
      fc.constantFrom("ip4:198.0.0.0/8", "ip4:198.16.0.0/12", "ip4:198.16.0.1/12"),
      fc.constantFrom(
        "a",
        "mx",
        "a:tx0.mail.acme.example",
        "mx:acme.example",
        "ptr",
        "exists:x.example",
      ),
      fc.constantFrom("include:sendgrid.net", "include:_spf.google.com", "include:%{i}.x.example"),
    );
    const qualifier = fc.constantFrom("", "", "", "~", "-", "?");
    const tenants = fc.record({
      addresses: fc.integer({ min: 1, max: 30 }),
      terms: fc.array(fc.tuple(qualifier, term), { maxLength: 14 }),
      all: fc.constantFrom("-all", "~all", "?all", ""),
      how: fc.constantFrom("list", "ranges", "macro"),
      from: fc.constantFrom("acme.example", "tx.acme.example"),
      returnPath: fc.constantFrom(undefined, "acme.example", "b.acme.example"),
    });
    const came = { problems: 0 };
    fc.assert(
      fc.property(tenants, ({ addresses, terms, all, how, from, returnPath }) => {
        const keys = Array.from({ length: addresses }, (_, index) => `tx${index}`);
        const existing = ["v=spf1", ...terms.map(([sign, text]) => sign + text), all].join(" ");
        const { problems } = planOf(
          raw({
            ...GOOD,
            addresses: Object.fromEntries(
              keys.map((key, index) => [key, { privateIp: `10.0.1.${index + 10}` }]),
            ),
            streams: { main: { from, addresses: keys, ...(returnPath && { returnPath }) } },
            spf: { existing: existing.trim(), addresses: how },
          }),
        );
        came.problems += problems.length;
        for (const { message, fix } of problems) {
          expect(`${message}\n${fix}`).not.toMatch(/198\.1[89]\.\d/);
        }
      }),
      { numRuns: 500 },
    );
    expect(came.problems).toBeGreaterThan(500);
  });
});
