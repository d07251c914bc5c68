/** Private keys that stand where any text may: nothing encrypts them there, and all that is made of the text would show them. */

import { isPrivateKey } from "../../mail/dkim/public-key.ts";
import type { Finding } from "../problem.ts";
import { configPath } from "./path.ts";

/** Shorter than any private key of a kind that is in use, in base64 or in hexadecimal. */
const MAY_BE_A_KEY = /PRIVATE KEY|[A-Za-z0-9+/_-]{40}/;
const DIGITS = /[A-Za-z0-9+/_-]{40,}/g;

/**
 * Each private key, encrypted or not, in a text or a name of a config that is no place for one. The two
 * halves of a DKIM selector are left to `dkimKeyOf`, which lets neither through as it stands.
 */
export function misplacedPrivateKeys(values: Readonly<Record<string, unknown>>): Finding[] {
  return misplacedIn(values, []);
}

function misplacedIn(value: unknown, path: readonly PropertyKey[]): Finding[] {
  if (typeof value === "string") return isDkimHalf(path) || !holdsKey(value) ? [] : [fault(path)];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((inner, index) => misplacedIn(inner, [...path, index]));
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...path, key];
    return holdsKey(key) ? [fault(place)] : misplacedIn(inner, place);
  });
}

function isDkimHalf([root, dkim, , half, ...rest]: readonly PropertyKey[]): boolean {
  const isHalf = half === "privateKey" || half === "publicKey";
  return root === "tenant" && dkim === "dkim" && isHalf && rest.length === 0;
}

function holdsKey(text: string): boolean {
  // To try each as a key takes long, and a fleet has many texts.
  if (!MAY_BE_A_KEY.test(text)) return false;
  return [text, ...(text.match(DIGITS) ?? [])].some(
    (part) => isPrivateKey(part) || isPrivateKey(Buffer.from(part, "hex").toString("base64")),
  );
}

function fault(path: readonly PropertyKey[]): Finding {
  return {
    level: "error",
    code: "config-private-key-in-clear",
    path: configPath(path),
    message: "holds a private key, which is not encrypted here and would be passed on",
    fix: "take the key as known: remove it, and make another with npx sendips dkim new <stack>, which encrypts it",
  };
}
