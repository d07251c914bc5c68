import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  consentName,
  lintConsent,
  neededConsents,
  parseConsent,
  type ReportConsent,
  renderConsent,
} from "../../mail/dmarc/external-report.ts";
import { dmarcName } from "../../mail/dmarc/record.ts";
import {
  type DmarcTreeWalk,
  dmarcRecordAmong,
  isAlignedByList,
  lintWalk,
  organizationalDomainByList,
  treeWalkDomains,
  treeWalkOver,
} from "../../mail/dmarc/tree-walk.ts";
import { hostName, neverThrows, roundTrips, withoutUndefined } from "./support.ts";

/** A walk over a world of DMARC records, and what it asked for. */
function walked(
  domain: string,
  records: Record<string, string | string[]>,
): DmarcTreeWalk & { asked: string[] } {
  const asked: string[] = [];
  const walk = treeWalkOver(domain, (at) => {
    asked.push(dmarcName(at));
    return dmarcRecordAmong(at, [records[dmarcName(at)] ?? []].flat());
  });
  return { ...walk, asked };
}

describe("the tree walk (RFC 9989 §4.10)", () => {
  it("asks the names of the RFC's example, at most eight", () => {
    expect(treeWalkDomains("a.b.c.d.e.f.g.h.i.j.mail.example.com").map(dmarcName)).toEqual([
      "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com",
      "_dmarc.g.h.i.j.mail.example.com",
      "_dmarc.h.i.j.mail.example.com",
      "_dmarc.i.j.mail.example.com",
      "_dmarc.j.mail.example.com",
      "_dmarc.mail.example.com",
      "_dmarc.example.com",
      "_dmarc.com",
    ]);
    fc.assert(
      fc.property(hostName, (name) => {
        const names = treeWalkDomains(name);
        expect(names.length).toBe(Math.min(8, name.split(".").length));
      }),
    );
  });

  it("takes the shortest name with a record", () => {
    const records = {
      "_dmarc.mail.example.com": "v=DMARC1; p=none",
      "_dmarc.example.com": "v=DMARC1; p=reject",
    };
    const walk = walked("a.mail.example.com", records);
    expect(walk.organizational).toBe("example.com");
    expect(walk.policy?.domain).toBe("example.com");
    expect(walked("mail.example.com", records).policy?.record.p).toBe("none");
  });

  it("psd=n ends it, psd=y puts it one label below", () => {
    const records = {
      "_dmarc.mail.example.com": "v=DMARC1; p=none; psd=n",
      "_dmarc.example.com": "v=DMARC1; p=reject",
      "_dmarc.bank": "v=DMARC1; p=reject; psd=y",
    };
    const { organizational, asked } = walked("a.mail.example.com", records);
    expect(organizational).toBe("mail.example.com");
    expect(asked).toEqual(["_dmarc.a.mail.example.com", "_dmarc.mail.example.com"]);
    const bank = walked("x.giant.bank", records);
    expect([bank.organizational, bank.policy?.domain]).toEqual(["giant.bank", "bank"]);
    expect(walked("bank", records).organizational).toBe("bank");
  });

  it("several records count as none; no record leaves the domain itself", () => {
    const walk = walked("a.example.com", {
      "_dmarc.example.com": ["v=DMARC1; p=none", "v=DMARC1", "other"],
    });
    expect(walk.organizational).toBe("a.example.com");
    expect(walk.policy).toBeUndefined();
    expect(walk.findings).toHaveLength(1);
    expect(lintWalk(walk)).toHaveLength(2);
  });
});

describe("alignment", () => {
  it("by the public suffix list", () => {
    expect(organizationalDomainByList("a.b.example.co.uk")).toBe("example.co.uk");
    expect(organizationalDomainByList("tx.acme.example")).toBe("acme.example");
    expect(organizationalDomainByList("com")).toBe("com");
    expect(organizationalDomainByList("_x.a.example.com")).toBe("example.com");
    expect(isAlignedByList("r", "news.acme.example", "bounce.acme.example")).toBe(true);
    expect(isAlignedByList("s", "news.acme.example", "acme.example")).toBe(false);
    expect(isAlignedByList("r", "a.co.uk", "b.co.uk")).toBe(false);
  });
});

describe("reports to another domain (RFC 9990 §4)", () => {
  it("needs consent only across organisational domains", () => {
    const uris = ["mailto:a@acme.example", "mailto:d@reports.operator.example", "mailto:?"];
    expect(neededConsents("tx.acme.example", uris)).toEqual([
      {
        host: "reports.operator.example",
        name: "tx.acme.example._report._dmarc.reports.operator.example",
        text: "v=DMARC1;",
      },
    ]);
    expect(consentName("example.com", "thirdparty.example.net")).toBe(
      "example.com._report._dmarc.thirdparty.example.net",
    );
  });

  it("consents round-trip and never throw", () => {
    const uris = fc.option(
      fc.array(
        hostName.map((host) => `mailto:d@${host}`),
        { minLength: 1, maxLength: 2 },
      ),
      { nil: undefined },
    );
    const consents = fc.record({ rua: uris, ruf: uris }) as fc.Arbitrary<ReportConsent>;
    roundTrips(withoutUndefined(consents), renderConsent, parseConsent);
    neverThrows(parseConsent, "v=DMARC1", "; rua=");
  });

  it("a consent with its semicolon or without is one", () => {
    for (const text of ["v=DMARC1", "v=DMARC1;", "v=DMARC1 ; "]) {
      expect(parseConsent(text), text).toEqual({ value: {}, findings: [] });
    }
    expect(renderConsent({ rua: ["mailto:d@op.example"] })).toBe(
      "v=DMARC1; rua=mailto:d@op.example",
    );
  });

  it("lints the place", () => {
    expect(lintConsent({}, "acme.example", "op.example")).toEqual([]);
    expect(lintConsent({}, "*", "op.example")).toHaveLength(1);
    expect(lintConsent({ rua: ["mailto:a@x.example"] }, "acme.example", "op.example")).toHaveLength(
      1,
    );
    expect(lintConsent({}, `${"abcdefg.".repeat(29)}example`, "op.example")).toHaveLength(1);
  });
});
