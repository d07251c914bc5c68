import { describe, expect, test } from "vitest";
import { problemLines } from "./support.ts";

describe("records of two stacks at one name", () => {
  test("the same record: one of them would delete it for both", () => {
    const neverMails = ["parked.operator.example"];
    const problems = problemLines({ neverMails }, { neverMails });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(
      /^error globex sendips:tenant\.neverMails\S*: parked\.operator\.example MX is also published by acme \(.*\), with the same value$/,
    );
    // The customer publishes it once, whoever asks.
    const external = { neverMails: ["parked.customer.example"] };
    expect(problemLines(external, external).filter((line) => line.includes(" MX "))).toEqual([]);
  });

  test("two SPF records of one name", () => {
    const neverMails = ["bounce.tx.acme.example"];
    expect(problemLines({ neverMails })).toContainEqual(
      expect.stringMatching(
        /^error globex \S+: bounce\.tx\.acme\.example already has the SPF record of acme/,
      ),
    );
  });

  test("a CNAME beside another stack's records, in either order", () => {
    const mtaSts = { "operator.example": { mx: ["mx.operator.example"], servedBy: "sts.example" } };
    const neverMails = ["mta-sts.operator.example"];
    const cname = { mtaSts };
    const others = { neverMails };
    expect(problemLines(cname, others)).toContainEqual(
      expect.stringMatching(
        /^error globex \S+: its CNAME record stands at mta-sts\.operator\.example beside records of acme/,
      ),
    );
    expect(problemLines(others, cname)).toContainEqual(
      expect.stringMatching(
        /^error globex \S+: its MX record stands at mta-sts\.operator\.example beside the CNAME of acme/,
      ),
    );
  });
});
