/** Random worlds of records that include one another, for comparing what is counted with what is spent. */
import fc from "fast-check";
import type { SpfFacts } from "../../../mail/spf/budget.ts";
import type { SpfResolver } from "../../../mail/spf/types.ts";
import { zoneResolver } from "./zone.ts";

const NAMES = ["a", "b", "c", "d", "e"].map((label) => `${label}.example`);
const HOSTS = ["h1.example", "h2.example", "void.example"];

export interface SpfWorld {
  /** Domain → SPF text. */
  records: Map<string, string>;
  facts: Required<Pick<SpfFacts, "records" | "addresses" | "exchanges">>;
  resolver: SpfResolver;
}

/** Mostly those further down, so that not every world is a loop. */
const target = (from: number) =>
  fc.oneof(
    { weight: 15, arbitrary: fc.constantFrom(...NAMES.slice(from + 1), "z.example") },
    { weight: 1, arbitrary: fc.constantFrom(...NAMES) },
  );
const mechanism = (from: number) =>
  fc.oneof(
    { weight: 3, arbitrary: target(from).map((name) => `include:${name}`) },
    fc.constantFrom(...HOSTS).map((host) => `a:${host}`),
    fc.constantFrom(...NAMES, "void.example").map((name) => `mx:${name}`),
    fc.constantFrom("ip4:198.51.100.7", "a", "exists:void.example"),
  );
const end = (from: number) =>
  fc.oneof(
    fc.constantFrom("-all", "~all", "", "-all a:h1.example", "-all redirect=a.example"),
    target(from).map((name) => `redirect=${name}`),
  );
const record = (from: number) =>
  fc
    .tuple(fc.array(mechanism(from), { maxLength: 4 }), end(from))
    .map(([mechanisms, last]) => ["v=spf1", ...mechanisms, last].join(" "));

/** Six domains with a record, an address and MX each; nothing matches a client outside 203.0.113.9 and 198.51.100.7. */
export const spfWorld: fc.Arbitrary<SpfWorld> = fc
  .tuple(...NAMES.map((_, index) => record(index)))
  .map((texts) => {
    const records = new Map(NAMES.map((name, index) => [name, texts[index] ?? ""]));
    records.set("z.example", "v=spf1 a:h1.example -all");
    const addresses = new Map<string, string[]>([
      ...[...records.keys(), "h1.example", "h2.example"].map((name): [string, string[]] => [
        name,
        ["203.0.113.9"],
      ]),
      ["void.example", []],
    ]);
    const exchanges = new Map<string, string[]>([
      ...NAMES.map((name): [string, string[]] => [name, ["h1.example", "h2.example"]]),
      ["void.example", []],
    ]);
    const zone = Object.fromEntries(
      [...addresses].map(([name, list]) => [
        name,
        [
          ...list.map((address) => ({ A: address })),
          ...(exchanges.get(name) ?? []).map((host) => ({ MX: [10, host] })),
          ...(records.has(name) ? [{ TXT: records.get(name) }] : []),
        ],
      ]),
    );
    return { records, facts: { records, addresses, exchanges }, resolver: zoneResolver(zone) };
  });
