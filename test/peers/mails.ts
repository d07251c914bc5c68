/** Mails of a tenant, of others it lets in, and of strangers, with the result that SPF must have. */

import { parseSpf } from "../../mail/spf/parse.ts";
import type { SpfResultCode } from "../../mail/spf/types.ts";
import type { PublishedTenant } from "./publish.ts";
import type { Tenant } from "./tenant.ts";

/** One mail, as a receiver sees it. */
export interface Mail {
  ip: string;
  /** MAIL FROM; empty for a bounce. */
  sender: string;
  helo: string;
  /** What RFC 7208 says of it, from the config and not from the records. */
  result: SpfResultCode;
}

/** Nobody's addresses: no tenant, no include and no sandbox pool holds them. */
const STRANGERS = ["100.64.0.1", "2001:db8::1"];
const ELSEWHERE = "mail.stranger.example";

/** Every own address and strangers, at every name that mail of the tenant may come from. */
export function mailsOf(tenant: Tenant, ips: PublishedTenant["ips"]): Mail[] {
  const { streams, addresses } = tenant.plan;
  const names = new Map<string, Set<string>>();
  for (const { from, returnPath, pool } of streams) {
    for (const name of [from, returnPath]) {
      names.set(name, new Set([...(names.get(name) ?? []), ...pool]));
    }
  }
  const { domain, spf, neverMails } = tenant.tenant;
  const sendsBesides = spf !== undefined && (spf.include.length > 0 || spf.existing !== undefined);
  if (sendsBesides && !names.has(domain)) names.set(domain, new Set());
  const ipOf = (key: string) => ips.get(key) ?? "";
  const mails: Mail[] = [];
  for (const [name, pool] of names) {
    const sender = `bounce@${name}`;
    const refused = name === domain && spf?.all === "softfail" ? "softfail" : "fail";
    for (const { key, hostName } of addresses) {
      const result = pool.has(key) ? "pass" : refused;
      mails.push({ ip: ipOf(key), sender, helo: hostName, result });
    }
    for (const ip of STRANGERS) mails.push({ ip, sender, helo: ELSEWHERE, result: refused });
  }
  if (sendsBesides) {
    for (const ip of guests(tenant)) {
      mails.push({ ip, sender: `someone@${domain}`, helo: ELSEWHERE, result: "pass" });
    }
  }
  for (const [at, { key, hostName }] of addresses.entries()) {
    const other = addresses[(at + 1) % addresses.length]?.key ?? key;
    mails.push({ ip: ipOf(key), sender: "", helo: hostName, result: "pass" });
    if (other !== key) mails.push({ ip: ipOf(other), sender: "", helo: hostName, result: "fail" });
    // HELO records are all alike: one stands for them.
    if (at > 0) continue;
    for (const ip of STRANGERS) mails.push({ ip, sender: "", helo: hostName, result: "fail" });
  }
  for (const name of neverMails) {
    for (const ip of STRANGERS) {
      mails.push({ ip, sender: `x@${name}`, helo: ELSEWHERE, result: "fail" });
    }
  }
  const sender = `x@no-such-name.${domain}`;
  return [...mails, { ip: "100.64.0.1", sender, helo: ELSEWHERE, result: "none" }];
}

/** The first address of each network in the records that the tenant's own include. */
function guests({ operator }: Tenant): string[] {
  return Object.values(operator.spfSnapshot).flatMap((text) =>
    parseSpf(text).terms.flatMap(({ term }) =>
      term.type === "ip4" || term.type === "ip6" ? [term.address] : [],
    ),
  );
}
