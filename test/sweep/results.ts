/** What was found so far, kept so that a sweep goes on where it was. */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { REPOSITORY } from "../../sandbox/project.ts";

/** The folder of everything that a sweep keeps. */
export const FOLDER = join(REPOSITORY, ".sandbox", "sweep");
const FILE = join(FOLDER, "results.jsonl");

const schema = z.object({
  /** The sources that it was found with. */
  fingerprint: z.string(),
  scenario: z.string(),
  fault: z.string(),
  at: z.number(),
  action: z.string(),
  call: z.string(),
  outcome: z.enum(["absorbed", "converged", "recovered", "named", "failed", "unreached"]),
  wrong: z.array(z.string()),
  steps: z.array(z.string()),
  seconds: z.number(),
});

/** One line of the file. */
export type Result = z.infer<typeof schema>;

/** A point's name: `create-tenant kill-after 3`. */
export function nameOf({ scenario, fault, at }: Pick<Result, "scenario" | "fault" | "at">): string {
  return `${scenario} ${fault} ${at}`;
}

/** What was found with these sources, the last of each point. */
export function readResults(fingerprint: string): Result[] {
  if (!existsSync(FILE)) return [];
  const lines = readFileSync(FILE, "utf8").split("\n");
  const found = lines.flatMap((line) => {
    // A sweep that was killed may have left half a line.
    try {
      const read = schema.safeParse(JSON.parse(line));
      return read.success && read.data.fingerprint === fingerprint ? [read.data] : [];
    } catch {
      return [];
    }
  });
  return [...new Map(found.map((result) => [nameOf(result), result])).values()];
}

/** Keeps one more. */
export function keepResult(result: Result): void {
  mkdirSync(dirname(FILE), { recursive: true });
  appendFileSync(FILE, `${JSON.stringify(result)}\n`);
}

/** What the outcome of a point depends on. */
const SOURCES = [
  ...["index.ts", "runtime.cjs", "package-lock.json", "Pulumi.yaml", "stacks"],
  ...["mail", "core", "dns", "components", "program", "cli", "sandbox"],
  "test/sweep/scenarios.ts",
];

/** A digest of the sources: results of other sources are not taken for those of these. */
export function fingerprintOf(): string {
  const hash = createHash("sha256");
  const add = (path: string) =>
    hash.update(`${path}\n`).update(readFileSync(join(REPOSITORY, path)));
  for (const source of SOURCES) {
    if (/\.\w+$/.test(source)) add(source);
    else {
      const files = readdirSync(join(REPOSITORY, source), { recursive: true, withFileTypes: true });
      const paths = files
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(REPOSITORY.length + 1));
      for (const path of paths.sort()) add(path);
    }
  }
  return hash.digest("hex").slice(0, 12);
}
