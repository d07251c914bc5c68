import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkKeyPair,
  describePublicKey,
  dkimRecordFromPrivateKey,
  dkimRecordFromPublicKey,
  publicKeyOf,
} from "../../mail/dkim/public-key.ts";
import {
  type DkimRecord,
  dkimName,
  isSelector,
  lintDkim,
  lintSelector,
  parseDkim,
  renderDkim,
} from "../../mail/dkim/record.ts";
import type { MailFinding } from "../../mail/finding.ts";
import { levelsAndCodes, neverThrows, roundTrips, withoutUndefined } from "./support.ts";

/** RFC 6376 appendix C: the 1024 bit key of brisbane._domainkey.example.com. */
const BRISBANE =
  "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";
/** RFC 8463 appendix A. */
const RFC8463 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

const pem = (type: "rsa" | "ed25519", bits = 2048) => {
  const pair =
    type === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: bits })
      : generateKeyPairSync("ed25519");
  return {
    private: pair.privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    public: pair.publicKey.export({ format: "pem", type: "spki" }).toString(),
  };
};

const word = fc.stringMatching(/^[a-z]([a-z0-9-]{0,6}[a-z0-9])?$/);
const record: fc.Arbitrary<DkimRecord> = withoutUndefined(
  fc.record({
    keyType: fc.constantFrom("rsa", "ed25519"),
    publicKey: fc.base64String({ maxLength: 400 }),
    hashes: fc.option(fc.array(word, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    services: fc.option(fc.constantFrom(["*"], ["email"], ["email", "x-a"]), { nil: undefined }),
    flags: fc.option(fc.constantFrom(["y"], ["s"], ["y", "s"]), { nil: undefined }),
    notes: fc.option(fc.string({ unit: "binary", maxLength: 40 }), { nil: undefined }),
  }) as fc.Arbitrary<DkimRecord>,
);

/** What is to be said of a record and of the key in it. */
function lint(record: DkimRecord): MailFinding[] {
  const { keyType, publicKey } = record;
  const key = publicKey === "" ? [] : describePublicKey(keyType, publicKey).findings;
  return [...key, ...lintDkim(record)];
}

describe("DKIM key records", () => {
  it("round-trip and never throw", () => {
    roundTrips(record, renderDkim, parseDkim);
    neverThrows(parseDkim, "v=DKIM1", "p=", "k=rsa", "n==");
  });

  it("lints any record without throwing", () => {
    fc.assert(fc.property(record, (value) => void lint(value)));
  });

  it("reads the RFCs' examples", () => {
    const rsa = parseDkim(BRISBANE);
    expect(rsa.findings).toEqual([]);
    expect(rsa.value?.keyType).toBe("rsa");
    expect(rsa.value === undefined ? [] : levelsAndCodes(lint(rsa.value))).toEqual([
      "warning: dkim-short-key",
    ]);
    const ed25519 = parseDkim(RFC8463).value;
    expect(ed25519 === undefined ? ["unread"] : lint(ed25519)).toEqual([]);
    expect(parseDkim(BRISBANE.replace("DQEB", "DQ EB\r\n ")).value).toEqual(rsa.value);
  });

  it.each([
    ["p=; v=DKIM1", "dkim-version"],
    ["v=DKIM2; p=", "dkim-version"],
    ["v=DKIM1; k=rsa", "dkim-no-key"],
    ["v=DKIM1; p=a", "dkim-key-not-base64"],
    ["v=DKIM1; k=dsa; p=", "dkim-key-type"],
    ["v=DKIM1; p=; p=", "tag-repeated"],
    ["v=DKIM1; t=y:; p=", "dkim-word-list"],
    ["v=DKIM1; n=a=b; p=", "dkim-notes"],
  ])("refuses %s", (text, code) => {
    expect(parseDkim(text).value).toBeUndefined();
    expect(levelsAndCodes(parseDkim(text).findings)).toContain(`error: ${code}`);
  });

  it("warns of revoked keys, test mode, sha1, strange flags", () => {
    const lintText = (text: string) => {
      const { value, findings } = parseDkim(text);
      return value === undefined ? findings : [...findings, ...lint(value)];
    };
    expect(levelsAndCodes(lintText("v=DKIM1; p="))).toEqual(["warning: dkim-revoked"]);
    expect(lintText(`${RFC8463}; t=y:s:q; g=*`)).toHaveLength(4);
    expect(levelsAndCodes(lintText(`${RFC8463}; h=sha1`))).toContain("error: dkim-no-sha256");
    expect(levelsAndCodes(lintText(`${RFC8463}; s=tlsrpt`))).toEqual(["error: dkim-not-for-mail"]);
    expect(levelsAndCodes(lintText("v=DKIM1; k=rsa; p=AAAA"))).toContain(
      "error: dkim-key-unreadable",
    );
    expect(levelsAndCodes(lintText("v=DKIM1; k=ed25519; p=AAAA"))).toContain(
      "error: dkim-ed25519-length",
    );
  });

  it("knows selectors", () => {
    expect(["s202611", "a.b", "A-1"].every(isSelector)).toBe(true);
    expect(["", "-a", "a_b", "a..b", "a.", "ü", "a".repeat(64)].some(isSelector)).toBe(false);
    expect(dkimName("S1", "acme.example")).toBe("s1._domainkey.acme.example");
    expect(lintSelector("s1", "acme.example")).toEqual([]);
    expect(lintSelector("s1", `${"abcdefg.".repeat(30)}example`)).not.toEqual([]);
  });
});

describe("DKIM keys", () => {
  it.each(["rsa", "ed25519"] as const)("%s: record, pair, base64 and PEM alike", (type) => {
    const key = pem(type);
    const made = dkimRecordFromPrivateKey(key.private);
    expect(made.findings).toEqual([]);
    expect(dkimRecordFromPublicKey(key.public)).toEqual(made);
    const base64 = key.private.replace(/-----[^-]+-----|\s/g, "");
    expect(dkimRecordFromPrivateKey(base64)).toEqual(made);
    const { value } = made;
    if (value === undefined) throw new Error("no record");
    expect(parseDkim(renderDkim(value)).value).toEqual(value);
    expect(lint(value)).toEqual([]);
    expect(checkKeyPair(key.private, value)).toEqual([]);
    expect(checkKeyPair(pem(type).private, value)).toHaveLength(1);
    expect(checkKeyPair(key.private, { ...value, publicKey: "" })).toHaveLength(1);
    expect(dkimRecordFromPublicKey(value.publicKey)).toEqual(made);
  });

  it.each([1024, 1536, 2048, 3072])("reads an RSA key of %i bits alike in every form", (bits) => {
    const key = generateKeyPairSync("rsa", { modulusLength: bits }).publicKey;
    const spki = key.export({ format: "der", type: "spki" }).toString("base64");
    // Base64 on several lines is read by node:crypto, on one line by its form.
    const byForm = dkimRecordFromPublicKey(spki);
    expect(byForm.value?.publicKey).toBe(spki);
    expect(byForm).toEqual(dkimRecordFromPublicKey(spki.replace(/.{64}/g, "$&\n")));
    expect(byForm.findings.map(({ message }) => message)).toEqual(
      bits < 2048 ? [`the public key is an RSA key of ${bits} bits`] : [],
    );
  });

  it("reads nothing into what is only as long as a key", () => {
    const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
    const spki = key.export({ format: "der", type: "spki" });
    const withOctet = (at: number, octet: number) => {
      const der = Buffer.from(spki);
      der[at] = octet;
      return dkimRecordFromPublicKey(der.toString("base64"));
    };
    // The outer tag, a length, the algorithm, the tag of the modulus, of the exponent.
    for (const at of [0, 3, 10, 28, 289]) expect(withOctet(at, 0x7f).value).toBeUndefined();
    // A modulus that begins with zeros is a shorter key.
    expect(withOctet(33, 0).findings[0]?.message).toMatch(/ is an RSA key of 20[0-4]\d bits$/);
  });

  it("refuses short RSA, other curves and a private key in the public place", () => {
    const short = dkimRecordFromPrivateKey(pem("rsa", 768).private);
    expect(short.value).toBeUndefined();
    expect(levelsAndCodes(publicKeyOf(pem("rsa", 1024).private).findings)).toEqual([
      "warning: dkim-short-key",
    ]);
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const text = ec.export({ format: "pem", type: "pkcs8" }).toString();
    expect(dkimRecordFromPrivateKey(text).value).toBeUndefined();
    expect(dkimRecordFromPublicKey(pem("ed25519").private).value).toBeUndefined();
  });

  it("never throws and never repeats a key", () => {
    neverThrows(dkimRecordFromPrivateKey, "-----BEGIN PRIVATE KEY-----", "MII");
    neverThrows(dkimRecordFromPublicKey, "-----BEGIN PUBLIC KEY-----", "MII");
    expect(JSON.stringify(dkimRecordFromPrivateKey("c2VjcmV0"))).not.toContain("c2VjcmV0");
  });
});
