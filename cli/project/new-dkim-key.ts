/** Makes DKIM keys. A key lives in memory only, until the stack's secrets provider has encrypted it. */
import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";

const generate = promisify(generateKeyPair);

/** What to make. */
export interface KeyKind {
  type: "rsa" | "ed25519";
  /** Of RSA only. */
  bits: number;
}

/** RFC 8301 §3.2: signers should use at least 2048; verifiers need not handle more than 4096. */
export const RSA_BITS = { least: 2048, most: 4096 } as const;

/** A pair, each half its DER in base64: PKCS #8, and SubjectPublicKeyInfo. */
export interface KeyPair {
  privateKey: string;
  publicKey: string;
}

/** Makes a pair. */
export async function makeKeyPair({ type, bits }: KeyKind): Promise<KeyPair> {
  const pair =
    type === "rsa"
      ? await generate("rsa", {
          modulusLength: bits,
          publicKeyEncoding: { type: "spki", format: "der" },
          privateKeyEncoding: { type: "pkcs8", format: "der" },
        })
      : await generate("ed25519", {
          publicKeyEncoding: { type: "spki", format: "der" },
          privateKeyEncoding: { type: "pkcs8", format: "der" },
        });
  return {
    privateKey: pair.privateKey.toString("base64"),
    publicKey: pair.publicKey.toString("base64"),
  };
}
