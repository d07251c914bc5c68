import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { configReference } from "../../cli/config-reference.ts";
import { readConfig } from "../../core/config/config.ts";
import { projectJsonSchema, stackJsonSchema } from "../../core/config/json-schema.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

// Strict: an unknown keyword or a pattern that is no regular expression throws.
const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
const stack = ajv.compile(JSON.parse(read("schema/stack.json")));
const project = ajv.compile(JSON.parse(read("schema/project.json")));

/** Places and reasons, without those of an `anyOf` whose branches say the same. */
function faults(validate: typeof stack, value: unknown): string[] {
  if (validate(value)) return [];
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== "anyOf");
  return errors.map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

test("the committed files are what the config's schema says: else run `npm run schema`", () => {
  expect(JSON.parse(read("schema/stack.json"))).toEqual(stackJsonSchema());
  expect(JSON.parse(read("schema/project.json"))).toEqual(projectJsonSchema());
  expect(read("docs/config.md")).toBe(configReference(stackJsonSchema(), projectJsonSchema()));
});

describe("files of this project", () => {
  const stacks = readdirSync(new URL("stacks/", ROOT)).filter((file) => file.endsWith(".yaml"));

  test.each(stacks)("stacks/%s is valid, and says where its schema is", (file) => {
    const text = read(`stacks/${file}`);
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=../schema/stack.json");
    expect(faults(stack, parse(text))).toEqual([]);
  });

  test("Pulumi.yaml is valid, and says where its schema is", () => {
    const text = read("Pulumi.yaml");
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=schema/project.json");
    expect(faults(project, parse(text))).toEqual([]);
  });
});

/** A tenant that holds something in every place of the schema. */
const FULL = `
secretsprovider: passphrase
encryptionsalt: v1:abc
config:
  aws:region: us-gov-east-1
  cloudflare:apiToken: { secure: v1:abc }
  sendips:ttl: 600
  sendips:tenant:
    domain: Bücher.example.
    hostNames: mail.bücher。example
    mailHost: { networkInterface: eni-0a1b2c3d4e5f60718 }
    addresses:
      tx1: { privateIp: 10.0.1.255, publicIpv4Pool: amazon, release: true, releaseNow: true }
      tx2: { privateIp: 10.0.1.254, retain: true, drainDays: 0 }
    drainDays: 30
    streams:
      tx: { from: tx.bücher.example, addresses: [tx1], returnPath: b.bücher.example, bounceMx: [mx.bücher.example] }
    spf: { existing: v=spf1 -all, include: [_spf.google.com], all: softfail, addresses: macro }
    dkim:
      s1:
        state: signing
        privateKey: { secure: v1:abc }
        since: { published: 2026-11-24, signing: "2026-12-01 00:00:00 +0000 UTC" }
      s2: { state: published, publicKey: abc, domains: [tx.bücher.example] }
    dmarc: { policy: reject, test: true, failureOptions: ["0", s], reports: [MAILTO:a@b.example] }
    mtaSts: { bücher.example: { mode: enforce, mx: ["*.xn--bcher-kva.example"], maxAge: 86400 } }
    tlsReports: { bücher.example: { reports: ["https://r.example/tls", mailto:a@b.example] } }
    bimi: { bücher.example: { logo: https://a.example/l.svg, avatar: brand } }
    neverMails: [parked.example]
    waitForCustomerRecords: true
`;

