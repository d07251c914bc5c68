/** Places in the config, as people and `pulumi config` spell them. */

import { excerpt, withoutKeys } from "../../mail/finding.ts";
import { fullKey } from "./namespace.ts";

/**
 * `sendips:tenant.addresses.tx1`, as `pulumi config set --path` spells it. A private key that was laid
 * where a name belongs is cut short.
 */
export function configPath(path: readonly PropertyKey[]): string {
  const head = withoutKeysInName(String(path[0] ?? ""));
  const quoted = (part: string) => `[${JSON.stringify(part)}]`;
  const tail = path.slice(1).map((key) => {
    // A place in a list is a number; a key of digits is a text, and without quotes would be taken for a place.
    if (typeof key === "number") return `[${key}]`;
    const part = withoutKeysInName(String(key));
    return isPlain(part) && !/^\d+$/.test(part) ? `.${part}` : quoted(part);
  });
  return `${fullKey(isPlain(head) ? head : quoted(head))}${tail.join("")}`;
}

/** Where a DKIM selector stands in the config. */
export function dkimPath(selector: string): string {
  return configPath(["tenant", "dkim", selector]);
}

/** Names of DNS are long, and a label of one may be as long as a key; but no key is in small letters alone. */
function withoutKeysInName(part: string): string {
  if (/^[a-z0-9-]{1,63}$/.test(part)) return part;
  return /^[\w.*-]{1,253}$/.test(part) ? withoutKeys(part) : excerpt(part);
}

function isPlain(part: string): boolean {
  return /^[\w-]+$/.test(part);
}
