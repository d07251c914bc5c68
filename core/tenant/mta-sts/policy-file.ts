/** The MTA-STS policy files of a tenant (RFC 8461 §3.2), and the id by which senders notice a change. */
import { createHash } from "node:crypto";
import { type MtaStsPolicy, mtaStsUrl, renderMtaStsPolicy } from "../../../mail/mta-sts/record.ts";
import { sortedEntries } from "../../maps.ts";
import type { TenantContext } from "../context.ts";
import { bounceHosts } from "../return-path/records.ts";

/** A file that a web server must serve. */
export interface MtaStsPolicyFile {
  /** The domain whose senders fetch it. */
  domain: string;
  /** Where they fetch it: HTTPS, with a certificate for that host. */
  url: string;
  /** The body, lines ending in CRLF. */
  text: string;
  /** The host that serves it, when the config names one. */
  servedBy?: string;
}

/** The policy of each domain with `mtaSts`. */
export function mtaStsPolicyFiles(context: TenantContext): MtaStsPolicyFile[] {
  return sortedEntries(context.tenant.mtaSts).map(([domain, { servedBy }]) => ({
    domain,
    url: mtaStsUrl(domain),
    text: renderMtaStsPolicy(mtaStsPolicyOf(context, domain)),
    ...(servedBy === undefined ? {} : { servedBy }),
  }));
}

/** One domain's policy. Without `mx` in the config, those hosts that take its bounces. */
export function mtaStsPolicyOf(context: TenantContext, domain: string): MtaStsPolicy {
  const { mode = "testing", mx, maxAge = 604_800 } = context.tenant.mtaSts[domain] ?? {};
  return { mode, maxAge, mx: mx ?? bounceHosts(context, domain) };
}

/**
 * The `id=` of a policy: from its text, so that it changes exactly when the policy does.
 * RFC 8461 §3.1 allows 32 letters and digits; 20 hexadecimal digits do not collide in practice.
 */
export function mtaStsPolicyId(policy: MtaStsPolicy): string {
  return createHash("sha256").update(renderMtaStsPolicy(policy)).digest("hex").slice(0, 20);
}
