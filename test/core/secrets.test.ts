/** Private keys in every wrong place of a config: no problem, no plan and no text of them shows one. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, KeyObject } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, expectTypeOf, test } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../../core/config/config.ts";
import { dkimKeyOf } from "../../core/config/dkim-key.ts";
import { type DkimKeyConfig, operatorSchema, type TenantConfig } from "../../core/config/schema.ts";
import { formatProblems } from "../../core/problem.ts";
import { ACME, planOf, raw, ZONES } from "./support.ts";

const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
}) as string;
const spki = createPublicKey(pem).export({ type: "spki", format: "der" }).toString("base64");
const base64 = pem.replace(/-----.*-----|\n/g, "");
const ed25519 = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" });

/** As people paste them. */
const KEYS: Readonly<Record<string, string>> = {
  PEM: pem,
  "PEM on one line": pem.replaceAll("\n", " "),
  "PEM with CRLF": pem.replaceAll("\n", "\r\n"),
  base64,
  "base64 for URLs": base64.replaceAll("+", "-").replaceAll("/", "_"),
  hexadecimal: Buffer.from(base64, "base64").toString("hex"),
  Ed25519: ed25519.toString("base64"),
};

/** A tenant that uses every part of the schema, so that each can hold a key by mistake. */
const FULL = {
  ...parse(ACME),
  addresses: {
    tx1: { privateIp: "10.0.1.10", publicIpv4Pool: "ipv4pool-ec2-0123456789abcdef0" },
    mk1: { privateIp: "10.0.1.11", release: false },
  },
  domains: { "acme.test": { spf: { include: ["_spf.google.com"] } } },
  delegate: { zone: "of.operator.example", dmarc: true },
  dkim: {
    s1: {
      state: "signing",
      publicKey: spki,
      domains: ["tx.acme.example"],
      streams: ["transactional"],
      since: { published: "2026-01-01" },
    },
    s2: { state: "signing", privateKey: "(encrypted)" },
  },
  dmarc: { policy: "reject", existing: "v=DMARC1; p=none", replace: true },
  existing: {
    seen: "2026-01-01",
    names: {
      "acme.example": { TXT: ["some-verification=1"], MX: ["10 mx.acme.example"] },
      "s9._domainkey.acme.example": { TXT: [`v=DKIM1; k=rsa; p=${spki}`] },
    },
  },
  spf: { include: ["_spf.google.com"], existing: "v=spf1 mx ~all", all: "softfail" },
  mtaSts: { "acme.example": { mode: "testing", mx: ["mx.acme.example"], maxAge: 86400 } },
  bimi: { "acme.example": { logo: "https://www.acme.example/logo.svg" } },
  tlsReports: { "acme.example": { reports: ["mailto:tls@operator.example"] } },
  neverMails: ["parked.acme.example"],
  ttl: 3600,
};
const HOST = {
  subnet: "subnet-0123456789abcdef0",
  instanceType: "c5.large",
  networkInterfaces: { a: { privateIps: ["10.0.1.10"] } },
  submissionFrom: ["10.0.0.0/16"],
  instance: { ami: "ami-0123456789abcdef0", keyName: "ops", iamInstanceProfile: "mx" },
};
const OPERATOR_VALUES = {
  reports: ["mailto:dmarc@operator.example"],
  spfSnapshot: { "_spf.google.com": "v=spf1 ip4:192.0.2.0/24 ~all" },
  eipQuota: { "us-east-1": 20 },
  dns: { servers: ["192.0.2.53"] },
};
const OPERATOR = [...Object.keys(operatorSchema.shape), "mailHost", "tennant"];

type Place = (string | number)[];

function places(value: unknown, path: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, part]) =>
    places(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...inner];
}

function withValue(path: Place, value: unknown, whole: object = FULL): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  const tenant = structuredClone(whole);
  const last = rest.pop();
  let at: unknown = last === undefined ? tenant : Reflect.get(tenant, head);
  for (const part of rest) at = Reflect.get(at as object, part);
  Reflect.set(at as object, last ?? head, value);
  return tenant;
}

