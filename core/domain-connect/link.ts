/** Links of the synchronous flow (section 5.2), signed; and the records that publish the key. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import type { Application, Template } from "./types.ts";

/** What a link needs besides the template. */
export interface LinkParts {
  template: Pick<Template, "providerId" | "serviceId">;
  application: Application;
  /** The DNS provider's, from discovery: an https URL without query, with any path. */
  urlSyncUX: string;
  key: KeyObject;
  /** The host of the public key below `syncPubKeyDomain`. */
  keyHost: string;
}

/** Octets of the key in one TXT record: with what stands before, less than the 255 of one string. */
const PART = 200;
/** RFC 8301 §3.2 for mail; the standard names no least size, and providers publish none. */
const LEAST_BITS = 2048;

/**
 * The link that a customer follows to consent. It is signed over the query as it is sent, without `sig` and
 * `key` (RSA PKCS #1 v1.5 with SHA-256), so that nobody else can make one or change a value.
 *
 * @throws RangeError when values are not known yet, or the URL is none to send a customer to
 */
export function domainConnectLink(parts: LinkParts): string {
  const { template, application, urlSyncUX, key, keyHost } = parts;
  const { domain, host, groups, variables, unknown } = application;
  if (unknown.length > 0) {
    throw new RangeError(`not known yet: the address of ${unknown.join(", ")}`);
  }
  const query = [
    ["domain", domain],
    ...(host === "" ? [] : [["host", host]]),
    ...(groups.length === 0 ? [] : [["groupId", groups.join(",")]]),
    ...Object.entries(variables),
  ]
    .map(([name = "", value = ""]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .join("&");
  const signature = sign("RSA-SHA256", Buffer.from(query), key).toString("base64");
  const path = `v2/domainTemplates/providers/${percentEncoded(template.providerId)}/services/${percentEncoded(template.serviceId)}/apply`;
  const signed = `${query}&sig=${percentEncoded(signature)}&key=${percentEncoded(keyHost)}`;
  return `${urlPrefix(urlSyncUX)}/${path}?${signed}`;
}

/**
 * A URL prefix of a DNS provider, without its last slash.
 *
 * @throws RangeError for anything that is no plain https URL
 */
export function urlPrefix(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url?.search === "" && url.hash === "" && url.username === "" && url.password === "";
  if (url?.protocol !== "https:" || !plain) {
    throw new RangeError(
      "the DNS provider's URL is not an https URL without query, fragment and password",
    );
  }
  return url.href.replace(/\/+$/, "");
}

/** RFC 3986 §2.3: everything but the unreserved characters, so that no proxy writes it otherwise. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * The key that signs links, from PEM.
 *
 * @throws RangeError for what is no RSA key of 2048 bits or more in clear. No message shows anything of it.
 */
export function signingKey(pem: string): KeyObject {
  const key = privateKey(pem);
  if (key === undefined) {
    throw new RangeError("it is not a private key in PEM without a passphrase");
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== "rsa" || bits < LEAST_BITS) {
    const found = key.asymmetricKeyType === "rsa" ? `${bits} bits` : key.asymmetricKeyType;
    throw new RangeError(`it is not an RSA key of ${LEAST_BITS} bits or more, but ${found}`);
  }
  return key;
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/**
 * The TXT records that publish a signing key, all at one name: the base64 of its SPKI in numbered parts, as a
 * TXT string holds at most 255 octets.
 *
 * @param key private or public
 * @param name `<key host>.<syncPubKeyDomain>`
 */
export function signingKeyRecords(key: KeyObject, name: string): { name: string; text: string }[] {
  const published = key.type === "private" ? createPublicKey(key) : key;
  const spki = published.export({ type: "spki", format: "der" });
  const parts = spki.toString("base64").match(new RegExp(`.{1,${PART}}`, "g")) ?? [];
  return parts.map((part, index) => ({ name, text: `p=${index + 1},a=RS256,d=${part}` }));
}
