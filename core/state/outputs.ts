/**
 * The outputs of a stack of ours: their version, and what of them a later deployment reads.
 *
 * They are written for people and for other stacks. A guard may add a refusal for what they say, and
 * never drops one: a run that fails writes them too, so they are no proof of what is deployed.
 */
import { z } from "zod";
import { isMap } from "../maps.ts";
import type { Finding } from "../problem.ts";

/**
 * The version that this program writes, as output `version`. Outputs without one are version 0, of
 * sendips 0.1: they read the same, but their `release` may come from a run that failed.
 */
export const OUTPUTS_VERSION = 1;

const address = z.object({
  allocationId: z.string(),
  publicIp: z.string(),
  privateIp: z.string(),
  networkInterfaceId: z.string().default(""),
  associationId: z.string().optional(),
});

const leftName = z.object({
  key: z.string(),
  name: z.string(),
  type: z.string(),
  value: z.string(),
  leaves: z.string(),
});

/** A name that is not empty when its record goes: the record's key, what we publish, what stays. */
export type LeftName = z.infer<typeof leftName>;

const networkInterface = z.object({ primary: z.string().optional() });

/** What the outputs of a tenant's or a mail host's stack hold, as far as guards read them. */
export interface StackOutputs {
  stack?: string;
  account?: string;
  region?: string;
  /** By key. */
  addresses: Record<string, z.infer<typeof address>>;
  /** The full name of the mail host's stack that the tenant referred to. */
  mailHost?: string;
  /** Cloudflare zone ids that were found right, by zone. */
  zones: Record<string, string>;
  subnet?: string;
  /** Names that get something back when their record goes. */
  leaves: LeftName[];
  /** By key. */
  networkInterfaces: Record<string, z.infer<typeof networkInterface>>;
}

/** Where an output stands, as a finding's path has it. */
const at = (...path: string[]) => ["stack outputs", ...path].join(".");

/**
 * Reads the outputs of a stack, all empty before its first deployment. What cannot be read is an error,
 * one for each part, and hides nothing of the rest. Never throws.
 *
 * @param outputs as the engine has them; nothing is taken for granted.
 */
export function readOutputs(outputs: unknown): { outputs: StackOutputs; findings: Finding[] } {
  const found: StackOutputs = {
    ...{ addresses: {}, zones: {}, networkInterfaces: {} },
    leaves: [],
  };
  const findings: Finding[] = [];
  const broken = (path: string, wanted: string) => {
    findings.push({
      code: "state-outputs-unreadable",
      level: "error",
      path,
      message: `cannot be read: it is not ${wanted}, so that nobody can tell what is deployed`,
      fix: "no version of sendips writes it so: put it right with pulumi stack export and pulumi stack import, from a backup of the state if there is one",
    });
  };
  if (outputs === undefined) return { outputs: found, findings };
  if (!isMap(outputs)) {
    broken(at(), "a map");
    return { outputs: found, findings };
  }
  const version = outputs["version"] ?? 0;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 0) {
    broken(at("version"), "a whole number");
    return { outputs: found, findings };
  }
  if (version > OUTPUTS_VERSION) {
    findings.push({
      code: "state-later-version",
      level: "error",
      path: at("version"),
      message: `is ${version}, and this sendips knows none later than ${OUTPUTS_VERSION}: a later sendips deployed the stack`,
      fix: "deploy with that sendips or a later one: update the checkout or the package",
    });
    return { outputs: found, findings };
  }
  for (const name of ["stack", "account", "region", "mailHost", "subnet"] as const) {
    const value = outputs[name];
    if (typeof value === "string") found[name] = value;
    else if (value !== undefined) broken(at(name), "a text");
  }
  const entries = (name: string): [string, unknown][] => {
    const value = outputs[name] ?? {};
    if (isMap(value)) return Object.entries(value);
    broken(at(name), "a map");
    return [];
  };
  for (const [key, value] of entries("addresses")) {
    // A run with --target names an address that it left out, without what only EC2 says.
    if (isMap(value) && value["allocationId"] === undefined && value["publicIp"] === undefined) {
      continue;
    }
    const read = address.safeParse(value);
    if (read.success) found.addresses[key] = read.data;
    else broken(at("addresses", key), "an address with allocationId, publicIp and privateIp");
  }
  for (const [key, value] of entries("networkInterfaces")) {
    const read = networkInterface.safeParse(value);
    if (read.success) found.networkInterfaces[key] = read.data;
    else broken(at("networkInterfaces", key), "a network interface");
  }
  for (const [zone, value] of entries("zones")) {
    if (typeof value === "string") found.zones[zone] = value;
    else broken(at("zones", zone), "a zone id");
  }
  const leaves = outputs["leaves"] ?? [];
  if (!Array.isArray(leaves)) broken(at("leaves"), "a list");
  else {
    leaves.forEach((value, index) => {
      const read = leftName.safeParse(value);
      if (read.success) found.leaves.push(read.data);
      else broken(at("leaves", String(index)), "a name with key, type, value and what it leaves");
    });
  }
  return { outputs: found, findings };
}