/** Every text that can be reached from a value, names of members too. Nothing else can hold a key in it. */
function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "function" || value instanceof KeyObject || ArrayBuffer.isView(value)) {
    throw new Error("what the plan is handed are maps, lists, texts and numbers");
  }
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  const entries: unknown[] = value instanceof Map || value instanceof Set ? [...value] : [];
  const own = Reflect.ownKeys(value).flatMap((name) => [
    String(name),
    ...textsIn(Reflect.get(value, name), seen),
  ]);
  return [...own, ...entries.flatMap((entry) => textsIn(entry, seen))];
}

/** All that a person or a log could see of a config. */
function visibleText(tenant: unknown, values: Record<string, unknown> = {}): string {
  const { problems, plan } = planOf(raw(tenant, values));
  return `${formatProblems(problems)}\n${JSON.stringify(problems)}\n${JSON.stringify(plan ?? "")}`;
}

/** Whether a text shows a part of a key. What all keys of a kind begin with may be shown; nothing from behind it. */
function shows(key: string): (text: string) => boolean {
  const lines = key.split(/\s+/).filter((line) => line.length >= 24);
  const pieces = lines.flatMap((line, index) => {
    const secret = index === 0 ? line.slice(8) : line;
    return Array.from({ length: Math.floor(secret.length / 16) }, (_, part) =>
      secret.slice(16 * part, 16 * part + 16),
    );
  });
  // The modulus of a PKCS #1 key and of its public half are spelled alike.
  const secret = pieces.filter((piece) => !spki.includes(piece));
  return (text) => secret.some((piece) => text.includes(piece));
}

test.each(Object.entries(KEYS))("no wrong place shows a key as %s", (_, key) => {
  const showsKey = shows(key);
  const shown: string[] = [];
  for (const path of places(FULL)) {
    const forms = { value: key, list: [key], map: { privatekey: key }, name: { [key]: {} } };
    for (const [form, value] of Object.entries(forms)) {
      if (showsKey(visibleText(withValue(path, value)))) shown.push(`${form} at ${path.join(".")}`);
    }
  }
  for (const name of [...OPERATOR, key]) {
    for (const value of [key, [key], { [key]: key }, { "acme.example": { cloudflare: key } }]) {
      if (showsKey(visibleText(FULL, { [name]: value })))
        shown.push(name === key ? "a key as name" : name);
    }
  }
  expect(shown).toEqual([]);
});

