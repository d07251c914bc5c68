/** What people type in by mistake: told in our words, and one mistake at a time. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../../core/config/config.ts";
import { type JsonSchema, stackJsonSchema } from "../../core/config/json-schema.ts";
import { applyMutations, type Json, mutation } from "./mutation.ts";

/** A tenant and the operator's values with something in every place of the schema. */
const TENANT = parse(`
zones:
  acme.example: { cloudflare: 0c1d2e3f405162738495a6b7c8d9eaf0, records: 200 }
  customer.example: external
reports: [mailto:dmarc@operator.example]
ttl: 3600
spfSnapshot: { _spf.google.com: v=spf1 -all }
eipQuota: { us-east-1: 40 }
dns: { servers: ["192.0.2.53:53"] }
waits: { dns: 600, ptr: 600, release: 1200, privateIp: 15 }
screen: { lists: [bl.example, { zone: zen.example, codes: [127.0.0.2] }], attempts: 3 }
accept:
  - { code: dmarc-no-reports, path: "sendips:tenant.dmarc", reason: known, until: 2027-01-31 }
domainConnect:
  providerId: operator.example
  providerName: Operator
  serviceId: sending
  serviceName: Sending
  logoUrl: https://operator.example/logo.svg
  description: Records for sending
  syncPubKeyDomain: keys.operator.example
tenant:
  accept:
    - { code: dmarc-no-reports, path: "sendips:tenant.dmarc", reason: known, until: 2027-01-31 }
  domain: acme.example
  hostNames: mail.acme.example
  mailHost: { stack: mx-1 }
  addresses:
    tx1: { privateIp: 10.0.1.10, publicIpv4Pool: amazon, release: false }
    tx2: { privateIp: 10.0.1.13, hostName: relay.acme.example, adopt: eipalloc-0123456789abcdef0 }
    tx3: { privateIp: 10.0.1.14, recover: 198.51.100.7 }
    old1: { privateIp: 10.0.1.12, release: false, retain: true, drainDays: 7, releaseNow: true }
  drainDays: 6
  streams:
    transactional:
      from: tx.acme.example
      addresses: [tx1]
      returnPath: bounce.tx.acme.example
      bounceMx: [mx.acme.example]
      fromSpf: true
  spf: { existing: v=spf1 -all, include: [_spf.google.com], all: softfail, addresses: list }
  existing:
    seen: "2026-11-24"
    names:
      acme.example:
        { TXT: [v=spf1 -all], MX: [10 mx.example.com], CNAME: a.example, CAA: ['0 issue "ca.example"'], A: [192.0.2.1], AAAA: ["2001:db8::1"] }
    whenGone: restore
  domains:
    other.example:
      dmarc: &dmarc
        keep: false
        existing: v=DMARC1; p=none
        replace: false
        policy: reject
        subdomainPolicy: reject
        nonexistentPolicy: reject
        test: false
        organizational: "yes"
        dkimAlignment: strict
        spfAlignment: relaxed
        failureOptions: ["1"]
        reports: [mailto:dmarc@operator.example]
        failureReports: [mailto:dmarc@acme.example]
      spf: { existing: v=spf1 -all, include: [_spf.google.com], all: fail }
  delegate: { zone: d.operator.example, dmarc: true, mtaSts: true }
  dkim:
    s202611:
      state: signing
      privateKey: not looked at here
      publicKey: not looked at here
      domains: [tx.acme.example]
      streams: [transactional]
      since: { published: "2026-11-01", signing: "2026-11-05", retired: "2026-11-20" }
  dkimZone: dkim.operator.example
  dmarc: *dmarc
  mtaSts:
    acme.example:
      { mode: enforce, mx: [mx.acme.example], maxAge: 604800, servedBy: mta.operator.example, certificateAuthorities: [ca.example] }
  tlsReports: { acme.example: { reports: [mailto:tls@operator.example] } }
  bimi:
    acme.example: { logo: https://acme.example/l.svg, certificate: https://acme.example/c.pem, avatar: brand }
  neverMails: [parked.example]
  revokedKeys: true
  ttl: 600
  waitForCustomerRecords: true
`);

/** The same of a mail host. */
const MAIL_HOST = parse(`
zones: { acme.example: external }
mailHost:
  subnet: subnet-0a1b2c3d4e5f60718
  instanceType: c5.large
  networkInterfaces: { eth0: { privateIps: [10.0.1.10], release: false } }
  submissionFrom: [192.0.2.0/24]
  instance: { ami: ami-0a1b2c3d4e5f60718, keyName: key, iamInstanceProfile: profile }
`);

/**
 * Words of zod's English messages. None of ours says any of them; a value of the config may, so none of
 * the values here does.
 */
