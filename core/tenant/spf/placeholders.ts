/** Stand-ins for addresses that are not known yet: numbers for the checks that need some, names for people. */

import type { MailFinding } from "../../../mail/finding.ts";
import { sortedEntries } from "../../maps.ts";
import type { TenantContext } from "../context.ts";
import { type Ref, refLabel } from "../record.ts";

/** A range that no host has (RFC 2544), for addresses that are not known yet. */
export const PLACEHOLDERS = "198.18.0.0/15";

/** Any address of {@link PLACEHOLDERS}, in a text. */
const PLACEHOLDER = /\b198\.1[89]\.\d{1,3}\.\d{1,3}\b/g;

/**
 * What stands for an address that is not known yet: as long as most real ones, and never a neighbour of
 * another, so that a record in ranges is judged at its longest.
 */
export function placeholderOf(context: TenantContext): (ref: Ref) => string {
  const keys = new Map(sortedEntries(context.tenant.addresses).map(([key], index) => [key, index]));
  return (ref) => {
    if ("dkimKey" in ref) return "";
    const index = keys.get(ref.address) ?? keys.size;
    const [third, fourth] = [100 + Math.floor(index / 78), 100 + 2 * (index % 78)];
    return `198.${18 + Math.floor(third / 256)}.${third % 256}.${fourth}`;
  };
}

/** A finding with `{tx1}` in place of each stand-in: nobody has seen the number, and nobody ever will. */
export function withoutPlaceholders<T extends MailFinding>(
  context: TenantContext,
): (found: T) => T {
  const resolve = placeholderOf(context);
  let keys: Map<string, string> | undefined;
  const withAddressNames = (text: string): string =>
    text.replace(PLACEHOLDER, (ip) => {
      keys ??= new Map(
        Object.keys(context.tenant.addresses).map((key) => [resolve({ address: key }), key]),
      );
      const address = keys.get(ip);
      // Not one of ours: the config says so itself.
      return address === undefined ? ip : refLabel({ address });
    });
  return (found) => ({
    ...found,
    message: withAddressNames(found.message),
    fix: withAddressNames(found.fix),
  });
}
