/** The public test suite of RFC 7208, whole: parser and evaluator together. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { checkHost } from "../../../mail/spf/evaluate.ts";
import { zoneResolver } from "./zone.ts";

const scalar = z.union([z.string(), z.number()]);
const value = z.union([scalar, z.array(scalar)]);
const type = z.enum(["A", "AAAA", "MX", "PTR", "TXT", "SPF", "CNAME"]);
const section = z.object({
  description: z.string(),
  tests: z.record(
    z.string(),
    z.object({
      helo: z.string(),
      host: z.string(),
      mailfrom: z.string(),
      // Several: the RFC leaves the choice open, the first is preferred.
      result: z.union([z.string(), z.array(z.string())]),
      explanation: z.string().optional(),
    }),
  ),
  zonedata: z.record(
    z.string(),
    z.array(z.union([z.literal("TIMEOUT"), z.partialRecord(type, value)])),
  ),
});

/** Cases that do not pass, by name, each with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {};

const file = new URL("../../rfc7208/rfc7208-tests.yml", import.meta.url);
const sections = parseAllDocuments(readFileSync(file, "utf8")).map((document) =>
  section.parse(document.toJS()),
);

it("has all its cases, and every exception is one of them", () => {
  const names = sections.flatMap(({ tests }) => Object.keys(tests));
  expect(names).toHaveLength(203);
  expect(Object.keys(EXCEPTIONS).filter((name) => !names.includes(name))).toEqual([]);
});

describe.each(sections)("$description", ({ tests, zonedata }) => {
  const resolver = zoneResolver(zonedata);
  for (const [name, test] of Object.entries(tests)) {
    it.skipIf(name in EXCEPTIONS)(name, async () => {
      const client = { ip: test.host, helo: test.helo, mailFrom: test.mailfrom };
      const { result, reason, explanation } = await checkHost(client, resolver);
      expect([test.result].flat(), reason).toContain(result);
      if (test.explanation !== undefined) expect(explanation ?? "DEFAULT").toBe(test.explanation);
    });
  }
});
