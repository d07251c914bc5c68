import { describe, expect, it } from "vitest";
import { checkAlignment } from "../../../core/tenant/dmarc/alignment.ts";
import { authenticationOf, dmarcView } from "../../../core/tenant/dmarc/view.ts";
import { GOOD, oneStream, planRecords, SIGNED, sentences, ZONES } from "./support.ts";

const alignment = (tenant: object, operator: object = {}) => {
  const context = planRecords({ ...tenant }, { ...operator });
  return sentences(checkAlignment(context, dmarcView(context.records)));
};
const strict = { ...GOOD.dmarc, spfAlignment: "strict", dkimAlignment: "strict" };
const foreign = oneStream({ from: "tx.acme.example", returnPath: "b.operator.example" });

describe("alignment of a stream", () => {
  it("holds by SPF and DKIM, relaxed, for every receiver", () => {
    expect(alignment({ dkim: SIGNED })).toEqual([]);
    const context = planRecords({ dkim: SIGNED });
    const [stream] = context.streams;
    if (stream === undefined) throw new Error("no stream");
    const both = { walk: true, list: true };
    expect(authenticationOf(context, dmarcView(context.records), stream)).toEqual({
      spf: { relaxed: both, strict: false, holds: both },
      dkim: { relaxed: both, strict: true, holds: both },
      unaligned: [],
      selectors: ["s1"],
    });
  });

  it("warns of From domains without a key that signs, all in one", () => {
    expect(alignment({})).toEqual([
      "warning dkim [RFC 9989 §5.1]: no DKIM key signs for news.acme.example, tx.acme.example: only SPF aligns, and forwarding breaks it",
    ]);
    const some = { s1: { ...SIGNED.s1, domains: ["tx.acme.example"] } };
    expect(alignment({ dkim: some })).toEqual([
      "warning dkim [RFC 9989 §5.1]: no DKIM key signs for news.acme.example: only SPF aligns, and forwarding breaks it",
    ]);
  });

  it.each(["published", "retired", "revoked"])("a %s key does not sign", (state) => {
    const context = planRecords({ dkim: { s1: { ...SIGNED.s1, state } } });
    const findings = checkAlignment(context, dmarcView(context.records));
    expect(findings.map(({ path }) => path)).toEqual(["sendips:tenant.dkim"]);
    expect(findings[0]?.fix.includes("once s1 has been in DNS")).toBe(state === "published");
  });

  it("warns where only DKIM can align, and refuses where neither can", () => {
    const why =
      "SPF cannot align: the return path b.operator.example belongs to operator.example, From to acme.example";
    expect(alignment({ ...foreign, dkim: SIGNED })).toEqual([
      `warning streams.main.returnPath [RFC 9989 §4.4]: ${why}; only DKIM is left`,
    ]);
    expect(alignment(foreign)).toEqual([
      `error streams.main.returnPath [RFC 9989 §4.4]: ${why}; no DKIM key signs for tx.acme.example either, so DMARC fails`,
    ]);
  });

  it("counts aspf=s, which the default return path does not meet", () => {
    const one = { dmarc: strict, ...oneStream({ from: "tx.acme.example" }) };
    const why =
      "SPF cannot align: aspf=s wants the return path to be tx.acme.example itself, not bounce.tx.acme.example";
    expect(alignment({ ...one, dkim: SIGNED })).toEqual([
      `warning dmarc.spfAlignment [RFC 9989 §4.4]: ${why}; only DKIM is left`,
    ]);
    expect(alignment(one)[0]).toMatch(/^error dmarc\.spfAlignment/);
    const same = oneStream({ from: "tx.acme.example", returnPath: "tx.acme.example" });
    expect(alignment({ dmarc: strict, ...same, dkim: SIGNED })).toEqual([]);
  });

  it("may hold for older receivers only: tenants under a suffix of one's own", () => {
    const suffix = {
      dmarc: { ...GOOD.dmarc, organizational: "suffix" },
      ...oneStream({ from: "tx.a.acme.example", returnPath: "b.b.acme.example" }),
    };
    const why =
      "SPF cannot align for receivers of RFC 9989: the return path b.b.acme.example belongs to b.acme.example, From to a.acme.example";
    expect(alignment({ ...suffix, dkim: SIGNED })).toEqual([
      `warning streams.main.returnPath [RFC 9989 §4.4]: ${why}; only DKIM is left`,
    ]);
    expect(alignment(suffix)[0]).toMatch(/^error streams\.main\.returnPath/);
  });

  it("may hold for newer receivers only: a walk does not know the list", () => {
    // kobe.jp is a public suffix with an exception (city.kobe.jp); a record above it joins what the list parts.
    const kobe = {
      domain: "kobe.jp",
      hostNames: "mail.kobe.jp",
      dmarc: { policy: "reject", reports: ["mailto:d@kobe.jp"] },
      ...oneStream({ from: "tx.a.kobe.jp", returnPath: "b.c.kobe.jp" }),
    };
    const zones = { ...ZONES, "kobe.jp": "external" };
    const findings = alignment({ ...kobe, dkim: SIGNED }, { zones });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain("SPF cannot align for receivers of RFC 7489");
    // aspf=s takes the newer ones away too; the list is still what keeps the two domains apart.
    const strictly = { ...kobe, dkim: SIGNED, dmarc: { ...kobe.dmarc, spfAlignment: "strict" } };
    expect(alignment(strictly, { zones })[0]).toContain(
      "SPF cannot align: the return path b.c.kobe.jp belongs to b.c.kobe.jp, From to tx.a.kobe.jp",
    );
  });

  it("goes by the list where no record is known to walk by", () => {
    const zones = { ...ZONES, "shop.example": "external" };
    expect(
      alignment({ ...oneStream({ from: "tx.shop.example" }), dkim: SIGNED }, { zones }),
    ).toEqual([]);
  });
});
