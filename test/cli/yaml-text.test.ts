import fc from "fast-check";
import { expect, it } from "vitest";
import { readYaml } from "../../cli/project/yaml-text.ts";

const repeated = (place: string) => `${place}: Map keys must be unique`;

it("reads values, and names every fault by its place", () => {
  expect(readYaml("a: { b: 1 }\n")).toEqual({ value: { a: { b: 1 } }, faults: [] });
  const { value, faults } = readYaml("a: [1\nb: 2\n");
  expect(value).toBeUndefined();
  expect(faults.length).toBeGreaterThan(0);
  for (const fault of faults) expect(fault).toMatch(/^\d+:\d+: /);
});

it.each([
  ["block", "zones:\n  a.example: x\n  b.example: y\n  a.example: z\n", ["4:3"]],
  ["flow, in a list, quoted", "a: {x: 1, 'x': 2}\nb: [{c: 1, c: 2}]\n", ["1:11", "2:12"]],
  ["numbers", "1: a\n1: b\n", ["2:1"]],
])("tells a repeated key: %s", (_, text, places) => {
  expect(readYaml(text)).toEqual({ value: undefined, faults: places.map(repeated) });
});

it.each([
  ["of nothing, as a wildcard without quotes", "mx: [*.acme.example]\n", /^1:6: an alias without/],
  ["of what it stands in", "a: &x { b: [1, *x] }\n", /^1:16: an alias of what it stands in/],
  [
    "without end",
    `a: &a [1]\n${[..."bcdefgh"].map((name, at) => `${name}: &${name} [${`*${"abcdefg"[at]},`.repeat(10)}]`).join("\n")}\n`,
    /^1:1: too many aliases/,
  ],
])("tells an alias %s", (_, text, fault) => {
  const { value, faults } = readYaml(text);
  expect(value).toBeUndefined();
  expect(faults[0]).toMatch(fault);
});

it("resolves aliases", () => {
  expect(readYaml("a: &x { b: 1 }\nc: *x\n").value).toEqual({ a: { b: 1 }, c: { b: 1 } });
});

it.each(["|", ">", "*", "@", "%"])("shows no key that stands behind %s by mistake", (sign) => {
  const key = "MC4CAQAwBQYDK2VwBCIEIB".padEnd(64, "s3cretS3");
  const { value, faults } = readYaml(`dkim:\n  privateKey: ${sign}${key}\n`);
  expect([value, faults.length > 0]).toEqual([undefined, true]);
  expect(faults.join("\n")).not.toContain("s3cret");
});

it("never throws, whatever is typed into a file, and gives values that JSON can hold", () => {
  const text =
    "config:\n  sendips:tenant: &t\n    addresses:\n      tx1: { privateIp: 10.0.1.10 }\n    x: *t1\n";
  const typed = fc.oneof(
    fc.constantFrom(
      ..."&a|*a|*t|: |\n|  |- |{|}|[|]|!!set|!!omap|!!binary|\"|'|#|?|<<: *t|%|---|~".split("|"),
    ),
    fc.string({ unit: "binary", maxLength: 4 }),
  );
  const edit = fc.record({ at: fc.nat(text.length), cut: fc.nat(5), typed });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 5 }), (edits) => {
      const edited = edits.reduce(
        (all, { at, cut, typed }) => all.slice(0, at) + typed + all.slice(at + cut),
        text,
      );
      const { value, faults } = readYaml(edited);
      if (faults.length === 0) expect(() => JSON.stringify(value)).not.toThrow();
      for (const fault of faults) expect(fault).toMatch(/^\d+:\d+: \S/);
    }),
    { numRuns: 1_000 },
  );
});

it("takes keys of one text in two maps, and 1 beside '1', for different keys", () => {
  expect(readYaml("a: {x: 1}\nb: {x: 1}\n").faults).toEqual([]);
  expect(readYaml("{1: a, '1': b}\n").faults).toEqual([]);
});
