/** Values as people have them: pasted from a sender's help page, from `dig`, from a word processor. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Problem } from "../../core/problem.ts";
import { dkimRecordFromPublicKey } from "../../mail/dkim/public-key.ts";
import { chunkTxt, pastedTxt, quoteString } from "../../mail/txt.ts";
import { planOf } from "./support.ts";

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ED = generateKeyPairSync("ed25519");
const EC = generateKeyPairSync("ec", { namedCurve: "P-256" });
const spki = (key: KeyObject) => key.export({ type: "spki", format: "der" }).toString("base64");
const P = spki(RSA.publicKey);
const RAW = createPublicKey(ED.publicKey.export({ type: "spki", format: "pem" }))
  .export({ type: "spki", format: "der" })
  .subarray(-32)
  .toString("base64");
const PEM = RSA.publicKey.export({ type: "spki", format: "pem" }).toString();
const PKCS1 = RSA.publicKey.export({ type: "pkcs1", format: "pem" }).toString();
const RECORD = `v=DKIM1; k=rsa; p=${P}`;

const TENANT = {
  domain: "acme.example",
  hostNames: "mail.acme.example",
  mailHost: { stack: "mx-1" },
  addresses: { tx1: { privateIp: "10.0.1.10" } },
  streams: { main: { from: "tx.acme.example", addresses: ["tx1"] } },
  dmarc: { policy: "reject" },
};

function planWith(tenant: object, operator: object = {}) {
  const zones = { "acme.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" } };
  return planOf({
    stack: "acme",
    values: { zones, ...operator, tenant: { ...TENANT, ...tenant } },
  });
}

function problemLines(problems: readonly Problem[]): string[] {
  return problems.map(({ level, path, message }) => `${level} ${path}: ${message}`);
}

describe("a DKIM public key", () => {
  test.each<[string, string]>([
    ["base64", P],
    ["base64 in lines", P.replace(/(.{64})/g, "$1\n")],
    ["base64 in quotes with blanks", `"${P.slice(0, 200)}" "${P.slice(200)}"`],
    ["PEM", PEM],
    ["PEM on one line", PEM.replaceAll("\n", " ")],
    ["PEM with \\n spelt out", PEM.replaceAll("\n", "\\n")],
    ["PKCS #1", PKCS1],
    ["PKCS #1 in base64", PKCS1.replace(/-----[^-]+-----|\s/g, "")],
    ["a whole record", RECORD],
    ["a record without its version", `k=rsa; p=${P}`],
    ["p= alone", `p=${P}`],
    ["a record with blanks in the key", `v=DKIM1; k=rsa; p=${P.slice(0, 100)} ${P.slice(100)}`],
    ["a record in strings", chunkTxt(RECORD).map(quoteString).join(" ")],
    [
      "what dig prints",
      `s1._domainkey.acme.example. 300 IN TXT ${chunkTxt(RECORD).map(quoteString).join(" ")}`,
    ],
    [
      "a zone file's form",
      `s1._domainkey IN TXT ( ${chunkTxt(RECORD).map(quoteString).join("\n  ")} )`,
    ],
  ])("is read as %s", (_, text) => {
    const { value, findings } = dkimRecordFromPublicKey(text);
    expect(findings).toEqual([]);
    expect(value).toMatchObject({ keyType: "rsa", publicKey: P });
  });

  test("Ed25519 is read raw, and as a record", () => {
    for (const text of [RAW, `v=DKIM1; k=ed25519; p=${RAW}`, spki(ED.publicKey)]) {
      expect(dkimRecordFromPublicKey(text).value).toMatchObject({
        keyType: "ed25519",
        publicKey: RAW,
      });
    }
  });

  test("what a record says besides the key stays, and is warned of", () => {
    const { value, findings } = dkimRecordFromPublicKey(`v=DKIM1; t=y:s; s=email; p=${P}`);
    expect(value).toMatchObject({ flags: ["y", "s"], services: ["email"], hashes: ["sha256"] });
    expect(findings.map(({ level, message }) => `${level} ${message.slice(0, 4)}`)).toEqual([
      "warning t=y:",
      "warning t=s:",
    ]);
    expect(dkimRecordFromPublicKey(`v=DKIM1; h=sha1; p=${P}`).findings[0]?.message).toContain(
      "sha256",
    );
    expect(dkimRecordFromPublicKey("v=DKIM1; p=").findings[0]?.fix).toContain("state: revoked");
  });

  const pem = (key: KeyObject, type: "pkcs8" | "pkcs1" | "sec1") =>
    key.export({ type, format: "pem" } as { type: "pkcs8"; format: "pem" }).toString();
  const encrypted = RSA.privateKey
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
    .toString();
  const bare = (text: string) => text.replace(/-----[^-]+-----|\s/g, "");
  test.each<[string, string]>([
    ["PKCS #8", pem(RSA.privateKey, "pkcs8")],
    ["PKCS #8 in base64", bare(pem(RSA.privateKey, "pkcs8"))],
    ["PKCS #1", pem(RSA.privateKey, "pkcs1")],
    ["PKCS #1 in base64", bare(pem(RSA.privateKey, "pkcs1"))],
    ["Ed25519", bare(pem(ED.privateKey, "pkcs8"))],
    ["EC in base64", bare(pem(EC.privateKey, "sec1"))],
    ["encrypted", encrypted],
    ["encrypted in base64", bare(encrypted)],
    [
      "OpenSSH",
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n-----END OPENSSH PRIVATE KEY-----",
    ],
    ["OpenSSH in base64", `b3BlbnNzaC1rZXktdjEAAAAABG5vbmU${"A".repeat(60)}`],
  ])("that is a private one (%s) is refused as such, unseen", (_, key) => {
    const { problems } = planWith({ dkim: { s1: { state: "signing", publicKey: key } } });
    const text = JSON.stringify(problems);
    expect(text).toContain("is a private key: whoever can read this file can sign as the tenant");
    const digits = bare(key);
    for (let at = 20; at + 20 < digits.length; at += 10) {
      expect(text).not.toContain(digits.slice(at, at + 20));
    }
  });
});

describe("texts of DNS", () => {
  test("any cutting into strings reads back", () => {
    const text = fc.string({
      unit: fc.constantFrom(...'abc =:;"\\~é'),
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (strings) => {
        const form = strings.map(quoteString);
        expect(pastedTxt(form.join(" "))).toBe(strings.join(""));
        expect(pastedTxt(`acme.example. 300 IN TXT ${form.join(" ")}`)).toBe(strings.join(""));
        expect(pastedTxt(`(${form.join("\n")})`)).toBe(strings.join(""));
      }),
    );
  });

  test("SPF as dig prints it is merged, strings joined without a space", () => {
    const existing = 'acme.example.\t300\tIN\tTXT\t"v=spf1 include:_spf.goo" "gle.com ~all"';
    const { plan } = planWith({ spf: { existing } });
    const spf = plan?.records.find(({ key }) => key === "spf-acme.example");
    expect(JSON.stringify(spf?.data)).toContain("v=spf1 include:_spf.google.com ~all");
    expect(spf?.before).toEqual(["v=spf1 include:_spf.google.com ~all"]);
  });
});

describe("what YAML and editors make of values", () => {
  test("numbers as keys, and in lists of keys", () => {
    const { plan, problems } = planWith({
      addresses: { 1: { privateIp: "10.0.1.10" } },
      streams: { 2: { from: "tx.acme.example", addresses: [1] } },
      dkim: { 20261126: { state: "signing", publicKey: P } },
    });
    expect(problemLines(problems).filter((line) => line.startsWith("error"))).toEqual([]);
    expect(plan?.records.map(({ key }) => key)).toContain("dkim-20261126-tx.acme.example");
  });

  test("a number that was a text is to be quoted", () => {
    const zones = { "acme.example": { cloudflare: 13 } };
    expect(problemLines(planWith({}, { zones }).problems)[0]).toContain(
      "stands without quotes, and YAML takes it for a number",
    );
    const { problems } = planWith({ dkim: { s1: { state: "signing", publicKey: 12 } } });
    expect(problems[0]?.fix).toContain("quotes");
  });

  test("selectors with dots", () => {
    const { plan, problems } = planWith({
      dkim: { "s1.news": { state: "signing", publicKey: P } },
    });
    expect(problemLines(problems).filter((line) => line.startsWith("error"))).toEqual([]);
    const record = plan?.records.find(({ key }) => key === "dkim-s1.news-tx.acme.example");
    expect([record?.name, record?.path]).toEqual([
      "s1.news._domainkey.tx.acme.example",
      'sendips:tenant.dkim["s1.news"]',
    ]);
    const bad = planWith({ dkim: { "s1..news": { state: "revoked" }, S1: { state: "revoked" } } });
    expect(
      problemLines(bad.problems).filter((line) => line.includes("cannot be a selector")),
    ).toHaveLength(2);
  });

  test("report addresses at internationalised domains", () => {
    const { plan, problems } = planWith({
      dmarc: { policy: "reject", reports: ["mailto:dmarc@B\u00fccher.example"] },
      tlsReports: { "acme.example": { reports: ["https://b\u00fccher.example/tls"] } },
    });
    expect(problemLines(problems).filter((line) => line.startsWith("error"))).toEqual([]);
    const text = JSON.stringify(plan?.records);
    expect(text).toContain("rua=mailto:dmarc@xn--bcher-kva.example");
    expect(text).toContain("rua=https://xn--bcher-kva.example/tls");
    const foreign = planWith({ dmarc: { reports: ["mailto:b\u00fccher@acme.example"] } });
    expect(problemLines(foreign.problems)[0]).toContain("characters beyond ASCII");
  });

  test.each<[string, object, string]>([
    [
      "a no-break space",
      { spf: { existing: "v=spf1\u00a0include:_spf.google.com ~all" } },
      "sendips:tenant.spf.existing: holds U+00A0 NO-BREAK SPACE at character 7",
    ],
    [
      "a zero width space",
      { domain: "acme\u200b.example" },
      "sendips:tenant.domain: holds U+200B ZERO WIDTH SPACE at character 5",
    ],
    [
      "an en dash",
      { spf: { existing: "v=spf1 mx \u2013all" } },
      "sendips:tenant.spf.existing: holds U+2013 EN DASH at character 11",
    ],
    [
      "a typeset quote",
      { dmarc: { existing: "\u201cv=DMARC1; p=none\u201d" } },
      "sendips:tenant.dmarc.existing: holds U+201C LEFT DOUBLE QUOTATION MARK at character 1",
    ],
    [
      "a mark in a key",
      { streams: { "ma\u200ein": { from: "tx.acme.example", addresses: ["tx1"] } } },
      "holds U+200E LEFT-TO-RIGHT MARK at character 3",
    ],
    [
      "one in a key of DKIM",
      { dkim: { s1: { state: "signing", publicKey: `${P.slice(0, 90)}\u00a0${P.slice(90)}` } } },
      "sendips:tenant.dkim.s1.publicKey: holds U+00A0 NO-BREAK SPACE at character 91",
    ],
  ])("%s is named, with its place", (_, tenant, message) => {
    const { problems } = planWith(tenant);
    expect(problemLines(problems).join("\n")).toContain(message);
    expect(JSON.stringify(problems)).not.toContain(P.slice(40, 60));
    // What follows from it is not said again.
    expect(new Set(problems.map(({ path }) => path)).size).toBe(problems.length);
  });

  test("a name with an umlaut is none of these", () => {
    expect(
      problemLines(planWith({}, { reports: ["mailto:a@b\u00fccher.example"] }).problems).join(),
    ).not.toContain("U+");
  });
});

test("a key of digits is a key in a path, and a place in a list is a place", () => {
  const key = { state: "signing", publicKey: "no key at all" };
  const { problems } = planWith({ dkim: { 20261126: key } });
  expect(problems[0]?.path).toBe('sendips:tenant.dkim["20261126"].publicKey');
  const reports = ["mailto:a@acme.example", "mailto:b @acme.example"];
  expect(planWith({ dmarc: { reports } }).problems[0]?.path).toBe(
    "sendips:tenant.dmarc.reports[1]",
  );
});

test("a subscriber's key in a blocklist's name stands in no message, however it is laid out", () => {
  const name = "abcdefghijklmnopqrstuvwxyz.zen.dq.spamhaus.net";
  const laidOut = [[name], [{ zone: name, codes: ["127.0.0.2"] }], name, { [name]: true }];
  for (const lists of laidOut) {
    const { problems } = planWith({}, { screen: { lists } });
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems)).not.toContain("abcdefgh");
  }
});
