/**
 * DKIM keys: from a private or public key to its record, and whether the two belong together.
 * Reading keys is deterministic; making them is not, and happens elsewhere.
 * No message holds any part of a key, nor what node:crypto says of a bad one.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { hasError, type MailFinding, mailError, mailWarning, type Parsed } from "../finding.ts";
import { pastedTxt } from "../txt.ts";
import { type DkimRecord, lintDkim, parseDkim } from "./record.ts";

/** RFC 8301 §3.2: verifiers must not accept less, signers should use at least 2048. */
const RSA_REFUSED_BELOW = 1024;
const RSA_WEAK_BELOW = 2048;
/** RFC 8301 §3.2: verifiers need not handle more. */
const RSA_UNVERIFIED_ABOVE = 4096;
/** An Ed25519 key as `p=` holds it (RFC 8463 §4). */
const ED25519_OCTETS = 32;

/** A public key as far as DKIM cares. */
export interface DkimPublicKey {
  type: "rsa" | "ed25519";
  bits: number;
  /** What `p=` holds. */
  base64: string;
}

/** The public key that belongs to a private one, given as PEM or as PKCS #8 DER in base64. */
export function publicKeyOf(privateKey: string): Parsed<DkimPublicKey> {
  return publicKeyFrom(readPrivate(privateKey), "the private key", "PEM, or PKCS #8 in base64");
}

/** The record for a private key. RSA under 1024 bits is refused, under 2048 warned of. */
export function dkimRecordFromPrivateKey(privateKey: string): Parsed<DkimRecord> {
  return recordOfKey(publicKeyOf(privateKey));
}

/**
 * The record for a public key as people have it: PEM in any wrapping, SubjectPublicKeyInfo or PKCS #1 in base64
 * with line breaks or without, 32 raw Ed25519 octets in base64, or a whole DKIM record, as a sender hands it out
 * or as `dig` prints it. What such a record says besides the key stays. A private key is refused as what it is.
 */
export function dkimRecordFromPublicKey(publicKey: string): Parsed<DkimRecord> {
  const what = "the public key";
  const fix = "PEM, SubjectPublicKeyInfo in base64, or the whole DKIM record (v=DKIM1; k=rsa; p=…)";
  // First, because nearly all have this form: a private key can only be ruled out by trying each of its forms.
  const spki = readSpki(publicKey);
  if (spki !== undefined) return recordOfKey(publicKeyFrom(spki, what, fix));
  if (isPrivateKey(publicKey)) {
    const message = "is a private key: whoever can read this file can sign as the tenant";
    const known =
      "take the key as known where others can read the file, and make another; here stands its public half alone (openssl pkey -pubout)";
    return { findings: [mailError("dkim-private-key", "RFC 6376 §8.1", message, known)] };
  }
  const pasted = pastedRecord(publicKey);
  if (pasted !== undefined) return fromPasted(pasted);
  return recordOfKey(publicKeyFrom(readPublic(publicKey), what, fix));
}

/** The text of a DKIM record in what was pasted: strings joined, what `dig` prints before them taken off. */
function pastedRecord(pasted: string): string | undefined {
  const text = pastedTxt(pasted);
  return /^\s*(?:[a-z]\s*=[^;]*;\s*)*p\s*=/i.test(text) ? text : undefined;
}

