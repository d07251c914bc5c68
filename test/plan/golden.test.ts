/**
 * Golden cases: `golden/NNN-name.yaml` is a stack file, beside it what the plan makes of it: `.zone`,
 * the zone text, and `.problems`, what is wrong. An error forbids a plan, so a case has no `.zone` then;
 * a case without `.problems` has none. The first line of the YAML says what the case shows.
 *
 * `UPDATE_GOLDEN=1` writes the files anew; read the difference before you commit it.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { SEALED } from "../../plan/dkim-key.ts";
import { renderPlan } from "../../plan/output/render-plan.ts";
import { formatProblems, hasErrors } from "../../plan/problem.ts";
import { planOf } from "./support.ts";

const FOLDER = new URL("golden/", import.meta.url);
const UPDATE = process.env["UPDATE_GOLDEN"] === "1";

/** What stands in Pulumi.yaml; a case may say otherwise under the same keys. */
const OPERATOR = {
  zones: {
    "acme.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" },
    "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
    "clinic.example": "external",
  },
  reports: ["mailto:dmarc@operator.example"],
};

const files = readdirSync(FOLDER);
const cases = files.flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();

describe("golden cases", () => {
  test("are numbered without gaps, say what they show, and leave no file behind", () => {
    expect(cases.map((name) => name.slice(0, 4))).toEqual(
      cases.map((_, index) => `${String(index + 1).padStart(3, "0")}-`),
    );
    expect(cases.filter((name) => !/^# \S.*[.:]?\n/.test(read(`${name}.yaml`) ?? ""))).toEqual([]);
    const known = cases.flatMap((name) => ["yaml", "zone", "problems"].map((e) => `${name}.${e}`));
    expect(files.filter((file) => !known.includes(file))).toEqual([]);
  });

  test.each(cases)("%s", (name) => {
    const { plan, problems } = planOf({ stack: "acme", values: valuesOf(name) });
    const zone = plan === undefined ? undefined : renderPlan(plan, [], { format: "bind" });
    const said = problems.length === 0 ? undefined : `${formatProblems(problems)}\n`;
    // Whatever the files say: an error and a plan exclude each other, and one of the two is there.
    expect(plan === undefined).toBe(hasErrors(problems));
    if (UPDATE) {
      write(`${name}.zone`, zone);
      write(`${name}.problems`, said);
    }
    expect(zone).toBe(read(`${name}.zone`));
    expect(said).toBe(read(`${name}.problems`));
  });
});

/** The config of a case as the program reads it: keys under `sendips:`, what is encrypted stands as such. */
function valuesOf(name: string): Record<string, unknown> {
  const { config } = parse(read(`${name}.yaml`) ?? "") as { config: Record<string, unknown> };
  const own = Object.entries(config).flatMap(([key, value]) =>
    key.startsWith("sendips:") ? [[key.slice("sendips:".length), sealed(value)]] : [],
  );
  return { ...OPERATOR, ...Object.fromEntries(own) };
}

function sealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sealed);
  if (typeof value !== "object" || value === null) return value;
  if (Object.keys(value).join() === "secure") return SEALED;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sealed(inner)]));
}

function read(file: string): string | undefined {
  const url = new URL(file, FOLDER);
  return existsSync(url) ? readFileSync(url, "utf8") : undefined;
}

function write(file: string, text: string | undefined): void {
  const url = new URL(file, FOLDER);
  if (text === undefined) rmSync(url, { force: true });
  else writeFileSync(url, text);
}
