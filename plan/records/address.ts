/** The names of an address: A, PTR and the SPF record of the HELO name, all three by one host name. */
import { hostNameOf, ordered, type TenantContext, type WantedRecord } from "../context.ts";
import { hostRecordKey, text } from "../record.ts";

/** A, PTR and HELO SPF of each address, so that FCrDNS holds (RFC 8601 §2.7.3 iprev). */
export function addressRecords({ tenant }: TenantContext): WantedRecord[] {
  return ordered(tenant.addresses).flatMap(([key]) => {
    const name = hostNameOf(key, tenant);
    const path = `sendips:tenant.addresses.${key}`;
    const address = { address: key };
    return [
      {
        key: hostRecordKey(key),
        name,
        data: { type: "A", address },
        path,
        why: `host name of address ${key}`,
      },
      {
        key: `${key}-ptr`,
        name: address,
        data: { type: "PTR", host: name },
        path,
        why: `reverse name of address ${key}: the same name as A and HELO (RFC 8601 iprev)`,
      },
      {
        key: `${key}-helo-spf`,
        name,
        data: { type: "TXT", text: text`v=spf1 a -all` },
        path,
        why: "SPF of the HELO name, which is checked for bounces with an empty MAIL FROM (RFC 7208 §2.3, §2.4)",
      },
    ];
  });
}
