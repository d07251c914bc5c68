/** Cloudflare's API, with the credentials of the provider that a component has. */
import * as pulumi from "@pulumi/pulumi";
import { type CloudflareAccess, type CloudflareZones, cloudflareZones } from "../dns/cloudflare.ts";

const KEYS = ["apiToken", "apiKey", "email", "baseUrl"] as const;

const clients = new WeakMap<pulumi.ProviderResource, Promise<CloudflareZones>>();
let byDefault: Promise<CloudflareZones> | undefined;

/**
 * Cloudflare's API, loaded once something must be asked there.
 *
 * @param component whose provider's credentials are used; default: the stack's config, as the default provider.
 */
export function zones(component?: pulumi.ComponentResource): Promise<CloudflareZones> {
  const provider = component?.getProvider("cloudflare:index/dnsRecord:DnsRecord");
  if (provider === undefined) {
    byDefault ??= cloudflareZones(configured());
    return byDefault;
  }
  const client = clients.get(provider) ?? accessOf(provider).then(cloudflareZones);
  clients.set(provider, client);
  return client;
}

/** The credentials of the default provider, as the stack's config has them. */
function configured(): CloudflareAccess {
  const config = new pulumi.Config("cloudflare");
  const given: CloudflareAccess = {};
  for (const key of KEYS) {
    const value = config.get(key);
    if (value !== undefined) given[key] = value;
  }
  return given;
}

/** The credentials of an explicit provider. They reach nothing but the client. */
async function accessOf(provider: pulumi.ProviderResource): Promise<CloudflareAccess> {
  const given: CloudflareAccess = {};
  for (const key of KEYS) {
    const output: unknown = Reflect.get(provider, key);
    if (!pulumi.Output.isInstance(output)) continue;
    const value = await new Promise<unknown>((resolve) => output.apply(resolve));
    if (typeof value === "string") given[key] = value;
  }
  return given;
}
