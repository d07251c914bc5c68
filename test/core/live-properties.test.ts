/** Whatever stands at a tenant's names and whatever its config says: nothing of others' is lost. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { refLabel, renderData } from "../../core/tenant/record.ts";
import { parseDmarc, policyStrength } from "../../mail/dmarc/record.ts";
import { singletonOf } from "../../mail/singletons.ts";
import { parseSpf } from "../../mail/spf/parse.ts";
import { renderTerm } from "../../mail/spf/render.ts";
import { planOf } from "./support.ts";

const NAMES = [
  "acme.example",
  "news.acme.example",
  "bounce.news.acme.example",
  "brand.example",
  "hello.brand.example",
  "parked.example",
];

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const present = <T extends object>(value: fc.Arbitrary<T>) =>
  value.map((all) => JSON.parse(JSON.stringify(all)) as Partial<T>);

const term = fc.constantFrom(
  ...["mx", "a", "ip4:35.190.247.0/24", "include:_spf.google.com", "?include:sendgrid.net", "ptr"],
  ...["-ip4:35.190.247.9", "exists:%{i}.x.example", "include:%{i}.v.example", "~a:h.example"],
);
const spf = fc
  .tuple(
    fc.uniqueArray(term, { maxLength: 4 }),
    fc.constantFrom(
      "-all",
      "~all",
      "?all",
      "",
      "+all",
      "redirect=_spf.google.com",
      "-all exp=e.example",
    ),
  )
  .map(([terms, end]) => ["v=spf1", ...terms, end].filter(Boolean).join(" "));
const policy = fc.constantFrom("none", "quarantine", "reject");
const dmarc = fc
  .tuple(policy, maybe(policy), fc.boolean())
  .map(
    ([p, sp, rua]) =>
      `v=DMARC1; p=${p}${sp === undefined ? "" : `; sp=${sp}`}${rua ? "; rua=mailto:theirs@acme.example" : ""}`,
  );
const texts = fc.uniqueArray(fc.oneof(spf, fc.constant("google-site-verification=x")), {
  maxLength: 2,
});
const standing = present(
  fc.record({
    TXT: maybe(texts),
    MX: maybe(fc.constantFrom(["10 mx.example.net"], ["0 ."])),
    CNAME: maybe(fc.constant("elsewhere.example.net")),
    A: maybe(fc.constant(["192.0.2.80"])),
  }),
);
const atDmarc = fc.oneof(
  fc.array(dmarc, { maxLength: 2 }).map((TXT) => ({ TXT })),
  fc.constant({ CNAME: "d.example.net" }),
);
const names = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...NAMES, "*.acme.example"), standing), { maxLength: 5 }),
    fc.array(
      fc.tuple(
        fc.constantFrom("_dmarc.acme.example", "_dmarc.brand.example", "_dmarc.parked.example"),
        atDmarc,
      ),
      { maxLength: 3 },
    ),
  )
  .map(([plain, policies]) => Object.fromEntries([...plain, ...policies]));
const dmarcConfig = fc.oneof(
  fc.constant("keep"),
  present(
    fc.record({
      policy: maybe(policy),
      subdomainPolicy: maybe(policy),
      replace: maybe(fc.boolean()),
      test: maybe(fc.boolean()),
    }),
  ),
);
const spfConfig = present(
  fc.record({
    existing: maybe(spf),
    include: maybe(fc.constant(["mail.zendesk.com"])),
    all: maybe(fc.constantFrom("fail", "softfail", "neutral")),
    addresses: maybe(fc.constantFrom("list", "ranges", "macro")),
  }),
);
const from = fc.constantFrom("acme.example", "news.acme.example", "hello.brand.example");
const stream = present(
  fc.record({
    from,
    addresses: fc.constant(["tx1"]),
    returnPath: maybe(fc.constantFrom(...NAMES)),
    fromSpf: maybe(fc.boolean()),
  }),
);
const tenant = present(
  fc.record({
    domain: fc.constant("acme.example"),
    hostNames: fc.constant("out.operator.example"),
    mailHost: fc.constant({ networkInterface: "eni-0123456789abcdef0" }),
    addresses: fc.constant({ tx1: { privateIp: "10.0.1.10" } }),
    streams: fc.record({ a: stream, b: stream }),
    existing: maybe(fc.record({ names })),
    spf: maybe(spfConfig),
    dmarc: maybe(dmarcConfig),
    domains: maybe(
      fc.record({ "brand.example": present(fc.record({ dmarc: maybe(dmarcConfig) })) }),
    ),
    delegate: maybe(fc.constantFrom(true, { dmarc: true }, { zone: "d.operator.example" })),
    neverMails: maybe(fc.constantFrom(["parked.example"], ["acme.example"], ["brand.example"])),
    revokedKeys: maybe(fc.boolean()),
    dkim: maybe(fc.constant({ s1: { state: "revoked" } })),
  }),
);
const ZONES = {
  "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
  "acme.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" },
  "brand.example": "external",
  "parked.example": "external",
};

type Stands = { [type in "TXT" | "MX" | "A"]?: string[] } & { CNAME?: string };

test("a plan loses no sender, weakens no policy and takes no name", () => {
  let plans = 0;
  fc.assert(
    fc.property(tenant, (values) => {
      const config = { zones: ZONES, reports: ["mailto:ours@operator.example"], tenant: values };
      const { plan, problems } = planOf({ stack: "acme", values: config });
      for (const { message, fix } of problems)
        expect(`${message} ${fix}`).not.toContain("undefined");
      if (plan === undefined) {
        expect(problems.some(({ level }) => level === "error")).toBe(true);
        return;
      }
      plans += 1;
      const found = (values.existing?.names ?? {}) as Record<string, Stands>;
      const kinds = new Set<string>();
      const byName = Map.groupBy(plan.records, ({ name }) => String(name));
      for (const [name, records] of byName) {
        const types = new Set(records.map(({ data }) => data.type));
        if (types.has("CNAME")) expect(records, name).toHaveLength(1);
        const theirs = found[name];
        if (theirs?.CNAME !== undefined) expect.fail(`${name} is an alias of others'`);
        if (types.has("CNAME")) {
          expect([theirs?.TXT ?? [], theirs?.MX ?? [], theirs?.A ?? []].flat(), name).toEqual([]);
        }
        const mx = records.filter(({ data }) => data.type === "MX");
        if (mx.length > 0 && (theirs?.MX ?? []).length > 0) {
          expect(mx.map((record) => renderData(record, refLabel))).toEqual(theirs?.MX);
        }
        for (const record of records) {
          if (record.data.type !== "TXT") continue;
          const text = renderData(record, refLabel);
          const kind = singletonOf(text)?.title;
          if (kind === undefined) continue;
          expect(kinds.has(`${name} ${kind}`), `two at ${name}`).toBe(false);
          kinds.add(`${name} ${kind}`);
          const before = (theirs?.TXT ?? []).filter((one) => singletonOf(one)?.title === kind);
          if (kind === "SPF record") expectSenders(text, record.before ?? before);
          if (kind === "DMARC record") expectNoWeaker(text, before, replaces(values, name));
        }
      }
    }),
    { numRuns: 5_000 },
  );
  expect(plans).toBeGreaterThan(150);
});

/** Every term that stood stands, in its order among those that are not plain passes. */
function expectSenders(text: string, before: readonly string[]): void {
  const now = new Set(parseSpf(text).terms.map(({ term }) => renderTerm(term)));
  for (const old of before) {
    for (const { term } of parseSpf(old).terms) {
      if (term.type === "all" || term.type === "redirect" || term.type === "exp") continue;
      expect(now.has(renderTerm(term)), `${renderTerm(term)} of ${old} in ${text}`).toBe(true);
    }
  }
}

function expectNoWeaker(text: string, before: readonly string[], replaced: boolean): void {
  const now = parseDmarc(text).value;
  for (const old of replaced ? [] : before) {
    const then = parseDmarc(old).value;
    const policyOf = (record: typeof now) => record?.p ?? "none";
    expect(policyStrength(policyOf(now))).toBeGreaterThanOrEqual(policyStrength(policyOf(then)));
    const below = (record: typeof now) => record?.sp ?? policyOf(record);
    expect(policyStrength(below(now))).toBeGreaterThanOrEqual(policyStrength(below(then)));
    for (const uri of then?.rua ?? []) expect(now?.rua).toContain(uri);
  }
}

/** Whether the config asks for another record in its place. */
function replaces(values: { dmarc?: unknown; domains?: unknown }, name: string): boolean {
  const said = [values.dmarc, Object(Object(values.domains)["brand.example"])["dmarc"]];
  return name.startsWith("_dmarc.") && said.some((one) => Object(one)["replace"] === true);
}
