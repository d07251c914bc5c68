import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkDkim } from "../../../core/tenant/dkim/check.ts";
import { authenticationOf, dmarcView } from "../../../core/tenant/dmarc/view.ts";
import { brokenRules } from "../../../core/tenant/receivers/provider-rules.ts";
import { GOOD, planRecords, records } from "./support.ts";

function publicKey(type: "rsa" | "ed25519"): string {
  const pair =
    type === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ed25519");
  return pair.publicKey.export({ type: "spki", format: "der" }).toString("base64");
}
const [rsa, other, ed25519] = [publicKey("rsa"), publicKey("rsa"), publicKey("ed25519")];

/** Two streams at one From domain. */
const CORP = {
  streams: {
    app: { from: "acme.example", addresses: ["tx1"] },
    shop: { from: "acme.example", addresses: ["mk1"], returnPath: "shop.acme.example" },
  },
};
const signing = (key: string, streams?: string[]) => ({
  state: "signing",
  publicKey: key,
  ...(streams && { streams }),
});
const dkimFindings = (tenant: Record<string, unknown>) =>
  checkDkim(planRecords(tenant)).map(({ level, path, message }) => `${level} ${path}: ${message}`);

describe("keys of streams", () => {
  it("may stand side by side at one From domain", () => {
    const dkim = { a: signing(rsa, ["app"]), s: signing(other, ["shop"]) };
    expect(dkimFindings({ ...CORP, dkim })).toEqual([]);
    expect(dkimFindings({ ...CORP, dkim: { a: signing(rsa), s: signing(other) } })).toEqual([
      "warning sendips:tenant.dkim.s.state: s and a both sign for one domain with RSA",
    ]);
  });

  it("must be streams of the tenant", () => {
    expect(dkimFindings({ ...CORP, dkim: { a: signing(rsa, ["app", "shopp"]) } })).toEqual([
      'error sendips:tenant.dkim.a.streams[1]: "shopp" is not a stream of the tenant',
    ]);
    const [found] = checkDkim(planRecords({ ...CORP, dkim: { a: signing(rsa, ["toString"]) } }));
    expect(found?.fix).toBe("allowed: app, shop");
  });

  it("are published at the From domains of those streams alone", () => {
    const dkim = { a: signing(rsa, ["marketing"]) };
    expect(
      records(planRecords({ ...GOOD, dkim }), "dkim-").map((line) => line.split(" ")[1]),
    ).toEqual(["a._domainkey.news.acme.example"]);
  });

  it("sign for those streams alone, to DMARC and to the providers' rules", () => {
    const context = planRecords({ ...CORP, dkim: { a: signing(rsa, ["app"]) } });
    const view = dmarcView(context.records);
    expect(
      context.streams.map((stream) => authenticationOf(context, view, stream).selectors),
    ).toEqual([["a"], []]);
    const broken = brokenRules(context).map(({ rule, stream }) => `${rule}: ${stream}`);
    expect(new Set(broken)).toEqual(new Set(["SPF and DKIM: shop"]));
  });

  it("need RSA for each stream", () => {
    const dkim = { a: signing(rsa, ["app"]), e: signing(ed25519, ["shop"]) };
    expect(dkimFindings({ ...CORP, dkim })).toEqual([
      expect.stringContaining("only Ed25519 signs for acme.example"),
    ]);
  });
});
