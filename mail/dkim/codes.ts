/** Codes of findings about DKIM keys and their records. */
import type { Codes } from "../code-meaning.ts";

export const dkimCodes = {
  "dkim-private-key": {
    level: "error",
    meaning: "A private key stands where the public one belongs.",
  },
  "dkim-revoked": { level: "either", meaning: "The record is a revoked key: its `p=` is empty." },
  "dkim-ed25519-length": {
    level: "error",
    meaning: "An Ed25519 key has not the 32 octets of one.",
  },
  "dkim-key-type": {
    level: "error",
    meaning: "The key is neither RSA nor Ed25519, or `k=` says so.",
  },
  "dkim-key-type-differs": {
    level: "error",
    meaning: "`k=` says another type of key than `p=` holds.",
  },
  "dkim-bare-rsa-key": {
    level: "warning",
    meaning: "`p=` is a bare RSAPublicKey, which some verifiers do not read.",
  },
  "dkim-keys-differ": {
    level: "error",
    meaning: "The published key is not the public half of the private key.",
  },
  "dkim-key-unreadable": { level: "error", meaning: "What should be a key cannot be read as one." },
  "dkim-short-key": {
    level: "either",
    meaning: "An RSA key is shorter than 2048 bits; verifiers refuse one below 1024.",
  },
  "dkim-long-key": {
    level: "warning",
    meaning: "An RSA key is longer than verifiers need to handle.",
  },
  "dkim-selector": { level: "error", meaning: "A selector is not one that DNS and DKIM allow." },
  "dkim-domain": { level: "error", meaning: "The domain of a key is not a name in A-labels." },
  "dkim-version": { level: "error", meaning: "`v=` is not DKIM1, or not the first tag." },
  "dkim-version-absent": { level: "warning", meaning: "`v=` is absent." },
  "dkim-no-key": { level: "error", meaning: "A selector or a record has no key." },
  "dkim-key-not-base64": { level: "error", meaning: "`p=` is not base64." },
  "dkim-notes": { level: "error", meaning: "`n=` is not quoted-printable." },
  "dkim-unknown-tag": { level: "warning", meaning: "The record has a tag that verifiers ignore." },
  "dkim-no-sha256": { level: "error", meaning: "`h=` leaves out sha256." },
  "dkim-sha1": { level: "warning", meaning: "`h=` admits sha1, which verifiers must not accept." },
  "dkim-not-for-mail": { level: "error", meaning: "`s=` excludes mail." },
  "dkim-testing": {
    level: "warning",
    meaning: "`t=y`: verifiers treat mail that fails as if it were unsigned.",
  },
  "dkim-strict-identity": {
    level: "warning",
    meaning: "`t=s`: a signature fails when `i=` is in a subdomain of `d=`.",
  },
  "dkim-unknown-flag": { level: "warning", meaning: "`t=` holds a flag that does not exist." },
  "dkim-word-list": {
    level: "error",
    meaning: "A tag that is a list of words holds something else.",
  },
} as const satisfies Codes;
