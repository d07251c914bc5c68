/** A zone holds so many records and no more: Cloudflare refuses the next one in the middle of a deployment. */
import { describe, expect, test } from "vitest";
import { lintFleet } from "../../../core/fleet/fleet.ts";
import { planOf } from "../support.ts";
import { lines, stackOf, tenantOf } from "./support.ts";

const OPERATOR_ZONE = "1d2e3f405162738495a6b7c8d9eaf00c";

/** Tenants of so many addresses each, their host names in one zone: an A and an SPF record an address. */
function fleet(counts: Record<string, number>, records?: number) {
  const zones = {
    "operator.example": {
      cloudflare: OPERATOR_ZONE,
      ...(records === undefined ? {} : { records }),
    },
    ...Object.fromEntries(Object.keys(counts).map((name) => [`${name}.example`, "external"])),
  };
  return Object.entries(counts).map(([name, count], host) =>
    stackOf(name, {
      zones,
      eipQuota: { "us-east-1": 1000 },
      tenant: tenantOf(name, 0, {
        hostNames: `${name}.operator.example`,
        mailHost: { networkInterface: `eni-0a1b2c3d4e5f6071${host}` },
        addresses: Object.fromEntries(
          Array.from({ length: count }, (_, index) => [
            `tx${index + 1}`,
            { privateIp: `10.0.1.${index + 10}` },
          ]),
        ),
      }),
    }),
  );
}

describe("records of all tenants in a zone", () => {
  test("over the operator's number: an error, with the stack that goes over it", () => {
    expect(lines(fleet({ acme: 3, globex: 4, initech: 5 }, 24))).toEqual([]);
    expect(lines(fleet({ acme: 3, globex: 4, initech: 5 }, 23))).toEqual([
      'error initech sendips:zones["operator.example"].records: 24 records are to stand in operator.example, which holds 23: initech 10, globex 8, acme 6',
    ]);
  });

  test("without a number: a warning over what a new free zone holds", () => {
    expect(lines(fleet({ acme: 50, globex: 50 }))).toEqual([]);
    expect(lines(fleet({ acme: 50, globex: 51 }))).toEqual([
      'warning globex sendips:zones["operator.example"]: 202 records are to stand in operator.example, and how many it holds is not known: a new free zone of Cloudflare\'s holds 200, older ones and other plans 1,000 and more: globex 102, acme 100',
    ]);
    expect(lines(fleet({ acme: 50, globex: 51 }, 1000))).toEqual([]);
  });

  test("a stack that is over it alone has said so itself", () => {
    const [acme, ...others] = fleet({ acme: 101, globex: 1 });
    expect(acme?.result?.problems.map(({ path }) => path)).toContain(
      'sendips:zones["operator.example"]',
    );
    expect(lintFleet(acme === undefined ? [] : [acme, ...others])).toEqual([]);
  });
});

describe("records of one stack", () => {
  const tenant = {
    domain: "acme.example",
    hostNames: "mail.acme.example",
    mailHost: { stack: "mx-1" },
    addresses: { tx1: { privateIp: "10.0.1.10" } },
    streams: { tx: { from: "tx.acme.example", addresses: ["tx1"] } },
  };
  const problemsOf = (server: unknown) =>
    planOf({
      stack: "acme",
      values: { zones: { "acme.example": server }, tenant },
    }).problems.filter(({ path }) => path.startsWith("sendips:zones"));
  const id = "0c1d2e3f405162738495a6b7c8d9eaf0";

  test("over the operator's number: an error, and no plan", () => {
    // A and SPF of the host name, SPF and MX of the return path, SPF of From, DMARC.
    expect(problemsOf({ cloudflare: id, records: 6 })).toEqual([]);
    expect(problemsOf({ cloudflare: id, records: 5 })).toMatchObject([
      {
        level: "error",
        path: 'sendips:zones["acme.example"].records',
        message: "6 records are to stand in acme.example, which holds 5",
      },
    ]);
  });

  test("in a zone that the customer publishes: not ours to count", () => {
    expect(problemsOf("external")).toEqual([]);
  });
});
