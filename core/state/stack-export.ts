/** What is deployed of a stack, from what `pulumi stack export` prints: for whoever is not the program. */
import { z } from "zod";
import type { Finding } from "../problem.ts";
import { type DeployedStack, readDeployed } from "./deployed-stack.ts";

const exportSchema = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
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
 * @param text the standard output of `pulumi stack export`.
 */
export function readExport(
  stack: string,
  text: string,
): { deployed: DeployedStack; findings: Finding[] } {
  const read = exportSchema.safeParse(parseJson(text));
  // What is no list of resources is said as the guards say it.
  if (!read.success) return readDeployed(stack, text);
  const resources = (read.data.deployment.resources ?? []).filter((one) => !one.delete);
  const byUrn = resources.map(({ urn, type, outputs }) => [urn, { type, outputs }]);
  return readDeployed(stack, Object.fromEntries(byUrn));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