function fromPasted(text: string): Parsed<DkimRecord> {
  const { value, findings } = parseDkim(text);
  // A record that a person typed over may lack its version; the one that we publish has it.
  const faults = findings.filter(({ code }) => code !== "dkim-version-absent");
  if (value === undefined) return { findings: faults };
  if (value.publicKey === "") {
    const message = "the record is a revoked key: its p= is empty";
    return {
      findings: [
        mailError("dkim-revoked", "RFC 6376 §3.6.1", message, "state: revoked, without a key"),
      ],
    };
  }
  const read = describePublicKey(value.keyType, value.publicKey);
  if (read.value === undefined) return { findings: [...faults, ...read.findings] };
  const { hashes = ["sha256"], services, flags } = value;
  const record: DkimRecord = { keyType: value.keyType, hashes, publicKey: read.value.base64 };
  if (services !== undefined) record.services = services;
  if (flags !== undefined) record.flags = flags;
  const size = read.findings.filter(({ rule }) => !rule.includes("errata"));
  return { value: record, findings: [...faults, ...size, ...lintDkim(record)] };
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const ARMOUR = /-----BEGIN ([A-Z0-9 ]+)-----/;
/** `openssh-key-v1` in base64: a form that node:crypto does not read. */
const OPENSSH = "b3BlbnNzaC1rZXktdjE";

/** Whether a text holds a private key of any kind, encrypted or not. */
export function isPrivateKey(text: string): boolean {
  if (/PRIVATE KEY/.test(text)) return true;
  const bare = text
    .replace(ARMOUR, "")
    .replace(/-----END [A-Z0-9 ]+-----/, "")
    .replace(/\\n|\s/g, "");
  if (bare.startsWith(OPENSSH)) return true;
  const der = Buffer.from(bare, "base64");
  return (["pkcs8", "pkcs1", "sec1"] as const).some((type) => {
    try {
      createPrivateKey({ key: der, format: "der", type });
      return true;
    } catch (error) {
      // An encrypted one is read as far as that.
      return error instanceof Error && "code" in error && error.code === "ERR_MISSING_PASSPHRASE";
    }
  });
}

/** Reads a record's `p=` under its `k=`, with what is to be said of the key. */
export function describePublicKey(
  keyType: "rsa" | "ed25519",
  base64: string,
): Parsed<DkimPublicKey> {
  const der = Buffer.from(base64, "base64");
  if (keyType === "ed25519") {
    if (der.length !== ED25519_OCTETS) {
      const fix = "p= holds the raw 32 octets, not the SubjectPublicKeyInfo around them";
      const message = `the Ed25519 key has ${der.length} octets`;
      return { findings: [mailError("dkim-ed25519-length", "RFC 8463 §4", message, fix)] };
    }
    const findings: MailFinding[] = [];
    return { value: { type: "ed25519", bits: 256, base64 }, findings };
  }
  const spki = attempt(() => createPublicKey({ key: der, format: "der", type: "spki" }));
  // RFC 6376's text asks for the bare RSAPublicKey, its examples and all verifiers for the other.
  const bare = spki ?? attempt(() => createPublicKey({ key: der, format: "der", type: "pkcs1" }));
  const parsed = publicKeyFrom(bare, "p=", "an RSA SubjectPublicKeyInfo in base64");
  if (parsed.value !== undefined && parsed.value.type !== "rsa") {
    const fix = "k=ed25519 with the raw 32 octets";
    return {
      findings: [
        mailError("dkim-key-type-differs", "RFC 8463 §4", "k=rsa holds an Ed25519 key", fix),
      ],
    };
  }
  if (spki === undefined && parsed.value !== undefined) {
    const fix = "wrap it: openssl rsa -RSAPublicKey_in -pubout";
    const message = "p= is a bare RSAPublicKey, which some verifiers do not read";
    parsed.findings.push(mailWarning("dkim-bare-rsa-key", "RFC 6376 errata 3017", message, fix));
  }
  return parsed;
}

/** Whether the record is the private key's: nothing said means it is. */
export function checkKeyPair(privateKey: string, record: DkimRecord): MailFinding[] {
  const own = publicKeyOf(privateKey);
  if (own.value === undefined) return own.findings;
  const published = describePublicKey(record.keyType, record.publicKey);
  const same =
    published.value?.type === own.value.type && published.value.base64 === own.value.base64;
  if (same) return [];
  const rule = "RFC 6376 §3.6.1";
  if (record.publicKey === "") {
    return [
      mailError("dkim-revoked", rule, "the published key is revoked", "sign with another selector"),
    ];
  }
  const fix = "publish the record derived from the private key, or sign with the other key";
  return [mailError("dkim-keys-differ", rule, "the published key is not the private key's", fix)];
}

function recordOfKey(key: Parsed<DkimPublicKey>): Parsed<DkimRecord> {
  if (key.value === undefined) return { findings: key.findings };
  const { type, base64 } = key.value;
  const value: DkimRecord = { keyType: type, hashes: ["sha256"], publicKey: base64 };
  return { value, findings: key.findings };
}

function publicKeyFrom(
  key: KeyObject | undefined,
  what: string,
  fix: string,
): Parsed<DkimPublicKey> {
  if (key === undefined) {
    return {
      findings: [
        mailError("dkim-key-unreadable", "RFC 6376 §3.6.1", `${what} cannot be read as a key`, fix),
      ],
    };
  }
  if (key.asymmetricKeyType === "ed25519") {
    const base64 = Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url").toString(
      "base64",
    );
    return { value: { type: "ed25519", bits: 256, base64 }, findings: [] };
  }
  if (key.asymmetricKeyType !== "rsa") {
    const message = `${what} is neither RSA nor Ed25519`;
    return {
      findings: [
        mailError("dkim-key-type", "RFC 8463 §3", message, "RSA of 2048 bits, or Ed25519"),
      ],
    };
  }
  const base64 = key.export({ format: "der", type: "spki" }).toString("base64");
  return fromRsa(base64, key.asymmetricKeyDetails?.modulusLength ?? 0, what);
}

