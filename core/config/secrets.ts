/** What a stack holds in confidence, apart from everything that is planned, printed or deployed from it. */

import { dkimKeyOf, SEALED, type WrittenDkimKey } from "./dkim-key.ts";
import type { TenantConfig, WrittenTenant } from "./schema/tenant.ts";

/**
 * The private keys of a stack, in clear text. `readConfig` hands it to its caller beside the stack, never
 * inside it: the plan, the components and the outputs get the stack alone, and so have nothing to leak.
 *
 * Only the program's door may hold it, for a secret output that brings the keys to the mail host. It shows
 * nothing when it is printed, turned into JSON or walked through: a key is had by asking for it by name.
 */
export class StackSecrets {
  readonly #privateKeys: ReadonlyMap<string, string>;

  constructor(dkim: Readonly<Record<string, WrittenDkimKey>> = {}) {
    this.#privateKeys = new Map(
      Object.entries(dkim).flatMap(([selector, { privateKey }]): [string, string][] =>
        privateKey === undefined || privateKey === SEALED ? [] : [[selector, privateKey]],
      ),
    );
  }

  /**
   * The private key of a DKIM selector, as the config spells it; undefined where the customer holds it, and
   * where the config was read without its passphrase.
   */
  dkimPrivateKey(selector: string): string | undefined {
    return this.#privateKeys.get(selector);
  }
}

/** Parts a tenant as it was read from its secrets: what may be planned, and what only the door may hold. */
export function partSecrets(written: WrittenTenant): {
  tenant: TenantConfig;
  secrets: StackSecrets;
} {
  const dkim = Object.fromEntries(
    Object.entries(written.dkim).map(([selector, key]) => [selector, dkimKeyOf(key)]),
  );
  return { tenant: { ...written, dkim }, secrets: new StackSecrets(written.dkim) };
}