describe("stack files", () => {
  test("everything that may be said", () => {
    expect(faults(stack, parse(FULL))).toEqual([]);
    // An encrypted value may stand wherever a text may.
    const sealed = FULL.replace("domain: Bücher.example.", "domain: { secure: v1:abc }");
    expect(faults(stack, parse(sealed))).toEqual([]);
    // The program takes it as well, the encrypted key decrypted.
    const { config } = parse(FULL.replace("privateKey: { secure: v1:abc }", "privateKey: abc"));
    const values = { tenant: config["sendips:tenant"], ttl: config["sendips:ttl"] };
    expect(readConfig({ stack: "x", values }).problems).toEqual([]);
  });

  const TENANT = "/config/sendips:tenant";
  test.each([
    [
      "a key that is not known",
      "domain:",
      "domian:",
      `${TENANT}: must have required property 'domain'`,
    ],
    [
      "a key of an address",
      "privateIp:",
      "privateIP:",
      `${TENANT}/addresses/tx1: must NOT have additional properties`,
    ],
    [
      "a domain of one label",
      "tx.bücher.example,",
      "localhost,",
      `${TENANT}/streams/tx/from: must match pattern`,
    ],
    [
      "a domain with a blank",
      "tx.bücher.example,",
      '"a b.example",',
      `${TENANT}/streams/tx/from: must match pattern`,
    ],
    [
      "an address that is none",
      "10.0.1.255",
      "10.0.1.256",
      `${TENANT}/addresses/tx1/privateIp: must match pattern`,
    ],
    [
      "IPv6",
      "10.0.1.255",
      '"2001:db8::1"',
      `${TENANT}/addresses/tx1/privateIp: must match pattern`,
    ],
    [
      "a key that is no label",
      "tx1: {",
      "TX_1: {",
      `${TENANT}/addresses: property name must be valid`,
    ],
    [
      "a policy",
      "policy: reject",
      "policy: refuse",
      `${TENANT}/dmarc/policy: must be equal to one of the allowed values`,
    ],
    [
      "two mail hosts",
      "{ networkInterface:",
      "{ stack: mx-1, networkInterface:",
      `${TENANT}/mailHost: must NOT have more than 1 properties`,
    ],
    [
      "no mail host",
      "{ networkInterface: eni-0a1b2c3d4e5f60718 }",
      "{}",
      `${TENANT}/mailHost: must NOT have fewer than 1 properties`,
    ],
    ["a TTL", "sendips:ttl: 600", "sendips:ttl: 59", "/config/sendips:ttl: must be >= 60"],
    [
      "a text for a truth",
      "release: true",
      'release: "yes"',
      `${TENANT}/addresses/tx1/release: must be boolean`,
    ],
    [
      "an empty pool",
      "addresses: [tx1]",
      "addresses: []",
      `${TENANT}/streams/tx/addresses: must NOT have fewer than 1 items`,
    ],
    [
      "a report address",
      "MAILTO:a@b.example",
      "a@b.example",
      `${TENANT}/dmarc/reports/0: must match pattern`,
    ],
    ["a day", "2026-11-24", "24.11.2026", `${TENANT}/dkim/s1/since/published: must match pattern`],
    [
      "something beside the encrypted value",
      "{ secure: v1:abc }\n        since",
      "{ secure: v1:abc, k: 1 }\n        since",
      `${TENANT}/dkim/s1/privateKey: must NOT have additional properties`,
    ],
    [
      "an unknown key of ours",
      "sendips:ttl",
      "sendips:tll",
      "/config: must NOT have additional properties",
    ],
    [
      "an unknown key of Pulumi's",
      "encryptionsalt",
      "encryptionSalt",
      ": must NOT have additional properties",
    ],
    ["a Region", "us-gov-east-1", "us-east-1a", "/config/aws:region: must match pattern"],
  ])("refused: %s", (_, from, to, expected) => {
    expect(FULL).toContain(from);
    const found = faults(stack, parse(FULL.replace(from, to)));
    expect(found.join("\n")).toContain(expected);
  });

  test("a stack is a tenant or a mail host, not both and not neither", () => {
    const host = { subnet: "subnet-0a1b2c3d", instanceType: "c5.large", networkInterfaces: {} };
    const both = { ...parse(FULL).config, "sendips:mailHost": host };
    expect(faults(stack, { config: { "sendips:mailHost": host } })).toEqual([]);
    expect(faults(stack, { config: both })).toContain(
      "/config: must match exactly one schema in oneOf",
    );
    expect(faults(stack, { config: { "aws:region": "us-east-1" } })).toContain(
      "/config: must match exactly one schema in oneOf",
    );
  });
});

describe("Pulumi.yaml", () => {
  const config = (value: unknown) => faults(project, { name: "x", config: value });

  test("values of others and of Pulumi are not ours to judge", () => {
    expect(config({ "aws:region": { value: "x" }, "pulumi:tags": { value: {} } })).toEqual([]);
  });

  test.each([
    ["a value without value:", { "sendips:ttl": 3600 }, "/config/sendips:ttl: must be object"],
    [
      "an unknown key",
      { "sendips:zone": { value: {} } },
      "/config: must NOT have additional properties",
    ],
    [
      "a zone id",
      { "sendips:zones": { value: { "a.example": { cloudflare: "0c1d" } } } },
      "/config/sendips:zones/value/a.example/cloudflare: must match pattern",
    ],
    [
      "who serves a zone",
      { "sendips:zones": { value: { "a.example": "route53" } } },
      "/config/sendips:zones/value/a.example: must be equal to constant",
    ],
    [
      "a zone's name",
      { "sendips:zones": { value: { "a b": "external" } } },
      "/config/sendips:zones/value: property name must be valid",
    ],
    [
      "a quota",
      { "sendips:eipQuota": { value: { "us-east-1": -1 } } },
      "/config/sendips:eipQuota/value/us-east-1: must be >= 0",
    ],
  ])("refused: %s", (_, value, expected) => {
    expect(config(value).join("\n")).toContain(expected);
  });
});

describe("golden cases", () => {
  const folder = new URL("golden/", import.meta.url);
  const cases = readdirSync(folder).filter((file) => file.endsWith(".yaml"));

  test("the JSON Schema refuses nothing that the program reads", () => {
    const stricter = cases.filter((file) => {
      const { config } = parse(readFileSync(new URL(file, folder), "utf8"));
      const values = Object.fromEntries(
        Object.entries(config).flatMap(([key, value]) =>
          key.startsWith("sendips:") ? [[key.slice("sendips:".length), value]] : [],
        ),
      );
      const reads = "stack" in readConfig({ stack: "acme", values });
      return reads && faults(stack, { config }).length > 0;
    });
    expect(cases.length).toBeGreaterThan(0);
    expect(stricter).toEqual([]);
  });
});
