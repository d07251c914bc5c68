import fc from "fast-check";
import { expect, it } from "vitest";
import { parseDocument } from "yaml";
import { fleetFiles } from "../../bench/fleet.ts";
import { readPlainYaml } from "../../cli/project/plain-yaml.ts";

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
    const value = readPlainYaml(text);
    if (value === undefined) throw new Error(`of another form:\n${text}`);
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
])("reads %s", (_, text) => {
  const value = readPlainYaml(text);
  if (value === undefined) throw new Error("of another form");
  expectSame(text, value);
});

it.each([
  ["an anchor", "a: &b c\n"],
  ["an alias", "a: *b\n"],
  ["a tag", "a: !!str 1\n"],
  ["a merge key", "<<: { a: b }\n"],
  ["a quoted merge key", '"<<": { a: b }\n'],
  ["a block scalar", "a: |\n  b\n"],
  ["a text of several lines", "a: b\n  c\n"],
  ["an escape", 'a: "\\n"\n'],
  ["a quote in quotes", "a: 'b''c'\n"],
  ["a tab", "a:\tb\n"],
  ["CR", "a: b\r\n"],
  ["a directive", "%YAML 1.2\n---\na: b\n"],
  ["several documents", "a: b\n---\na: c\n"],
  ["an end of document", "a: b\n...\n"],
  ["an explicit key", "? a\n: b\n"],
  ["an empty key", ": b\n"],
  ["null as a key", "a: { null: b }\n"],
  ["~ as a key", "~: b\n"],
  ["a byte order mark", "\uFEFFa: b\n"],
  ["more than ASCII", "a: bücher.example\n"],
  ["a repeated key", "a: b\na: c\n"],
  ["a repeated key in another writing", "1: b\n0x1: c\n"],
  ["wrong indentation", "a: b\n c: d\n"],
  ["nothing", ""],
  ["comments alone", "# a\n"],
])("leaves %s to yaml", (_, text) => {
  expect(readPlainYaml(text)).toBeUndefined();
});

const END = fc.constantFrom("", "", "", " # c", "  ", " #", " # a: b", "#x");
const KEY = fc.constantFrom(
  ..."a b c d e a:b 1 01 1.0 1e3 true Null null 'q' '1' '<<' << __proto__ constructor yes 0x10 _d.a ~ -1".split(
    " ",
  ),
);
const SCALAR = fc.oneof(
  fc.constantFrom(
    ..."a|b c|null|~|Null|true|FALSE|yes|1|01|-1|+1|.5|0o17|0x1F|1_0|1e3|1.|1.50|1.e5|12345678901234567890|10.0.0.1|.inf|.nan|2026-11-24|1:30|a:b|::1|mailto:x@y|v=spf1 ip6:a::/3 ~all|a - b|x - y: z|a #b|a#b|a !b|x *y|x & y|a 'b'|'q'|\"q\"|'a: b'|'it''s'|''|\"\"|a,b|a:|-|?|<<|*a|&a b|@a|%a|`a|__proto__".split(
      "|",
    ),
    "|",
    ">",
  ),
  fc.string({ unit: fc.constantFrom(..."ab10.:-_ ~'\"#,{}[]/+xeo"), maxLength: 6 }),
);
const VALUE = fc.letrec<{ value: string; list: string; map: string }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, SCALAR, tie("list"), tie("map")),
  list: fc.array(tie("value"), { maxLength: 2 }).map((entries) => `[${entries.join(", ")}]`),
  map: fc
    .array(fc.tuple(KEY, tie("value")), { maxLength: 2 })
    .map((entries) => `{ ${entries.map((entry) => entry.join(": ")).join(", ")} }`),
})).value;
const LINE = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom("", "", "- "), KEY, fc.constant(": "), VALUE, END),
  },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom("", "", "- "), KEY, fc.constant(":"), END) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("- "), VALUE, END) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("", "# c", "---", "...", "a")) },
);
/** Lines, each some spaces further in or out than the one before. */
const LINES = fc
  .array(fc.record({ step: fc.constantFrom(0, 0, 0, 2, 2, 1, -1, -2, -2, -4), parts: LINE }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((lines) => {
    let indent = 0;
    return lines
      .map(({ step, parts }, index) => {
        if (index > 0) indent = Math.max(0, indent + step);
        return `${" ".repeat(indent)}${parts.join("")}\n`;
      })
      .join("");
  });

const TYPICAL = `config:
  aws:region: us-east-1
  sendips:tenant:
    domain: acme.example # the customer's
    addresses:
      tx1: { privateIp: 10.0.1.10 }
    streams:
      tx: { from: acme.example, addresses: [tx1, "tx2"] }
    list:
      - a: 1
        b: 'c'
      - d
`;
const EDIT = fc.record({
  at: fc.nat(TYPICAL.length),
  cut: fc.nat(5),
  typed: fc.oneof(
    fc.constantFrom(
      ..." |  |\n|\n  |: |:|- |#| #|a: |'|\"|{|}|[|]|,|~|null|1|0x1|? |&a |*a|!!str |---\n|<<: |\t|\r".split(
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
      TYPICAL,
    ),
  );

it.each([
  ["made of lines", LINES, 0.02],
  ["edited at random", EDITED, 0.2],
])("reads what yaml reads or leaves it to yaml: texts %s", (_, texts, share) => {
  const runs = 4_000;
  let read = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const value = readPlainYaml(text);
      if (value === undefined) return;
      read += 1;
      expectSame(text, value);
    }),
    { numRuns: runs },
  );
  // Else the property would say nothing.
  expect(read).toBeGreaterThan(runs * share);
});