const THE_LIBRARYS =
  /invalid|expected|received|too (?:small|big)|unrecognized|must (?:be|start|end|include|match)|undefined|\bnonoptional\b|\brecord\b.*\bkey\b|\bin record\b|\bin map\b/i;

type Path = readonly string[];

/** Every place that the schema has, `*` for a key that a person chooses and for a place in a list. */
function placesOf(schema: JsonSchema): Path[] {
  const below = (key: string, value: unknown): Path[] =>
    isSchema(value) ? [[key], ...placesOf(value).map((path) => [key, ...path])] : [];
  const places = Object.entries(schema).flatMap(([key, value]) => {
    if (key === "properties" && isSchema(value)) {
      return Object.entries(value).flatMap(([name, one]) => below(name, one));
    }
    if (key === "additionalProperties" || key === "items") return below("*", value);
    if (key === "anyOf" && Array.isArray(value)) return value.filter(isSchema).flatMap(placesOf);
    return [];
  });
  return places.filter((path) => !path.includes("secure"));
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every place of a config, `*` where the schema has one. */
function placesIn(value: unknown, schemaPath: Path[], path: Path = []): { at: Path; is: Path }[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const known = schemaPath.some((one) => one[0] === key);
    const next = schemaPath.filter((one) => one[0] === (known ? key : "*"));
    const here = { at: [...path, key], is: [known ? key : "*"] };
    const below = placesIn(
      inner,
      next.map((one) => one.slice(1)).filter((one) => one.length > 0),
      [...path, key],
    );
    return [here, ...below.map(({ at, is }) => ({ at, is: [...here.is, ...is] }))];
  });
}

const schemaPlaces = placesOf(stackJsonSchema())
  .filter(([config, key]) => config === "config" && key?.startsWith("sendips:"))
  .map(([, key = "", ...rest]) => [key.replace("sendips:", ""), ...rest]);

const places = [TENANT, MAIL_HOST].flatMap((config) =>
  placesIn(config, schemaPlaces).map(({ at, is }) => ({ config, at, is })),
);

function replaced(config: unknown, [key = "", ...rest]: Path, value: unknown): unknown {
  const copy = Array.isArray(config) ? [...config] : { ...Object(config) };
  Reflect.set(copy, key, rest.length === 0 ? value : replaced(Reflect.get(copy, key), rest, value));
  return copy;
}

function problemsOf(values: unknown) {
  return readConfig({ stack: "acme", values: { ...Object(values) } }).problems;
}

