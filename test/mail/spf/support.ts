import fc from "fast-check";
import type { SpfFinding, SpfRecord, Term } from "../../../mail/spf/types.ts";
import { hostName, withoutUndefined } from "../support.ts";

/** Codes of findings, errors with `!`. */
export function codes(findings: readonly SpfFinding[]): string[] {
  return findings.map(
    ({ code, level }) => `${code.replace(/^spf-/, "")}${level === "error" ? "!" : ""}`,
  );
}

export const qualifier = fc.constantFrom("+", "-", "~", "?");

const macro = fc
  .tuple(
    fc.constantFrom(..."slodiphvSLODIPHV"),
    fc.constantFrom("", "1", "2", "10", "128"),
    fc.constantFrom("", "r"),
    fc.constantFrom("", "-", ".-+", "_=,/"),
  )
  .map(([letter, keep, reverse, delimiters]) => `%{${letter}${keep}${reverse}${delimiters}}`);

/** Domain-specs: plain names, macros in front, macros alone, the odd characters that the grammar admits. */
export const domainSpec = fc.oneof(
  hostName,
  hostName.map((name) => `${name}.`),
  macro,
  fc.tuple(macro, hostName).map(([part, name]) => `${part}.${name}`),
  hostName.map((name) => `_a%%%-%_:/~.${name}`),
);

const ip4 = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
  .map((bytes) => bytes.join("."));
const ip6 = fc.oneof(
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
    .map((groups) => groups.map((group) => group.toString(16)).join(":")),
  fc.constantFrom("::", "::1", "2600::", "2001:DB8::192.0.2.1", "::ffff:1.2.3.4"),
);
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });

const term: fc.Arbitrary<Term> = fc.oneof(
  fc.record({ type: fc.constant("all"), qualifier }),
  fc.record({ type: fc.constantFrom("include", "exists"), qualifier, domain: domainSpec }),
  withoutUndefined(fc.record({ type: fc.constant("ptr"), qualifier, domain: maybe(domainSpec) })),
  withoutUndefined(
    fc.record({
      type: fc.constantFrom("a", "mx"),
      qualifier,
      domain: maybe(domainSpec),
      prefix4: maybe(fc.nat(32)),
      prefix6: maybe(fc.nat(128)),
    }),
  ),
  withoutUndefined(
    fc.record({ type: fc.constant("ip4"), qualifier, address: ip4, prefix: maybe(fc.nat(32)) }),
  ),
  withoutUndefined(
    fc.record({ type: fc.constant("ip6"), qualifier, address: ip6, prefix: maybe(fc.nat(128)) }),
  ),
  fc.record({
    type: fc.constant("unknown"),
    name: fc.stringMatching(/^x[A-Za-z0-9_.-]{0,8}$/),
    value: fc.constantFrom("", "x", "%{d}/%{ir}", "a:b/c", "%%%_"),
  }),
) as fc.Arbitrary<Term>;

/** Any record that the grammar admits. */
export const spfRecord: fc.Arbitrary<SpfRecord> = fc
  .tuple(
    fc.array(term, { maxLength: 12 }),
    fc.option(domainSpec, { nil: undefined }),
    fc.option(domainSpec, { nil: undefined }),
  )
  .map(([terms, redirect, exp]) => ({
    terms: [
      ...terms,
      ...(redirect === undefined ? [] : [{ type: "redirect" as const, domain: redirect }]),
      ...(exp === undefined ? [] : [{ type: "exp" as const, domain: exp }]),
    ],
  }));
