/** The registry of codes against the source that uses them, and the reference that is made from it. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findingsReference } from "../../cli/findings-reference.ts";
import { SUBJECTS } from "../../core/finding-codes.ts";

const ROOT = new URL("../../", import.meta.url);
const CODES = SUBJECTS.flatMap(([, codes]) => Object.entries(codes));
const LEVELS = new Map<string, string>(CODES.map(([code, { level }]) => [code, level]));

/** The product's source without the registries, one text a file. */
const SOURCE = ["mail", "core", "components", "program", "cli"].flatMap((folder) =>
  readdirSync(new URL(folder, ROOT), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/(?:^|\/)codes\.ts$/.test(file))
    .map((file) => readFileSync(new URL(`${folder}/${file}`, ROOT), "utf8")),
);

describe("the codes of findings", () => {
  test("are short and of small letters, and none belongs to two subjects", () => {
    for (const [code] of CODES) expect(code).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+){1,4}$/);
    expect(LEVELS.size).toBe(CODES.length);
  });

  test("mean one sentence each", () => {
    for (const [code, { meaning }] of CODES) {
      expect(meaning, code).toMatch(/^[A-Z`].*\.$/);
      expect(meaning, code).not.toContain("|");
    }
  });

  test("are all used: a code that nothing produces is no code", () => {
    const used = (code: string) => SOURCE.some((text) => text.includes(`"${code}"`));
    expect(CODES.map(([code]) => code).filter((code) => !used(code))).toEqual([
      // Made from the name of their mechanism.
      "spf-ip4",
      "spf-ip6",
    ]);
  });

  test("have the level that stands beside them in the source", () => {
    const pairs = SOURCE.flatMap((text) => [
      ...text.matchAll(/code: "([a-z0-9-]+)"(?: as const)?,\s*level: "(error|warning)"/g),
    ]);
    expect(pairs.length).toBeGreaterThan(80);
    for (const [, code = "", level] of pairs)
      expect([level, "either"], code).toContain(LEVELS.get(code));
  });

  test("stand in the reference as committed", () => {
    expect(readFileSync(new URL("docs/findings.md", ROOT), "utf8")).toBe(findingsReference());
  });
});