function expectOurWords(values: unknown, what: string): void {
  for (const { path, message, fix } of problemsOf(values)) {
    expect(`${message} | ${fix}`, `${what}: ${path}`).not.toMatch(THE_LIBRARYS);
    for (const text of [message, fix]) {
      expect(text, what).toMatch(/\S.*[^\s:,]$/);
      expect(text, what).not.toMatch(/\[object|see the schema/);
    }
  }
}

test("the configs to start from are right, and hold something in every place of the schema", () => {
  expect(problemsOf(TENANT)).toEqual([]);
  expect(problemsOf(MAIL_HOST)).toEqual([]);
  const held = new Set(places.map(({ is }) => is.join(" ")));
  const missing = schemaPlaces.map((path) => path.join(" ")).filter((path) => !held.has(path));
  expect(missing).toEqual(["tenant mailHost networkInterface"]);
});

/** What stands where something else belongs. */
const JUNK: readonly unknown[] = [
  ...[17, -1, 0.5, 1e300, true, false, null, "", " ", "a b", "x", "enforce", "13"],
  ...[[], [[]], [null]],
];

describe("junk in one place", () => {
  test.each(JUNK.map((junk) => [junk]))("%j: one problem at most, in our words", (junk) => {
    let refused = 0;
    for (const { config, at } of places) {
      const values = replaced(config, at, junk);
      const problems = problemsOf(values);
      const what = `${at.join(".")}: ${JSON.stringify(junk)}`;
      expectOurWords(values, what);
      expect(problems.length, `${what}: ${JSON.stringify(problems)}`).toBeLessThanOrEqual(1);
      refused += problems.length;
    }
    expect(refused).toBeGreaterThan(20);
  });

  test.each([{}, { x: 1 }, { mode: "enforce", x: [{}] }, new Date(0)])(
    "the map %j: our words",
    (junk) => {
      for (const { config, at } of places) {
        expectOurWords(replaced(config, at, junk), `${at.join(".")}: ${JSON.stringify(junk)}`);
      }
    },
  );

  test("any key in any map, and any change at all: our words", () => {
    const cannotSay = (value: Json) => !THE_LIBRARYS.test(JSON.stringify(value));
    fc.assert(
      fc.property(
        fc.constantFrom<Json[]>(TENANT, MAIL_HOST),
        fc.array(
          mutation.filter(({ value, key }) => cannotSay([value, key])),
          {
            minLength: 1,
            maxLength: 3,
          },
        ),
        (config, mutations) => {
          expectOurWords(applyMutations(config, mutations), "a changed config");
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** Problems as lines, of the tenant with one value in place of another. */
function problemsWith(at: string, value: unknown): string[] {
  return problemsOf(replaced(TENANT, at.split("."), value)).map(
    ({ path, message, fix }) => `${path} | ${message} | ${fix}`,
  );
}

describe("a map by domain, key or selector", () => {
  test("that is written as for one is one problem, which shows what is meant", () => {
    expect(
      problemsWith("tenant.mtaSts", { mode: "enforce", mx: ["mx1.acme.example"], maxAge: 1 }),
    ).toEqual([
      "sendips:tenant.mtaSts | is a map by domain, and is written as for one domain: mode, mx, maxAge stand where a domain belongs | one level more: mtaSts: { <domain>: { mode: …, mx: …, maxAge: … } }",
    ]);
    expect(problemsWith("tenant.domains", { dmarc: { policy: "reject" } })).toEqual([
      "sendips:tenant.domains | is a map by domain, and is written as for one domain: dmarc stands where a domain belongs | one level more: domains: { <domain>: { dmarc: … } }",
    ]);
    expect(problemsWith("tenant.dkim", { state: "signing", publicKey: "…" })).toEqual([
      "sendips:tenant.dkim | is a map by selector, and is written as for one selector: state, publicKey stand where a selector belongs | one level more: dkim: { <selector>: { state: …, publicKey: … } }",
    ]);
    expect(problemsWith("zones", { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" })).toEqual([
      "sendips:zones | is a map by domain, and is written as for one domain: cloudflare stands where a domain belongs | one level more: zones: { <domain>: { cloudflare: … } }",
    ]);
  });

  test("says of a wrong key what a key is", () => {
    expect(problemsWith("tenant.mtaSts", { acme: { mode: "enforce" } })).toEqual([
      'sendips:tenant.mtaSts.acme | the key "acme" is not a domain name | each key here is a domain: two or more labels of letters, digits and hyphens, at most 63 characters each and 253 in all, such as mail.acme.example',
    ]);
    expect(problemsWith("eipQuota", { virginia: 5 })).toEqual([
      'sendips:eipQuota.virginia | the key "virginia" is not a Region | each key here is a Region: as AWS spells it, such as eu-central-1',
    ]);
  });

  test("says all that is wrong with it at once", () => {
    expect(
      problemsWith("tenant.addresses", {
        TX: { privateIp: "10.0.1.10" },
        tx1: { privateIp: 10 },
      }).map((line) => line.split(" | ")[0]),
    ).toEqual(["sendips:tenant.addresses.tx1.privateIp", "sendips:tenant.addresses.TX"]);
  });
});

describe("what a value is for", () => {
  test.each([
    ["dns.servers.0", "ns1.example", /^.*is not an IP address.*\| allowed: an IP address/],
    ["dns.servers", [], /\| is an empty list \| allowed: at least one$/],
    ["tenant.ttl", 1e300, /is not a TTL that Cloudflare takes/],
    ["tenant.ttl", null, /\| is empty \| allowed: a whole number$/],
    ["tenant.revokedKeys", "yes", /allowed: true or false$/],
    ["tenant.domain", true, /YAML takes it for true or false \| allowed: a text in quotes/],
    ["tenant.existing.seen", "24.11.2026", /is not a day \| allowed: a day such as "2026-11-24"$/],
  ])("%s: %j", (at, value, said) => {
    expect(problemsWith(at, value)).toEqual([expect.stringMatching(said)]);
  });

  test("a report address with a size limit: not how to encode it, but that it is gone", () => {
    for (const path of [
      ["reports", "0"],
      ["tenant", "dmarc", "reports", "0"],
      ["tenant", "tlsReports", "acme.example", "reports", "0"],
    ]) {
      const values = replaced(TENANT, path, "mailto:dmarc@operator.example!10m");
      expect(problemsOf(values)).toMatchObject([
        {
          message:
            '"mailto:dmarc@operator.example!10m" has a size limit after it, and those are gone: reporters ignore them (RFC 9989 appendix C.4)',
          fix: "allowed: the address alone: mailto:dmarc@operator.example",
        },
      ]);
    }
    expect(problemsWith("reports.0", "mailto:a!b@operator.example")).toEqual([
      expect.stringContaining("with , ! and ; as %2C, %21 and %3B"),
    ]);
  });

  test("an instance type", () => {
    const values = replaced(MAIL_HOST, ["mailHost", "instanceType"], "large");
    expect(problemsOf(values)).toMatchObject([
      { message: '"large" is not an instance type', fix: /^allowed: an EC2 instance type/ },
    ]);
  });
});
