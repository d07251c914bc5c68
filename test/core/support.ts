/** A small tenant to start from, and the shortest way from its YAML to its plan. */
import { generateKeyPairSync } from "node:crypto";
import { parse } from "yaml";
import { type RawConfig, readConfig } from "../../core/config/config.ts";
import type { Problem } from "../../core/problem.ts";
import { type Plan, plan } from "../../core/tenant/plan.ts";
import { type Ref, renderData, renderOwner } from "../../core/tenant/record.ts";

export const ACME = `
domain: acme.example
hostNames: mail.acme.example
mailHost: { stack: mx-1 }
addresses:
  tx1: { privateIp: 10.0.1.10 }
  mk1: { privateIp: 10.0.1.11 }
streams:
  transactional: { from: tx.acme.example, addresses: [tx1] }
  marketing: { from: news.acme.example, addresses: [mk1] }
spf: { include: [_spf.google.com] }
dmarc: { policy: reject, reports: [mailto:dmarc@operator.example] }
`;

export const ZONES = {
  "acme.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" },
  "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
};

/** A key pair a test may show: made here, used nowhere else. */
export function rsaKey(bits = 2048): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  return privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
}

export function raw(tenant: string | unknown, values: Record<string, unknown> = {}): RawConfig {
  const value = typeof tenant === "string" ? parse(tenant) : tenant;
  return { stack: "acme", values: { zones: ZONES, tenant: value, ...values } };
}

/** The plan, or the problems, of a config. */
export function planOf(config: RawConfig): { plan?: Plan; problems: Problem[] } {
  const read = readConfig(config);
  if (!("stack" in read) || read.stack.kind !== "tenant") return { problems: read.problems };
  return plan(read.stack);
}

/** Records as `name type value`, references as `<tx1>`. */
export function lines(planned: Plan): string[] {
  const show = (ref: Ref) => ("address" in ref ? `<${ref.address}>` : `<key ${ref.dkimKey}>`);
  return planned.records.map(
    (record) => `${renderOwner(record, show)} ${record.data.type} ${renderData(record, show)}`,
  );
}
