/** A fleet to begin with: two tenants that do not meet, on one mail host. */
import { generateKeyPairSync } from "node:crypto";
import { readConfig } from "../../../core/config/config.ts";
import { type FleetStack, lintFleet } from "../../../core/fleet/fleet.ts";
import { formatProblems } from "../../../core/problem.ts";
import { plan } from "../../../core/tenant/plan.ts";

const ZONES = {
  "acme.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" },
  "globex.example": { cloudflare: "2e3f405162738495a6b7c8d9eaf00c1d" },
  "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
  "customer.example": "external",
};

/** A stack as its file would say it. A test config that is at fault by itself is the test's mistake. */
export function stackOf(
  name: string,
  values: Record<string, unknown>,
  region = "us-east-1",
): FleetStack {
  const read = readConfig({ stack: name, values: { zones: ZONES, ...values } });
  if (!("stack" in read)) throw new Error(formatProblems(read.problems));
  const { stack } = read;
  if (stack.kind === "mailHost") return { name, region, stack };
  const result = plan(stack);
  if (!("plan" in result)) throw new Error(formatProblems(result.problems));
  return { name, region, stack, result };
}

/** A tenant with one address and one stream, all of it its own. */
export function tenantOf(name: string, ip: number, more: Record<string, unknown> = {}) {
  const domain = `${name}.example`;
  return {
    domain,
    hostNames: `mail.${domain}`,
    mailHost: { stack: "mx-1" },
    addresses: { tx1: { privateIp: `10.0.1.${ip}` } },
    streams: { tx: { from: `tx.${domain}`, addresses: ["tx1"] } },
    ...more,
  };
}

export const HOST = {
  subnet: "subnet-0a1b2c3d4e5f60718",
  instanceType: "c5.large",
  networkInterfaces: { eth0: { privateIps: ["10.0.1.10", "10.0.1.11", "10.0.1.12"] } },
};
export const mailHost = stackOf("mx-1", { mailHost: HOST });

/** Level, stack, path and message of each problem of acme and globex, globex edited. */
export function problemLines(
  globex: Record<string, unknown>,
  acme: Record<string, unknown> = {},
  more: FleetStack[] = [mailHost],
): string[] {
  return lines([
    stackOf("acme", { tenant: tenantOf("acme", 10, acme) }),
    stackOf("globex", { tenant: tenantOf("globex", 11, globex) }),
    ...more,
  ]);
}

export function lines(stacks: FleetStack[]): string[] {
  return lintFleet(stacks).map(
    ({ level, stack, path, message }) => `${level} ${stack} ${path}: ${message}`,
  );
}

/** A public key that is used nowhere else. */
export function edKey(): string {
  const { publicKey } = generateKeyPairSync("ed25519");
  return publicKey.export({ type: "spki", format: "der" }).toString("base64");
}
