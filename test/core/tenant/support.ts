/** A tenant's context and records from config values, without the whole plan around them. */
import { readConfig } from "../../../core/config/config.ts";
import type { Finding } from "../../../core/problem.ts";
import { contextOf, type RecordContext } from "../../../core/tenant/context.ts";
import { refLabel, renderData } from "../../../core/tenant/record.ts";
import { wantedRecords } from "../../../core/tenant/subjects.ts";
import { publisherOf } from "../../../core/tenant/zones.ts";

/** A tenant without a fault, but for the DKIM key that set-up makes. */
export const GOOD = {
  domain: "acme.example",
  hostNames: "mail.acme.example",
  mailHost: { stack: "mx-1" },
  addresses: { tx1: { privateIp: "10.0.1.10" }, mk1: { privateIp: "10.0.1.11" } },
  streams: {
    transactional: { from: "tx.acme.example", addresses: ["tx1"] },
    marketing: { from: "news.acme.example", addresses: ["mk1"] },
  },
  dmarc: { policy: "reject", reports: ["mailto:dmarc@operator.example"] },
};

/** A key that signs; `revoked` and the like need no key material, and no check here reads it. */
export const SIGNED = { s1: { state: "signing", publicKey: "not read here" } };

/** Zones of the operator. */
export const ZONES = {
  "acme.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" },
  "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
};

/** One stream of {@link GOOD} instead of two. */
export function oneStream(stream: Record<string, unknown>) {
  return {
    addresses: { tx1: GOOD.addresses.tx1 },
    streams: { main: { addresses: ["tx1"], ...stream } },
  };
}

/** {@link GOOD} with other values, its records planned. A config with a schema fault fails the test. */
export function planRecords(
  tenant: Record<string, unknown> = {},
  operator: Record<string, unknown> = {},
): RecordContext {
  const read = readConfig({
    stack: "acme",
    values: { zones: ZONES, ...operator, tenant: { ...GOOD, ...tenant } },
  });
  if (!("stack" in read) || read.stack.kind !== "tenant") {
    throw new Error(read.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  }
  const context = contextOf(read.stack.name, read.stack.tenant, read.stack.operator);
  const records = wantedRecords(context).map((record) => ({
    ...record,
    ttl: 3600,
    publisher:
      (typeof record.name === "string" ? publisherOf(record.name, context.operator.zones) : null) ??
      ({ by: "aws" } as const),
  }));
  return { ...context, records };
}

/**
 * `error dmarc dmarc-weakens-standing: acme.example`, the shape that the tests compare: level, path, code, and the
 * example domains that the message names, in the order of the alphabet.
 */
export function findingLines(findings: readonly Finding[]): string[] {
  return checked(findings).map(({ code, level, path, message }) => {
    const names = [...new Set(message.match(/[\w*.-]*\w\.example/g))].sort();
    return [
      `${level} ${shortened(path)} ${code}`,
      ...(names.length > 0 ? [names.join(" ")] : []),
    ].join(": ");
  });
}

/** `error x [RFC 1 §2]: what is wrong`, where a test is of what the sentence tells beside the code. */
export function sentences(findings: readonly Finding[]): string[] {
  return checked(findings).map(
    ({ level, path, rule, message }) => `${level} ${shortened(path)} [${rule}]: ${message}`,
  );
}

function shortened(path: string): string {
  return path.replace("sendips:tenant.", "");
}

function checked(findings: readonly Finding[]): readonly Finding[] {
  for (const { fix, rule } of findings) {
    if (fix === "" || rule === undefined) throw new Error("a finding without a fix or a rule");
  }
  return findings;
}

/** The records whose key begins with a prefix, as `key name TYPE value`. */
export function records(context: RecordContext, prefix: string): string[] {
  return context.records
    .filter(({ key }) => key.startsWith(prefix))
    .map((record) => {
      const name = typeof record.name === "string" ? record.name : refLabel(record.name);
      return `${record.key} ${name} ${record.data.type} ${renderData(record, refLabel)}`;
    });
}
