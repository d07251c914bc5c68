/** What is deployed of a stack, from what `pulumi stack export` prints: for whoever is not the program. */
import { z } from "zod";
import type { Finding } from "../problem.ts";
import { type DeployedStack, readDeployed } from "./deployed-stack.ts";
import { TYPES } from "./resources.ts";

const exportSchema = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          id: z.string().optional(),
          outputs: z.record(z.string(), z.unknown()).optional(),
          /** Whether it has been replaced and still has to go. */
          delete: z.boolean().default(false),
        }),
      )
      .nullish(),
  }),
});

/**
 * Reads what is deployed of a stack, as the program's own guards read it. Never throws: text that is no
 * export is an error among the findings.
 *
 * @param stack the stack's short name.
 * @param text the standard output of `pulumi stack export`; undefined where there is no such stack.
 */
export function readExport(
  stack: string,
  text: string | undefined,
): { deployed: DeployedStack; findings: Finding[] } {
  if (text === undefined) return readDeployed(stack, {});
  const read = exportSchema.safeParse(parseJson(text));
  // What is no list of resources is said as the guards say it.
  if (!read.success) return readDeployed(stack, text);
  const resources = (read.data.deployment.resources ?? []).filter((one) => !one.delete);
  const byUrn = resources.map(({ urn, type, outputs }) => [urn, { type, outputs }]);
  return readDeployed(stack, Object.fromEntries(byUrn));
}

/** A record in Cloudflare of a state, by its id there. */
export interface ExportedRecord {
  urn: string;
  id: string;
  zoneId: string;
  name: string;
}

/** A network interface of a state, by its id in EC2. */
export interface ExportedInterface {
  urn: string;
  id: string;
  privateIps: readonly string[];
}

/** What a state holds. */
export interface HeldResources {
  /** Type and logical name of every resource: `aws:ec2/instance:Instance mx-1`. */
  names: Set<string>;
  ids: Set<string>;
  records: ExportedRecord[];
  interfaces: ExportedInterface[];
}

/** What is held by an export; nothing where it is none. */
export function heldResources(exported: unknown): HeldResources {
  const resources = exportSchema.safeParse(exported).data?.deployment.resources ?? [];
  const held = resources.filter((one) => !one.delete);
  return {
    names: new Set(held.map(({ urn, type }) => `${type} ${urn.split("::").slice(3).join("::")}`)),
    ids: new Set(held.flatMap(({ id }) => id ?? [])),
    records: held.flatMap(({ urn, type, id, outputs }) => {
      const [zoneId, name] = [outputs?.["zoneId"], outputs?.["name"]];
      if (type !== TYPES.dnsRecord || id === undefined) return [];
      return typeof zoneId === "string" && typeof name === "string"
        ? [{ urn, id, zoneId, name }]
        : [];
    }),
    interfaces: held.flatMap(({ urn, type, id, outputs }) => {
      const privateIps: unknown = outputs?.["privateIps"];
      if (type !== TYPES.networkInterface || id === undefined || !Array.isArray(privateIps)) {
        return [];
      }
      return [{ urn, id, privateIps: privateIps.map(String) }];
    }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
