/** Addresses of ours in what is said to stand at a name: taken for somebody else's, they would stay in SPF for ever. */

import { parseSpf } from "../../mail/spf/parse.ts";
import type { TenantConfig } from "../config/schema.ts";
import type { Finding } from "../problem.ts";
import type { StateAddress } from "../state/resources.ts";
import { existingSpf } from "../tenant/spf/existing-spf.ts";

/** An error for each address of the stack's that an existing SPF record names. */
export function checkOwnAddresses(
  tenant: TenantConfig,
  addresses: readonly Pick<StateAddress, "key" | "publicIp">[],
): Finding[] {
  const own = new Map(addresses.map(({ key = "?", publicIp }) => [publicIp, key]));
  const names = new Set([
    tenant.domain,
    ...Object.keys(tenant.domains),
    ...Object.keys(tenant.existing.names),
  ]);
  return [...names].flatMap((name) =>
    existingSpf(tenant, name).flatMap(({ text, path }) =>
      parseSpf(text).terms.flatMap(({ term }): Finding[] => {
        const key = term.type === "ip4" ? own.get(term.address) : undefined;
        if (term.type !== "ip4" || key === undefined) return [];
        return [
          {
            code: "spf-own-address",
            level: "error",
            path,
            message: `the SPF record that is said to stand at ${name} names ${term.address}, which is address ${key} of ours: as somebody else's it would stay there when the address goes, and let in whoever gets it next`,
            fix: `take ip4:${term.address} out: the plan adds it itself`,
            rule: "RFC 7208 §11.4",
          },
        ];
      }),
    ),
  );
}
