/**
 * Stands in for `pulumi-resource-cloudflare`: DNS records over the official client, at
 * `cloudflare:baseUrl` or CLOUDFLARE_BASE_URL where one is set.
 */
import { serveProvider } from "../protocol.ts";
import { configure } from "./client.ts";
import { dnsRecord } from "./dns-record.ts";
import { functions } from "./functions.ts";

await serveProvider({
  version: "6.22.1",
  configure: (config) => configure(config),
  resources: { "cloudflare:index/dnsRecord:DnsRecord": dnsRecord },
  functions,
});
