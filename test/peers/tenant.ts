/** Golden cases as tenants to publish: with DKIM keys to sign by, which a golden case does not hold. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readConfig } from "../../core/config/config.ts";
import { dkimKeyOf } from "../../core/config/dkim-key.ts";
import { contextOf } from "../../core/tenant/context.ts";
import { dkimDomains } from "../../core/tenant/dkim/records.ts";
import { type Plan, plan, type TenantStack } from "../../core/tenant/plan.ts";
import { goldenCases, valuesOf } from "../core/golden-cases.ts";
import { liveValues } from "../core/live-cases.ts";

/** A selector's private key as dkimpy takes it. */
export interface SigningKey {
  /** `a=` of a signature (RFC 6376 §3.3, RFC 8463 §3). */
  algorithm: "rsa-sha256" | "ed25519-sha256";
  /** PEM of an RSA key; base64 of an Ed25519 key's seed. */
  key: string;
}

/** A tenant with its plan. */
export interface Tenant extends TenantStack {
  plan: Plan;
  /** By selector. */
  keys: ReadonlyMap<string, SigningKey>;
}

/**
 * A golden case by its name without the number, `everything`. Each DKIM public key is replaced by a
 * new private key of the same kind, kept in memory only.
 *
 * @throws when the case is not a tenant that can be planned
 */
export function goldenTenant(name: string): Tenant {
  const golden = goldenCases().find((entry) => entry.slice(4) === name);
  if (golden === undefined) throw new Error(`there is no golden case ${name}`);
  return tenantOf(name, valuesOf(golden));
}

/** A case of a live domain, with keys as {@link goldenTenant} makes them. */
export function liveTenant(name: string): Tenant {
  return tenantOf(name, liveValues(name));
}

function tenantOf(name: string, values: Record<string, unknown>): Tenant {
  const read = readConfig({ stack: "acme", values });
  if (!("stack" in read) || read.stack.kind !== "tenant") throw new Error(`${name}: no tenant`);
  const keys = new Map<string, SigningKey>();
  const { dkim } = read.stack.tenant;
  for (const [selector, { key, ...rest }] of Object.entries(dkim)) {
    if (key.type === undefined) continue;
    const { privateKey, signing } = newKey(
      key.type === "ed25519" ? "ed25519-sha256" : "rsa-sha256",
    );
    keys.set(selector, signing);
    dkim[selector] = dkimKeyOf({ ...rest, privateKey });
  }
  const planned = plan(read.stack);
  if (!("plan" in planned)) throw new Error(`${name}: ${JSON.stringify(planned.problems)}`);
  return { ...read.stack, plan: planned.plan, keys };
}

/** Who signs a mail. */
export interface Signer extends SigningKey {
  domain: string;
  selector: string;
  /** Whether the signature must verify. */
  valid: boolean;
}

/** Every selector at every d= that it is for, with its own key and with a forger's. */
export function signersByDomain(tenant: Tenant): Signer[] {
  const context = contextOf(tenant.name, tenant.tenant, tenant.operator);
  return Object.entries(tenant.tenant.dkim).flatMap(([selector, key]) => {
    const own = tenant.keys.get(selector);
    const forged = newKey(own?.algorithm ?? "rsa-sha256").signing;
    return dkimDomains(context, key).flatMap((domain) => [
      ...(own === undefined ? [] : [{ domain, selector, valid: key.state !== "revoked", ...own }]),
      { domain, selector, valid: false, ...forged },
    ]);
  });
}

/** Every selector at every From domain: its own key, and one that a forger would have. */
export function signersOf({ tenant, plan: { streams }, keys }: Tenant): Signer[] {
  const domains = [...new Set(streams.map(({ from }) => from))];
  return Object.entries(tenant.dkim).flatMap(([selector, { state }]) => {
    const own = keys.get(selector);
    const forged = newKey(own?.algorithm ?? "rsa-sha256").signing;
    return domains.flatMap((domain) => [
      ...(own === undefined ? [] : [{ domain, selector, valid: state !== "revoked", ...own }]),
      { domain, selector, valid: false, ...forged },
    ]);
  });
}

function newKey(algorithm: SigningKey["algorithm"]): { privateKey: string; signing: SigningKey } {
  const { privateKey } =
    algorithm === "ed25519-sha256"
      ? generateKeyPairSync("ed25519")
      : generateKeyPairSync("rsa", { modulusLength: 2048 });
  const der = privateKey.export({ type: "pkcs8", format: "der" });
  return { privateKey: der.toString("base64"), signing: { algorithm, key: forDkimpy(privateKey) } };
}

function forDkimpy(key: KeyObject): string {
  if (key.asymmetricKeyType === "rsa") return String(key.export({ type: "pkcs1", format: "pem" }));
  const { d = "" } = key.export({ format: "jwk" });
  return Buffer.from(d, "base64url").toString("base64");
}
