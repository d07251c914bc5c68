/** From a selector's config to its DNS record. The DNS key is always derived from the key, never typed. */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { Finding } from "./problem.ts";
import type { DkimKeyConfig } from "./schema.ts";

/** The record's text, or why there is none. Finding paths are relative to the selector: `.privateKey`. */
export interface DkimRecord {
  record?: string;
  findings: Finding[];
}

/**
 * The DKIM key record of a selector (RFC 6376 §3.6.1, RFC 8463 §4).
 * No message holds any part of a key: what node:crypto says of a bad one is not passed on.
 */
export function dkimRecordOf(key: DkimKeyConfig): DkimRecord {
  const bring = key.privateKey === undefined ? key.publicKey : key.privateKey;
  const field = key.privateKey === undefined ? ".publicKey" : ".privateKey";
  if (bring === undefined || (key.privateKey !== undefined && key.publicKey !== undefined)) {
    return fault(
      "",
      "needs one key",
      "exactly one of privateKey (an encrypted secret) or publicKey",
    );
  }
  const publicKey = key.privateKey === undefined ? readPublic(bring) : readPrivate(bring);
  if (publicKey === undefined) {
    return fault(
      field,
      "is not a key that can be read",
      "RSA or Ed25519 as PEM, or its DER in base64",
    );
  }
  if (publicKey.asymmetricKeyType === "ed25519") {
    // RFC 8463 §4: p= is the raw 32 bytes, not the SubjectPublicKeyInfo around them.
    const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    return { record: `v=DKIM1; k=ed25519; h=sha256; p=${raw.toString("base64")}`, findings: [] };
  }
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (publicKey.asymmetricKeyType !== "rsa" || bits < 2048) {
    return fault(
      field,
      publicKey.asymmetricKeyType === "rsa"
        ? `is an RSA key of ${bits} bits`
        : "is neither RSA nor Ed25519",
      "RSA of 2048 bits or more, or Ed25519",
      "RFC 8301 §3.2",
    );
  }
  const der = publicKey.export({ format: "der", type: "spki" }).toString("base64");
  return { record: `v=DKIM1; k=rsa; h=sha256; p=${der}`, findings: [] };
}

function fault(path: string, message: string, allowed: string, rule?: string): DkimRecord {
  const finding: Finding = { level: "error", path, message, fix: `allowed: ${allowed}` };
  return { findings: [rule === undefined ? finding : { ...finding, rule }] };
}

function readPrivate(key: string): KeyObject | undefined {
  try {
    const input = key.includes("-----BEGIN")
      ? key
      : ({ key: Buffer.from(key, "base64"), format: "der", type: "pkcs8" } as const);
    return createPublicKey(createPrivateKey(input).export({ format: "pem", type: "pkcs8" }));
  } catch {
    return undefined;
  }
}

function readPublic(key: string): KeyObject | undefined {
  try {
    return createPublicKey(
      key.includes("-----BEGIN")
        ? key
        : { key: Buffer.from(key, "base64"), format: "der", type: "spki" },
    );
  } catch {
    return undefined;
  }
}
