/** The golden cases: stack files under `golden/`, and the config of each as the program reads it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { SEALED } from "../../core/config/dkim-key.ts";

/** Where the cases stand. */
export const FOLDER = new URL("golden/", import.meta.url);

/** What stands in Pulumi.yaml; a case may say otherwise under the same keys. */
const OPERATOR = {
  zones: {
    "acme.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" },
    "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
    "clinic.example": "external",
  },
  reports: ["mailto:dmarc@operator.example"],
};

/** `001-single-address` and so on, in order. */
export function goldenCases(): string[] {
  return readdirSync(FOLDER)
    .flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** Config values as the program reads them: keys under `sendips:`, what is encrypted stands as such. */
export function valuesOf(name: string): Record<string, unknown> {
  const { config } = parse(read(`${name}.yaml`) ?? "") as { config: Record<string, unknown> };
  const own = Object.entries(config).flatMap(([key, value]) =>
    key.startsWith("sendips:") ? [[key.slice("sendips:".length), sealed(value)]] : [],
  );
  return { ...OPERATOR, ...Object.fromEntries(own) };
}

/** A file of the folder; undefined when there is none. */
export function read(file: string): string | undefined {
  const url = new URL(file, FOLDER);
  return existsSync(url) ? readFileSync(url, "utf8") : undefined;
}

function sealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sealed);
  if (typeof value !== "object" || value === null) return value;
  if (Object.keys(value).join() === "secure") return SEALED;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sealed(inner)]));
}