describe("what readConfig hands to the plan holds no private key", () => {
  const WRONG: Readonly<Record<string, string>> = {
    ...KEYS,
    "PKCS #1": createPrivateKey(pem).export({ type: "pkcs1", format: "pem" }).toString(),
    "PKCS #1 in base64": createPrivateKey(pem)
      .export({ type: "pkcs1", format: "der" })
      .toString("base64"),
    "EC in PEM": generateKeyPairSync("ec", { namedCurve: "P-256" })
      .privateKey.export({ type: "sec1", format: "pem" })
      .toString(),
    encrypted: createPrivateKey(pem)
      .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
      .toString(),
    "weak RSA": generateKeyPairSync("rsa", { modulusLength: 1024 })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString(),
  };
  const handed = (values: Record<string, unknown>) =>
    textsIn(readConfig({ stack: "acme", values: { zones: ZONES, ...values } })).join("\n");

  test("and the configs that hold one in a wrong place here are whole without it", () => {
    const read = (values: Record<string, unknown>) =>
      readConfig({ stack: "acme", values: { zones: ZONES, ...OPERATOR_VALUES, ...values } });
    expect(read({ tenant: FULL }).problems).toEqual([]);
    expect(read({ mailHost: HOST }).problems).toEqual([]);
  });

  test.each(Object.entries(WRONG))("that is written as %s", (_, key) => {
    const showsKey = shows(key);
    const found: string[] = [];
    const look = (values: Record<string, unknown>, place: string) => {
      if (showsKey(handed({ ...OPERATOR_VALUES, ...values }))) found.push(place);
    };
    const wholes = { tenant: FULL, mailHost: HOST };
    for (const [name, whole] of Object.entries(wholes)) {
      for (const path of places(whole)) {
        const forms = { value: key, list: [key], map: { privatekey: key }, name: { [key]: {} } };
        for (const [form, value] of Object.entries(forms)) {
          look({ [name]: withValue(path, value, whole) }, `${form} at ${name}.${path.join(".")}`);
        }
      }
    }
    for (const path of places(OPERATOR_VALUES).filter(({ length }) => length > 0)) {
      const values = withValue(path, key, OPERATOR_VALUES);
      look({ ...Object(values), tenant: FULL }, path.join("."));
    }
    for (const half of ["privateKey", "privatKey", "publicKey", "key"]) {
      const dkim = { s1: { state: "signing", [half]: key } };
      look({ tenant: { ...FULL, dkim } }, `the only ${half}`);
      const beside = { s1: { ...dkim.s1, publicKey: half === "publicKey" ? key : spki } };
      look({ tenant: { ...FULL, dkim: beside } }, `${half} beside a public key`);
    }
    expect(found).toEqual([]);
  });

  test("a key where a text may stand is refused, with its place and what to do", () => {
    const names = { "s9._domainkey.acme.example": { TXT: [`v=DKIM1; p=${base64}`] } };
    const tenant = { ...FULL, mailHost: { stack: pem }, existing: { names } };
    const { problems } = readConfig({ stack: "acme", values: { zones: ZONES, tenant } });
    expect(problems.map(({ level, path, message }) => `${level} ${path}: ${message}`)).toEqual([
      "error sendips:tenant.mailHost.stack: holds a private key, which is not encrypted here and would be passed on",
      'error sendips:tenant.existing.names["s9._domainkey.acme.example"].TXT[0]: holds a private key, which is not encrypted here and would be passed on',
    ]);
    expect(problems[0]?.fix).toContain("make another");
  });

  test("and the types say so", () => {
    expectTypeOf<DkimKeyConfig>().not.toHaveProperty("privateKey");
    expectTypeOf<DkimKeyConfig>().not.toHaveProperty("publicKey");
    expectTypeOf<TenantConfig["dkim"]>().toEqualTypeOf<Record<string, DkimKeyConfig>>();
  });

  test("but who asks at the door has the key, and it prints as nothing", () => {
    const dkim = {
      s1: { state: "signing", privateKey: pem },
      s2: { state: "published", privateKey: "(encrypted)", publicKey: spki },
      s3: { state: "published", publicKey: spki },
    };
    const read = readConfig({ stack: "acme", values: { zones: ZONES, tenant: { ...FULL, dkim } } });
    if (!("secrets" in read)) throw new Error(formatProblems(read.problems));
    const { secrets } = read;
    expect(["s1", "s2", "s3", "s4"].map((selector) => secrets.dkimPrivateKey(selector))).toEqual([
      pem,
      undefined,
      undefined,
      undefined,
    ]);
    const printed = `${inspect(read, { depth: null, showHidden: true })}${JSON.stringify(read)}`;
    expect(shows(pem)(printed)).toBe(false);
    expect(printed).toContain(spki);
  });
});

test("what is known of a key: whose it is, its type, its record, or what is wrong with it", () => {
  const state = "signing" as const;
  const keyOutcome = (halves: { privateKey?: string; publicKey?: string }) => {
    const { ours, type, record, findings } = dkimKeyOf({ state, since: {}, ...halves }).key;
    const published = record?.publicKey;
    return { ours, type, published, found: findings.map(({ path }) => path) };
  };
  const other = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" });
  const mine = { ours: true, type: "rsa", published: spki, found: [] };
  expect(keyOutcome({ privateKey: pem })).toEqual(mine);
  expect(keyOutcome({ privateKey: base64, publicKey: spki })).toEqual(mine);
  expect(keyOutcome({ privateKey: "(encrypted)", publicKey: spki })).toEqual(mine);
  expect(keyOutcome({ publicKey: spki })).toEqual({ ...mine, ours: false });
  expect(keyOutcome({ privateKey: "(encrypted)" })).toEqual({
    ...{ ours: true, type: undefined, published: undefined, found: [] },
  });
  const faulty = { ours: true, published: undefined };
  expect(keyOutcome({ privateKey: pem, publicKey: other.toString("base64") })).toEqual({
    ...{ ...faulty, type: "ed25519", found: [".publicKey"] },
  });
  expect(keyOutcome({ privateKey: "none" })).toEqual({
    ...{ ...faulty, type: undefined, found: [".privateKey"] },
  });
  expect(keyOutcome({})).toEqual({ ...faulty, ours: false, type: undefined, found: [""] });
});
