/**
 * Golden cases: `golden/NNN-name.yaml` is a stack file, beside it what the plan makes of it: `.zone`,
 * the zone text, and `.problems`, what is wrong. An error forbids a plan, so a case has no `.zone` then;
 * a case without `.problems` has none. The first line of the YAML says what the case shows.
 *
 * `UPDATE_GOLDEN=1` writes the files anew; read the difference before you commit it.
 */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatProblems, hasErrors } from "../../core/problem.ts";
import { renderPlan } from "../../core/render/plan.ts";
import { FOLDER, goldenCases, read, valuesOf } from "./golden-cases.ts";
import { planOf } from "./support.ts";

const UPDATE = process.env["UPDATE_GOLDEN"] === "1";
const cases = goldenCases();

describe("golden cases", () => {
  test("are numbered without gaps, say what they show, and leave no file behind", () => {
    expect(cases.map((name) => name.slice(0, 4))).toEqual(
      cases.map((_, index) => `${String(index + 1).padStart(3, "0")}-`),
    );
    expect(cases.filter((name) => !/^# \S.*\.\n/.test(read(`${name}.yaml`) ?? ""))).toEqual([]);
    const known = cases.flatMap((name) => ["yaml", "zone", "problems"].map((e) => `${name}.${e}`));
    expect(readdirSync(FOLDER).filter((file) => !known.includes(file))).toEqual([]);
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

function write(file: string, text: string | undefined): void {
  const url = new URL(file, FOLDER);
  if (text === undefined) rmSync(url, { force: true });
  else writeFileSync(url, text);
}
