import { describe, expect, test } from "vitest";
import { edKey, problemLines } from "./support.ts";

describe("names", () => {
  test("a host name twice: said once, not again for its records", () => {
    expect(problemLines({ hostNames: "mail.acme.example" })).toEqual([
      "error globex sendips:tenant.addresses.tx1: its host name tx1.mail.acme.example is already that of acme (sendips:tenant.addresses.tx1)",
    ]);
  });

  test("an Elastic IP that two take over; each one of its own is in order", () => {
    const taking = (how: string, ip: string) => ({
      addresses: { tx1: { privateIp: "10.0.1.19", [how]: ip } },
    });
    const [first, second] = [taking("adopt", "198.51.100.7"), taking("recover", "198.51.100.7")];
    expect(problemLines(second, first).filter((line) => line.includes("198.51"))).toEqual([
      "error globex sendips:tenant.addresses.tx1.recover: is 198.51.100.7, which acme (sendips:tenant.addresses.tx1.adopt) takes over already",
    ]);
    const other = taking("adopt", "198.51.100.8");
    expect(problemLines(other, first).filter((line) => line.includes("198.51"))).toEqual([]);
  });

  test("a return path twice", () => {
    const streams = {
      tx: { from: "tx.globex.example", addresses: ["tx1"], returnPath: "bounce.tx.acme.example" },
    };
    // Without a key that signs, a return path elsewhere would be at fault by itself.
    const dkim = { s1: { state: "signing", publicKey: edKey() } };
    expect(problemLines({ streams, dkim })).toEqual([
      "error globex sendips:tenant.streams.tx.returnPath: its return path bounce.tx.acme.example is already that of acme (sendips:tenant.streams.tx)",
    ]);
  });

  test("a DKIM selector of one domain twice; the same selector of two domains is usual", () => {
    const shared = { domain: "shared.operator.example" };
    const key = (domains?: string[]) => ({ s1: { state: "signing", publicKey: edKey(), domains } });
    expect(problemLines({ dkim: key() }, { dkim: key() })).toEqual([]);
    // Both tenants in one domain: that, and that their keys are in each other's way.
    const both = problemLines(
      { ...shared, streams: {}, dkim: key([shared.domain]) },
      { ...shared, streams: {}, dkim: key([shared.domain]) },
    );
    expect(both).toContain(
      "error globex sendips:tenant.dkim.s1: selector s1 of shared.operator.example is already published by acme (sendips:tenant.dkim.s1)",
    );
  });

  test("one DKIM key of two tenants, without showing it; one tenant may use it for two domains", () => {
    const publicKey = edKey();
    const two = {
      dkim: { s1: { state: "signing", publicKey } },
      streams: {
        tx: { from: "tx.acme.example", addresses: ["tx1"] },
        mk: { from: "mk.acme.example", addresses: ["tx1"] },
      },
    };
    expect(problemLines({}, two)).toEqual([]);
    const problems = problemLines({ dkim: { other: { state: "published", publicKey } } }, two);
    expect(problems).toEqual([
      "error globex sendips:tenant.dkim.other: its public key is also that of acme (sendips:tenant.dkim.s1)",
    ]);
  });

  test("revoked keys are all alike, and no key", () => {
    const dkim = { s1: { state: "revoked" } };
    expect(problemLines({ dkim }, { dkim })).toEqual([]);
  });
});

describe("domains", () => {
  test("one organisational domain of two tenants: said once", () => {
    expect(
      problemLines({
        domain: "acme.example",
        streams: { tx: { from: "acme.example", addresses: ["tx1"] } },
      }),
    ).toEqual([
      "error globex sendips:tenant.domain: acme.example is already the domain of acme (sendips:tenant.domain)",
    ]);
  });

  test("a From domain below another tenant's", () => {
    const streams = { tx: { from: "shop.acme.example", addresses: ["tx1"] } };
    expect(problemLines({ streams })).toEqual([
      "error globex sendips:tenant.streams.tx.from: shop.acme.example is below acme.example, the domain of acme (sendips:tenant.domain)",
    ]);
    // The owner's own name decides nothing: the first stack by name is told as well.
    const foreign = { tx: { from: "globex.example", addresses: ["tx1"] } };
    expect(problemLines({}, { streams: foreign })).toEqual([
      "error acme sendips:tenant.streams.tx.from: globex.example is the domain of globex (sendips:tenant.domain)",
    ]);
  });

  test("a From domain of two tenants that neither's domain holds", () => {
    const streams = { tx: { from: "tx.operator.example", addresses: ["tx1"] } };
    const returnPath = (name: string) => ({
      tx: { ...streams.tx, returnPath: `b.${name}.operator.example` },
    });
    expect(
      problemLines({ streams: returnPath("globex") }, { streams: returnPath("acme") }),
    ).toEqual([
      "error globex sendips:tenant.streams.tx.from: tx.operator.example is a From domain of acme (sendips:tenant.streams.tx.from)",
    ]);
  });

  test("a brand below its mother's domain is a tenant of its own, with a warning", () => {
    const domain = "shop.acme.example";
    const streams = { tx: { from: domain, addresses: ["tx1"] } };
    expect(problemLines({ domain, streams })).toEqual([
      "warning globex sendips:tenant.domain: shop.acme.example lies below acme.example, the domain of acme (sendips:tenant.domain)",
    ]);
  });
});
