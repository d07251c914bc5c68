/** Cloudflare's API, with the credentials of the provider that a component has. */
import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";
import {
  CLOUDFLARE_KEYS,
  type CloudflareAccess,
  type CloudflareApi,
  cloudflareAccess,
  cloudflareApi,
} from "../dns/cloudflare.ts";
import { providerValues } from "./provider-values.ts";

/** By the explicit provider, or by the program that runs, whose config has the default one's credentials. */
const clients = new WeakMap<object, Promise<CloudflareApi>>();

/**
 * Cloudflare's API, loaded once something must be asked there.
 *
 * @param component whose provider's credentials are used; default: the stack's config, as the default provider.
 */
export function cloudflareApiOf(component?: pulumi.ComponentResource): Promise<CloudflareApi> {
  const provider = component?.getProvider("cloudflare:index/dnsRecord:DnsRecord");
  const key: object | undefined = provider ?? getMonitor();
  const known = key === undefined ? undefined : clients.get(key);
  if (known !== undefined) return known;
  const client =
    provider === undefined
      ? cloudflareApi(configuredAccess())
      : providerValues(provider, CLOUDFLARE_KEYS).then(cloudflareAccess).then(cloudflareApi);
  if (key !== undefined) clients.set(key, client);
  return client;
}

/** The credentials of the default provider, as the stack's config has them. */
function configuredAccess(): CloudflareAccess {
  const config = new pulumi.Config("cloudflare");
  return cloudflareAccess((key) => config.get(key));
}
