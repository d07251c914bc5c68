/** From a selector's config to its DNS record. The DNS key is always derived from a key, never typed. */

import {
  checkKeyPair,
  dkimRecordFromPrivateKey,
  dkimRecordFromPublicKey,
  publicKeyOf,
} from "../../../mail/dkim/public-key.ts";
import type { DkimRecord } from "../../../mail/dkim/record.ts";
import { renderDkim } from "../../../mail/dkim/record.ts";
import { error, type Finding, hasError, type Parsed } from "../../../mail/finding.ts";
import type { DkimKeyConfig } from "../../config/schema.ts";
import { type Text, text } from "../record.ts";

/**
 * Stands for an encrypted value in a config that is read without its passphrase. No key can look
 * like it: it is neither PEM nor base64.
 */
export const SEALED = "(encrypted)";

/** The record's text, or why there is none. Finding paths are relative to the selector: `.privateKey`. */
export interface DkimKeyText {
  text?: Text;
  findings: (Finding & { path: string })[];
}

/**
 * The DKIM key record of a selector (RFC 6376 §3.6.1, RFC 8463 §4).
 * No message holds any part of a key.
 */
export function dkimKeyText(selector: string, key: DkimKeyConfig): DkimKeyText {
  const sealed = key.privateKey === SEALED;
  if (key.state === "revoked") return { text: text`v=DKIM1; p=`, findings: [] };
  if (key.privateKey === undefined && key.publicKey === undefined) {
    const fix = `allowed: privateKey (an encrypted secret: sendips dkim new makes it) or publicKey`;
    return { findings: [{ ...error("RFC 6376 §3.6.1", "needs a key", fix), path: "" }] };
  }
  if (sealed && key.publicKey === undefined) {
    return { text: text`v=DKIM1; ${{ dkimKey: selector }}`, findings: [] };
  }
  const fromPrivate = key.privateKey !== undefined && !sealed;
  const parsed = fromPrivate
    ? dkimRecordFromPrivateKey(key.privateKey ?? "")
    : publicKeyRecord(key);
  const path = fromPrivate ? ".privateKey" : ".publicKey";
  const weak = fromPrivate ? ownKeyFindings(key.privateKey ?? "") : [];
  if (weak.length > 0) return { findings: weak };
  const findings = parsed.findings.map((finding) => ({ ...finding, path }));
  if (parsed.value === undefined) return { findings };
  findings.push(
    ...pairFindings(key, sealed).map((finding) => ({ ...finding, path: ".publicKey" })),
  );
  return hasError(findings) ? { findings } : { text: text`${renderDkim(parsed.value)}`, findings };
}

/** Public keys as read, by the config that holds them, with the text that they were read from. */
const readKeys = new WeakMap<DkimKeyConfig, { publicKey: string; record: Parsed<DkimRecord> }>();

/**
 * The record for a selector's `publicKey`, which must be there. To read a key is the dearest step of
 * a plan, and records, checks and rotation all ask for it: each is read once.
 */
export function publicKeyRecord(key: DkimKeyConfig): Parsed<DkimRecord> {
  const { publicKey = "" } = key;
  const known = readKeys.get(key);
  if (known?.publicKey === publicKey) return known.record;
  const record = dkimRecordFromPublicKey(publicKey);
  readKeys.set(key, { publicKey, record });
  return record;
}

/** Who makes a key has no reason to make a weak one; a customer's own is only warned of. */
function ownKeyFindings(privateKey: string): (Finding & { path: string })[] {
  const { type, bits = 0 } = publicKeyOf(privateKey).value ?? {};
  if (type !== "rsa" || bits >= 2048) return [];
  const fix = "allowed: RSA of 2048 bits or more, or Ed25519";
  return [{ ...error("RFC 8301 §3.2", `is an RSA key of ${bits} bits`, fix), path: ".privateKey" }];
}

/** A public key beside a private one must be its own: verifiers would fail every signature. */
function pairFindings(key: DkimKeyConfig, sealed: boolean): Finding[] {
  if (key.privateKey === undefined || key.publicKey === undefined || sealed) return [];
  const published = publicKeyRecord(key);
  if (published.value === undefined) return published.findings;
  return checkKeyPair(key.privateKey, published.value).map((finding) => ({
    ...finding,
    fix: "remove publicKey: the DNS key is derived from the private key",
  }));
}
