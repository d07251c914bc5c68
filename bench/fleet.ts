/**
 * A fleet to measure with: tenants as an operator would have them, each with a domain and a zone of
 * its own, and the mail hosts that carry them. The same files for the same number, every time.
 */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Tenants that share a mail host: with 2, 3 and 4 addresses in turn they fill its 27 private IPs; the first
 * interface has one more, for the machine itself.
 */
const TENANTS_A_HOST = 9;
const PRIVATE_IPS = 9;
/** Every so many tenants, one has taken over the key of the one before: the lint has something to find. */
const FAULT_EVERY = 50;

/** Files of a project by path. */
export type Files = ReadonlyMap<string, string>;

/** What a right lint of the fleet finds: one shared key for each of these. */
export function expectedProblems(tenants: number): number {
  return Math.floor(tenants / FAULT_EVERY);
}

/** Mail hosts beside so many tenants. */
export function mailHostsFor(tenants: number): number {
  return Math.ceil(tenants / TENANTS_A_HOST);
}

/** Pulumi.yaml and the stack files of so many tenants. */
export function fleetFiles(tenants: number): Files {
  const files = new Map([["Pulumi.yaml", projectText(tenants)]]);
  for (let host = 0; host < mailHostsFor(tenants); host += 1) {
    files.set(stackPath(hostStack(host)), hostText(host));
  }
  for (let tenant = 0; tenant < tenants; tenant += 1) {
    files.set(stackPath(tenantStack(tenant)), tenantText(tenant));
  }
  return files;
}

/** Writes the files into a folder, emptied first. */
export function writeFleet(folder: string, files: Files): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "stacks"), { recursive: true });
  for (const [path, text] of files) writeFileSync(join(folder, path), text);
}

function stackPath(stack: string): string {
  return `stacks/Pulumi.${stack}.yaml`;
}

function tenantStack(tenant: number): string {
  return `brand-${String(tenant).padStart(5, "0")}`;
}

function hostStack(host: number): string {
  return `mx-${String(host).padStart(5, "0")}`;
}

function domainOf(tenant: number): string {
  return `${tenantStack(tenant)}.example`;
}

/** As in a real fleet, the operator's config names every tenant's zone. */
function projectText(tenants: number): string {
  const zones = Array.from({ length: tenants }, (_, tenant) => domainOf(tenant));
  const lines = ["operator.example", ...zones].map((zone) => {
    // The operator's own zone holds a consent to reports of every tenant.
    const records = zone === "operator.example" ? ", records: 100000" : "";
    return `      ${zone}: { cloudflare: ${digest(zone, 16).toString("hex")}${records} }`;
  });
  return `name: sendips
runtime: nodejs
stackConfigDir: stacks
config:
  sendips:zones:
    value:
${lines.join("\n")}
  sendips:reports:
    value: [mailto:dmarc@operator.example]
  sendips:eipQuota:
    value: { us-east-1: 100000 }
  sendips:spfSnapshot:
    value:
      _spf.google.com: v=spf1 include:_netblocks.google.com include:_netblocks2.google.com ~all
      _netblocks.google.com: v=spf1 ip4:35.190.247.0/24 ip4:64.233.160.0/19 ip4:66.102.0.0/20 ~all
      _netblocks2.google.com: v=spf1 ip6:2001:4860:4000::/36 ip6:2404:6800:4000::/36 ~all
      sendgrid.net: v=spf1 ip4:167.89.0.0/17 ip4:208.117.48.0/20 ip4:50.31.32.0/19 ~all
`;
}

function hostText(host: number): string {
  const interfaces = [0, 1, 2].map((index) => {
    const ips = Array.from({ length: PRIVATE_IPS }, (_, ip) =>
      privateIp(host, index * PRIVATE_IPS + ip),
    );
    if (index === 0) ips.push(privateIp(host, 3 * PRIVATE_IPS));
    return `      eth${index}: { privateIps: [${ips.join(", ")}] }`;
  });
  return `config:
  aws:region: us-east-1
  sendips:mailHost:
    subnet: subnet-${digest(`subnet ${host}`, 8).toString("hex")}
    instanceType: c5.large
    networkInterfaces:
${interfaces.join("\n")}
`;
}

/** Two to four addresses, two streams, a key as `sendips dkim new` writes it, SPF of two other senders. */
function tenantText(tenant: number): string {
  const domain = domainOf(tenant);
  const host = Math.floor(tenant / TENANTS_A_HOST);
  const place = tenant % TENANTS_A_HOST;
  const count = addressesOf(place);
  let before = 0;
  for (let other = 0; other < place; other += 1) before += addressesOf(other);
  const keys = ["tx1", "mk1", "mk2", "mk3"].slice(0, count);
  const addresses = keys.map(
    (key, index) => `      ${key}: { privateIp: ${privateIp(host, before + index)} }`,
  );
  const shared = (tenant + 1) % FAULT_EVERY === 0;
  return `config:
  aws:region: us-east-1
  sendips:tenant:
    domain: ${domain}
    hostNames: mail.${domain}
    mailHost: { stack: ${hostStack(host)} }
    addresses:
${addresses.join("\n")}
    streams:
      transactional: { from: tx.${domain}, addresses: [tx1] }
      marketing: { from: news.${domain}, addresses: [${keys.slice(1).join(", ")}] }
    spf: { include: [_spf.google.com, sendgrid.net], all: fail } # what the domain already sends through
    dmarc: { policy: reject }
    dkim:
      s202611:
        state: signing
        privateKey:
          secure: ${cipherText(tenant)}
        publicKey: ${publicKey(shared ? tenant - 1 : tenant)}
`;
}

function addressesOf(place: number): number {
  return 2 + (place % 3);
}

function privateIp(host: number, index: number): string {
  return `10.${host >> 8}.${host & 255}.${10 + index}`;
}

/**
 * A public key in form: SubjectPublicKeyInfo of RSA with 2048 bits. Its modulus is a digest, so nobody
 * has its private half; making ten thousand real ones would take half an hour.
 */
function publicKey(tenant: number): string {
  const modulus = digest(`key ${tenant}`, 256);
  modulus[0] = (modulus[0] ?? 0) | 0x80;
  modulus[255] = (modulus[255] ?? 0) | 1;
  const head = "30820122300d06092a864886f70d01010105000382010f003082010a0282010100";
  return Buffer.concat([
    Buffer.from(head, "hex"),
    modulus,
    Buffer.from("0203010001", "hex"),
  ]).toString("base64");
}

/** As long as what `pulumi config set --secret` makes of a private key of 2048 bits. */
function cipherText(tenant: number): string {
  const nonce = digest(`nonce ${tenant}`, 12).toString("base64");
  return `v1:${nonce}:${digest(`cipher ${tenant}`, 1_640).toString("base64")}`;
}

/** Octets that look random and are the same in every run. */
function digest(text: string, octets: number): Buffer {
  return createHash("shake256", { outputLength: octets }).update(text).digest();
}
