import fc from "fast-check";
import { expect } from "vitest";
import type { Parsed } from "../../mail/finding.ts";

/** Any text, also with lone surrogates, and texts near a grammar. */
export function hostileText(...near: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom(";", "=", " ", '"', "\\", "\n", ".", ":", ",", "!", "%", "\ud800", ...near),
  );
  return fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
}

/** No text throws, and one that is not used has an error to say why. */
export function neverThrows(parse: (text: string) => Parsed<unknown>, ...near: string[]): void {
  fc.assert(
    fc.property(hostileText(...near), (text) => {
      const { value, findings } = parse(text);
      if (value === undefined) expect(findings.some(({ level }) => level === "error")).toBe(true);
    }),
    { numRuns: 300 },
  );
}

/** parse(render(x)) = x, without an error. */
export function roundTrips<T>(
  values: fc.Arbitrary<T>,
  render: (value: T) => string,
  parse: (text: string) => Parsed<T>,
): void {
  fc.assert(
    fc.property(values, (value) => {
      const { value: back, findings } = parse(render(value));
      expect(findings.filter(({ level }) => level === "error")).toEqual([]);
      expect(back).toEqual(value);
    }),
  );
}

/** Host names of lower-case labels. */
export const hostName = fc
  .tuple(
    fc.array(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.stringMatching(/^[a-z]{2,6}$/),
  )
  // `xn--` labels must be real Punycode, and a third and fourth `-` are reserved.
  .map(([labels, top]) => [...labels, top].join("."))
  .filter((name) => !/(?:^|\.)..--/.test(name));

/** An object without its undefined members, as exactOptionalPropertyTypes wants it. */
export function withoutUndefined<T extends object>(values: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return values.map(
    (value) =>
      Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T,
  );
}

/** The codes of findings, with their levels. */
export function levelsAndCodes(findings: readonly { level: string; code: string }[]): string[] {
  return findings.map(({ level, code }) => `${level}: ${code}`);
}
