/** What of an account and a zone becomes a tenant's config, so that what sends already goes on as it is. */
import { isDnsKey } from "../../mail/names.ts";
import type { LiveAddress } from "../guards/address-context.ts";
import { readTags, taggedStack } from "../state/tags.ts";

/** An Elastic IP on a mail host, with its PTR. */
export interface SendingAddress extends LiveAddress {
  /** Empty where it has none. */
  reverseName: string;
}

/** An address of the config that takes over one that exists. */
export interface AdoptedAddress {
  key: string;
  config: { privateIp: string; hostName?: string; adopt: string };
}

/**
 * The addresses of a config that take over what sends, those left out that are known or another stack's.
 *
 * @param known what the config has already: keys, and what they adopt.
 * @returns with a line for each that is left out, and why.
 */
export function adoptableAddresses(
  stack: string,
  found: readonly SendingAddress[],
  known: Readonly<Record<string, { adopt?: string | undefined }>>,
  hostNames: string | undefined,
): { addresses: AdoptedAddress[]; notes: string[] } {
  const adopted = new Set(Object.values(known).flatMap(({ adopt }) => adopt ?? []));
  const keys = new Set(Object.keys(known));
  const addresses: AdoptedAddress[] = [];
  const notes: string[] = [];
  const order = (a: SendingAddress, b: SendingAddress) => (a.privateIp < b.privateIp ? -1 : 1);
  for (const { allocationId, publicIp, privateIp, reverseName, tags } of found.toSorted(order)) {
    const tagged = readTags(tags);
    if (adopted.has(allocationId) || adopted.has(publicIp)) continue;
    if (tagged.stack !== undefined && tagged.stack !== stack && !tagged.retained) {
      notes.push(`${publicIp} on ${privateIp} is left out: it is stack ${taggedStack(tags)}'s`);
      continue;
    }
    const own = tagged.stack === stack ? tagged.address : undefined;
    const key = freeKey(own ?? reverseName.split(".")[0] ?? "", keys);
    keys.add(key);
    if (reverseName === "")
      notes.push(`${publicIp} on ${privateIp} has no PTR: its host name is new`);
    const isUsual = reverseName === "" || reverseName === `${key}.${hostNames}`;
    addresses.push({
      key,
      config: { privateIp, ...(isUsual ? {} : { hostName: reverseName }), adopt: allocationId },
    });
  }
  return { addresses, notes };
}

/** The wish, where it can be a key and is free; else `a1`, `a2` … */
function freeKey(wish: string, taken: ReadonlySet<string>): string {
  if (isDnsKey(wish) && !taken.has(wish)) return wish;
  let key = "a1";
  for (let count = 2; taken.has(key); count += 1) key = `a${count}`;
  return key;
}

/** A DKIM key that stands in a zone. */
export interface StandingKey {
  selector: string;
  /** The domain that publishes it. */
  domain: string;
  /** The record's text. */
  text: string;
}

/**
 * The selectors of a config for the DKIM keys that stand at From domains, those left out that it knows or that are
 * revoked. Whose key each is no zone says: somebody signs with it, and keeps its private half.
 */
export function adoptableKeys(
  found: readonly StandingKey[],
  known: readonly string[],
): { selector: string; config: { state: "signing"; publicKey: string; domains: string[] } }[] {
  const bySelector = new Map<string, StandingKey[]>();
  for (const key of found) {
    const isRevoked = /(^|;)\s*p=\s*(;|$)/.test(key.text);
    if (known.includes(key.selector) || isRevoked) continue;
    bySelector.set(key.selector, [...(bySelector.get(key.selector) ?? []), key]);
  }
  return [...bySelector].flatMap(([selector, keys]) => {
    const [first] = keys;
    // One selector with two keys is two keys of others, and no config of one.
    if (first === undefined || keys.some(({ text }) => text !== first.text)) return [];
    const domains = keys.map(({ domain }) => domain).sort();
    return [{ selector, config: { state: "signing" as const, publicKey: first.text, domains } }];
  });
}
