import { expect, test } from "vitest";
import { brokenBy, listedName, type Verdict, verdictOf } from "../../../core/screening/listing.ts";

const zone = "bl.example";

test("the name that is asked has the octets in reverse (RFC 5782 §2.1)", () => {
  expect(listedName("192.0.2.99", zone)).toBe("99.2.0.192.bl.example");
});

test.each<[string, string[] | string, Verdict["outcome"]]>([
  ["nothing", [], "clear"],
  ["a code", ["127.0.0.2"], "listed"],
  ["several", ["127.0.0.4", "127.0.0.2"], "listed"],
  ["Spamhaus: a wrong name", ["127.255.255.252"], "unknown"],
  ["Spamhaus: a public resolver", ["127.255.255.254"], "unknown"],
  ["Spamhaus: too many queries", ["127.255.255.255"], "unknown"],
  ["an error beside a code", ["127.0.0.2", "127.255.255.255"], "unknown"],
  ["what a resolver invents", ["203.0.113.9"], "unknown"],
  ["no answer", "ETIMEOUT", "unknown"],
])("%s", (_, answer, outcome) => {
  const read = typeof answer === "string" ? { failed: answer } : { found: answer };
  expect(verdictOf({ zone }, read).outcome).toBe(outcome);
});

test("only the codes that are named count, and the test point counts whatever they are", () => {
  const list = { zone, codes: ["127.0.0.3"] };
  expect(verdictOf(list, { found: ["127.0.0.10"] })).toEqual({ outcome: "clear" });
  expect(verdictOf(list, { found: ["127.0.0.10", "127.0.0.3"] })).toEqual({
    ...{ outcome: "listed", codes: ["127.0.0.3"] },
  });
  const alive = { listed: { found: ["127.0.0.2"] }, clear: { found: [] } };
  expect(brokenBy(list, alive)).toBeUndefined();
});