function fromRsa(base64: string, bits: number, what: string): Parsed<DkimPublicKey> {
  const findings = rsaSize(bits, what);
  if (hasError(findings)) return { findings };
  return { value: { type: "rsa", bits, base64 }, findings };
}

function rsaSize(bits: number, what: string): MailFinding[] {
  const rule = "RFC 8301 §3.2";
  const message = `${what} is an RSA key of ${bits} bits`;
  const fix = "a key of 2048 bits";
  if (bits < RSA_REFUSED_BELOW)
    return [mailError("dkim-short-key", rule, `${message}; verifiers refuse it`, fix)];
  if (bits < RSA_WEAK_BELOW) return [mailWarning("dkim-short-key", rule, message, fix)];
  if (bits > RSA_UNVERIFIED_ABOVE) {
    return [mailWarning("dkim-long-key", rule, `${message}; verifiers need not handle it`, fix)];
  }
  return [];
}

function readPrivate(key: string): KeyObject | undefined {
  // createPublicKey takes a private KeyObject in Node, but its types do not: through PEM.
  return attempt(() => {
    const parsed = createPrivateKey(
      key.includes("-----BEGIN")
        ? key
        : { key: Buffer.from(key, "base64"), format: "der", type: "pkcs8" },
    );
    return createPublicKey(parsed.export({ format: "pem", type: "pkcs8" }));
  });
}

/** A SubjectPublicKeyInfo in base64, without anything around it. */
function readSpki(base64: string): KeyObject | undefined {
  if (!BASE64.test(base64)) return undefined;
  const der = Buffer.from(base64, "base64");
  return attempt(() => createPublicKey({ key: der, format: "der", type: "spki" }));
}

function readPublic(key: string): KeyObject | undefined {
  // A text file's line breaks come as such, as \\n, or as blanks, and quotes come along.
  const plain = key.replaceAll("\\n", "\n").replaceAll('"', "");
  const body = plain
    .replace(ARMOUR, "")
    .replace(/-----END [A-Z0-9 ]+-----/, "")
    .replace(/\s/g, "");
  if (!BASE64.test(body)) return undefined;
  const der = Buffer.from(body, "base64");
  if (der.length === ED25519_OCTETS) {
    const jwk = { kty: "OKP", crv: "Ed25519", x: der.toString("base64url") };
    return attempt(() => createPublicKey({ key: jwk, format: "jwk" }));
  }
  return (
    readSpki(body) ?? attempt(() => createPublicKey({ key: der, format: "der", type: "pkcs1" }))
  );
}

function attempt(read: () => KeyObject | undefined): KeyObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
