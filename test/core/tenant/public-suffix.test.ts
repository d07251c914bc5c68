/** A public suffix is nobody's domain, and nothing else that is said of one helps. */
import { describe, expect, test } from "vitest";
import { planOf } from "../support.ts";

function problemsOf(
  tenant: Record<string, unknown>,
  level: "error" | "warning" = "error",
): string[] {
  const zones = Object.fromEntries(
    ["co.uk", "github.io", "acme.co.uk", "kawasaki.jp"].map((zone) => [zone, "external"]),
  );
  const values = {
    zones,
    tenant: {
      domain: "acme.co.uk",
      hostNames: "mail.acme.co.uk",
      mailHost: { stack: "mx-1" },
      addresses: { tx1: { privateIp: "10.0.1.10" } },
      streams: { tx: { from: "tx.acme.co.uk", addresses: ["tx1"] } },
      ...tenant,
    },
  };
  return planOf({ stack: "acme", values })
    .problems.filter((problem) => problem.level === level)
    .map(({ path, message, fix }) => `${path} | ${message} | ${fix}`);
}

const SUFFIX =
  "co.uk is a public suffix: whoever registers below it is another organisation | the domain that was registered below it, such as acme.co.uk";

describe("a public suffix", () => {
  test("as the tenant's domain is said once, and nothing of alignment that follows from it", () => {
    const streams = {
      tx: { from: "acme.co.uk", returnPath: "bounce.other.co.uk", addresses: ["tx1"] },
    };
    expect(problemsOf({ domain: "co.uk", streams })).toEqual([`sendips:tenant.domain | ${SUFFIX}`]);
  });

  test("in each place of a domain", () => {
    expect(
      problemsOf({
        hostNames: "co.uk",
        domains: { "co.uk": {} },
        streams: { tx: { from: "co.uk", returnPath: "co.uk", addresses: ["tx1"] } },
        neverMails: ["parked.co.uk", "co.uk"],
      }).filter((line) => line.includes("public suffix")),
    ).toEqual([
      `sendips:tenant.domains["co.uk"] | ${SUFFIX}`,
      `sendips:tenant.hostNames | ${SUFFIX}`,
      `sendips:tenant.streams.tx.from | ${SUFFIX}`,
      `sendips:tenant.streams.tx.returnPath | ${SUFFIX}`,
      `sendips:tenant.neverMails[1] | ${SUFFIX}`,
    ]);
  });

  test("by a wildcard of the list, and not where the list makes an exception", () => {
    const domain = (name: string) => problemsOf({ domain: name, streams: {}, addresses: {} });
    expect(domain("foo.kawasaki.jp")[0]).toMatch(/^sendips:tenant\.domain \| foo\.kawasaki\.jp is/);
    expect(domain("city.kawasaki.jp")).toEqual([]);
  });

  test("of a registry that sends as itself, and says so, is its domain", () => {
    const dmarc = { organizational: "suffix" };
    const streams = { tx: { from: "co.uk", returnPath: "co.uk", addresses: ["tx1"] } };
    expect(problemsOf({ domain: "co.uk", dmarc, streams }).join()).not.toContain("public suffix");
  });

  test("of the list's private part is a warning: its owner may be the tenant", () => {
    const tenant = { domain: "github.io", streams: {}, addresses: {} };
    expect(problemsOf(tenant)).toEqual([]);
    expect(problemsOf(tenant, "warning").filter((line) => line.includes("public suffix"))).toEqual([
      expect.stringMatching(
        /^sendips:tenant\.domain \| github\.io is a public suffix by the list's private part/,
      ),
    ]);
  });
});
