/** Cloudflare's API, with the credentials of the provider that a component has. */
import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";
import { type CloudflareAccess, type CloudflareApi, cloudflareApi } from "../dns/cloudflare.ts";
import { knownValue } from "./hooks/registrations.ts";

const KEYS = ["apiToken", "apiKey", "email", "baseUrl"] as const;

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
      : accessOf(provider).then(cloudflareApi);
  if (key !== undefined) clients.set(key, client);
  return client;
}

/** The credentials of the default provider, as the stack's config has them. */
function configuredAccess(): CloudflareAccess {
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
    const value: unknown = await knownValue(output);
    if (typeof value === "string") given[key] = value;
  }
  return given;
}
