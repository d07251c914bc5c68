import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { parseDocument } from "yaml";
import { fleetFiles } from "../../bench/fleet.ts";
import { readFastYaml } from "../../cli/project/fast-yaml.ts";
import { loadStack, openProject } from "../../cli/project/project.ts";
import type { ReadResult } from "../../core/config/config.ts";

/** What `yaml` makes of a text; undefined when it finds a fault. */
function asYaml(text: string): unknown {
  const document = parseDocument(text, { logLevel: "error" });
  return document.errors.length > 0 ? undefined : document.toJS();
}

/** The same values, of the same kinds; `__proto__` too is a key like any other. */
function expectSame(text: string, value: object): void {
  const other = asYaml(text);
  expect([text, JSON.stringify(value)]).toEqual([text, JSON.stringify(other)]);
  expect(value).toEqual(other);
}

it("reads whatever a fleet's files hold", () => {
  const files = fleetFiles(20);
  expect(files.size).toBeGreaterThan(20);
  for (const text of files.values()) {
    const value = readFastYaml(text);
    if (value === undefined) throw new Error(`left to yaml:\n${text}`);
    expectSame(text, value);
  }
});

it.each([
  ["what pulumi config set writes", "encryptionsalt: v1:aB3=:v1:x/y+z=\nconfig:\n  a:b: 'yes'\n"],
  ["lists, of maps too", 'a:\n  - b\n  - c: 1\n    d: [x, "y z", { e: f }]\ng:\n- h\n'],
  ["comments and empty lines", "# ä\n\na: b # c: d\n  # e\nf: {} #\ng: [ ]\n"],
  ["numbers, true and null", "a: 1\nb: 1.50\nc: 0x1F\nd: 0o17\ne: true\nf: null\ng:\nh: 1e3\n"],
  [
    "texts that are none to YAML 1.2",
    "a: yes\nb: 1_000\nc: 2026-11-24\nd: 1:30\ne: 0b11\nf: 10.0.0.1\n",
  ],
  ["keys that are numbers", "1: a\n1.0.0: b\n0x10: c\ntrue: d\n"],
  ["keys of every object", "__proto__: { a: 1 }\nconstructor: b\ntoString: c\n"],
  ["texts of several lines", "a: b\n  c\nd: |\n  e\n   f\n\ng: >-\n  h\n  i\n"],
  ["escapes and quotes in quotes", `a: "\\n\\u00e4\\t"\nb: 'c''d'\n`],
  ["more than ASCII", "\uFEFFa: bücher.example\n"],
  ["line ends of Windows", "a: b\r\nc:\r\n  - d\r\n"],
  ["a marked document", "%YAML 1.2\n---\na: b\n...\n"],
  ["explicit keys", "? a\n: b\n"],
  ["an alias of a text", "a: &b c\nd: *b\n"],
  ["keys that merge nothing", "<<: { a: b }\n"],
  ["a tag of a text", "a: !!str 1\n"],
])("reads %s", (_, text) => {
  const value = readFastYaml(text);
  if (value === undefined) throw new Error("left to yaml");
  expectSame(text, value);
});

it.each([
  ["an alias of nothing", "a: *b\n"],
  ["an alias of a map", "a: &b { c: d }\ne: *b\n"],
  ["an alias of what it stands in", "a: &b [*b]\n"],
  ["a tag that only one of them knows", "a: !!set { b }\n"],
  ["a tag that nobody knows", "a: !b c\n"],
  ["several documents", "a: b\n---\na: c\n"],
  ["null as a key", "a: { null: b }\n"],
  ["~ as a key", "~: b\n"],
  ["no key", ": b\n"],
  ["a repeated key", "a: b\na: c\n"],
  ["a repeated key in another writing", "1: b\n0x1: c\n"],
  ["wrong indentation", "a: b\n c: d\n"],
  ["what is left open", 'a: "b\n'],
  ["a text alone", "a\n"],
  ["nothing", ""],
  ["comments alone", "# a\n"],
])("leaves %s to yaml", (_, text) => {
  expect(readFastYaml(text)).toBeUndefined();
});

const TENANT = `config:
  aws:region: us-east-1
  sendips:tenant:
    domain: acme.example # the customer's
    hostNames: mail.acme.example
    mailHost: { networkInterface: eni-0123456789abcdef0 }
    addresses:
      tx1: { privateIp: 10.0.1.10 }
      mk1:
        privateIp: 10.0.1.11
    streams:
      tx: { from: acme.example, addresses: [tx1, "mk1"] }
    spf:
      include:
        - a.example
        - 'b.example'
    dmarc: { policy: reject }
`;
const EDIT = fc.record({
  at: fc.nat(TENANT.length),
  cut: fc.nat(5),
  typed: fc.oneof(
    fc.constantFrom(
      ..." |  |\n|\n  |: |:|- |- - |#| #|a: |'|\"|{|}|[|]|,|~|null|1|0x1|? |&a |*a|!!str |---\n|<<: |\t|\r\n".split(
        "|",
      ),
      "|",
    ),
    fc.string({ unit: "binary", maxLength: 2 }),
  ),
});
const EDITED = fc
  .array(EDIT, { maxLength: 3 })
  .map((edits) =>
    edits.reduce(
      (text, { at, cut, typed }) => text.slice(0, at) + typed + text.slice(at + cut),
      TENANT,
    ),
  );

/** A project in a folder of its own, with a way to load a text as its stack. */
function project(): (text: string) => ReadResult {
  const folder = mkdtempSync(join(tmpdir(), "sendips-yaml-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    `name: sendips\nconfig:\n  sendips:zones:\n    value: { acme.example: external }\n`,
  );
  const opened = openProject(folder);
  return (text) => {
    writeFileSync(join(folder, "Pulumi.acme.yaml"), text);
    return loadStack(opened, "acme").read;
  };
}

it("gives a stack without problems as yaml reads it, whatever was typed into its file", () => {
  const load = project();
  const runs = 2_000;
  let read = 0;
  fc.assert(
    fc.property(EDITED, (text) => {
      const loaded = load(text);
      // CR alone is a line break by the standard, and to js-yaml; `yaml` takes it for text.
      if (loaded.problems.length > 0 || /\r(?!\n)/.test(text)) return;
      const document = parseDocument(text, { logLevel: "error" });
      if (document.errors.length > 0) return;
      read += 1;
      expect([text, loaded]).toEqual([text, load(JSON.stringify(document))]);
    }),
    { numRuns: runs },
  );
  expect(read).toBeGreaterThan(runs * 0.2);
});

it.each([
  ["an empty list in a list", "include: [a.example]", "include:\n      - -\n      - b.example"],
  ["a map as a key", "tx1: {", "{ tx1: a }: {"],
])("reads again what has problems, and may have been read otherwise: %s", (_, part, other) => {
  const load = project();
  const text = TENANT.replace(/include:\n.*\n.*/, "include: [a.example]").replace(part, other);
  expect(text).toContain(other);
  const { problems } = load(text);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems).toEqual(load(JSON.stringify(parseDocument(text))).problems);
});
