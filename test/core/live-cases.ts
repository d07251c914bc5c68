/** Tenants whose domains send already: stack files under `live/`, and the config of each as the program reads it. */
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

/** Where the cases stand. */
export const LIVE = new URL("live/", import.meta.url);

/** `01-apex-spf-replaced-silently` and so on, in order. */
export function liveCases(): string[] {
  return readdirSync(LIVE)
    .flatMap((file) => /^(\d.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** Config values of a case with those of its project; the tenant's may be edited. */
export function liveValues(
  name: string,
  edit: (tenant: Record<string, unknown>) => void = () => {},
): Record<string, unknown> {
  const read = (file: string) => parse(readFileSync(new URL(file, LIVE), "utf8"));
  const project = read("operator.yaml") as { config: Record<string, { value: unknown }> };
  const { config } = read(`${name}.yaml`) as { config: Record<string, unknown> };
  const values = Object.fromEntries(
    Object.entries(project.config).map(([key, { value }]) => [key.slice("sendips:".length), value]),
  );
  const tenant = config["sendips:tenant"] as Record<string, unknown>;
  edit(tenant);
  return { ...values, tenant };
}
