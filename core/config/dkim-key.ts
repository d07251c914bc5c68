/**
 * The door: what a config says of a DKIM key becomes what the plan may know of it. A private key is turned
 * into its record, its type and whether a public key beside it is its own, and goes no further.
 */
import type { z } from "zod";
import {
  checkKeyPair,
  dkimRecordFromPrivateKey,
  dkimRecordFromPublicKey,
  publicKeyOf,
} from "../../mail/dkim/public-key.ts";
import type { DkimRecord } from "../../mail/dkim/record.ts";
import { hasError, type MailFinding, mailError, type Parsed } from "../../mail/finding.ts";
import type { dkimKeySchema } from "./schema/mail.ts";

/**
 * Stands for an encrypted value in a config that is read without its passphrase. No key can look
 * like it: it is neither PEM nor base64.
 */
export const SEALED = "(encrypted)";

/** A selector as a person writes it: its key as text, a private one in clear or {@link SEALED}. */
export type WrittenDkimKey = z.infer<typeof dkimKeySchema>;

/** A selector behind the door. It has no field for the text of a key, so that none can leak. */
export interface DkimKeyConfig extends Omit<WrittenDkimKey, "privateKey" | "publicKey"> {
  key: DkimKey;
}

/** What is known of a selector's key. */
export interface DkimKey {
  /** Whether the stack holds the private half, encrypted or not; else the customer does, or there is no key. */
  ours: boolean;
  /** Undefined where neither half can be read. */
  type?: DkimRecord["keyType"];
  /**
   * What is to be published. Absent where that is an error, of which `findings` tell, and where only the
   * encrypted private half is known: then nothing is wrong, and a deployment, which decrypts it, has it.
   */
  record?: DkimRecord;
  /** What is wrong with the key. */
  findings: readonly DkimKeyFinding[];
}

/** A fault of a key; `path` is relative to the selector: `.privateKey`, or empty. No message holds any part of a key. */
export type DkimKeyFinding = MailFinding & { path: string };

/** Takes a selector through the door. */
export function dkimKeyOf({ privateKey, publicKey, ...rest }: WrittenDkimKey): DkimKeyConfig {
  const ours = privateKey !== undefined;
  const halves: KeyHalves = {};
  if (publicKey !== undefined) halves.published = dkimRecordFromPublicKey(publicKey);
  if (ours && privateKey !== SEALED) halves.privateKey = privateKey;
  const key: DkimKey = { ours, ...recordOf(halves) };
  const type = typeOf(halves);
  if (type !== undefined) key.type = type;
  if (rest.state === "revoked") {
    // It publishes an empty p=, whatever key stands there.
    delete key.record;
    key.findings = [];
  } else if (!ours && publicKey === undefined) {
    const fix = "allowed: privateKey (an encrypted secret: sendips dkim new makes it) or publicKey";
    key.findings = [
      { ...mailError("dkim-no-key", "RFC 6376 §3.6.1", "needs a key", fix), path: "" },
    ];
  }
  return { ...rest, key };
}

/** The halves of a key that can be read here. */
interface KeyHalves {
  privateKey?: string;
  published?: Parsed<DkimRecord>;
}

/** What is published is what verifiers see, also where it is not the private key's. */
function typeOf({ privateKey, published }: KeyHalves): DkimKey["type"] {
  if (published !== undefined) return published.value?.keyType;
  return privateKey === undefined ? undefined : publicKeyOf(privateKey).value?.type;
}

function recordOf({ privateKey, published }: KeyHalves): Pick<DkimKey, "record" | "findings"> {
  const path = privateKey === undefined ? ".publicKey" : ".privateKey";
  const parsed = privateKey === undefined ? published : dkimRecordFromPrivateKey(privateKey);
  if (parsed === undefined) return { findings: [] };
  const weak = privateKey === undefined ? [] : weakness(privateKey);
  if (weak.length > 0) return { findings: weak };
  const findings = parsed.findings.map((finding) => ({ ...finding, path }));
  if (parsed.value === undefined) return { findings };
  if (privateKey !== undefined && published !== undefined) {
    const pair = pairFindings(privateKey, published);
    findings.push(...pair.map((finding) => ({ ...finding, path: ".publicKey" })));
  }
  return hasError(findings) ? { findings } : { record: parsed.value, findings };
}

/** Who makes a key has no reason to make a weak one; a customer's own is only warned of. */
function weakness(privateKey: string): DkimKeyFinding[] {
  const { type, bits = 0 } = publicKeyOf(privateKey).value ?? {};
  if (type !== "rsa" || bits >= 2048) return [];
  const fix = "allowed: RSA of 2048 bits or more, or Ed25519";
  return [
    {
      ...mailError("dkim-short-key", "RFC 8301 §3.2", `is an RSA key of ${bits} bits`, fix),
      path: ".privateKey",
    },
  ];
}

/** A public key beside a private one must be its own: verifiers would fail every signature. */
function pairFindings(privateKey: string, published: Parsed<DkimRecord>): MailFinding[] {
  if (published.value === undefined) return published.findings;
  return checkKeyPair(privateKey, published.value).map((finding) => ({
    ...finding,
    fix: "remove publicKey: the DNS key is derived from the private key",
  }));
}
