/** `docs/official.md`: what the suite compared, and what came of it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../../sandbox/project.ts";
import { allDifferences, type Difference, reasonFor } from "./differences.ts";

const FILE = join(REPOSITORY, "docs", "official.md");

/** The report; its first lines say with what and when. */
export function report(versions: Readonly<Record<string, string>>, today: string): string {
  const { seen, compared } = allDifferences();
  const columns = [
    ...new Set([...compared.values()].flatMap((set) => [...set].map((each) => columnOf(each)))),
  ];
  const reasons = [...new Set(seen.flatMap((difference) => reasonFor(difference) ?? []))];
  const cell = (resource: string, column: string): string => {
    const here = [...(compared.get(resource) ?? [])].filter((each) => columnOf(each) === column);
    if (here.length === 0) return "";
    const differing = seen.filter(
      (difference) => difference.resource === resource && here.includes(difference.operation),
    );
    if (differing.length === 0) return "agrees";
    return `differs in ${[...new Set(differing.map(noteOf))].sort().join(" ")}`;
  };
  const noteOf = (difference: Difference): string => {
    const reason = reasonFor(difference);
    return reason === undefined ? "**unlisted**" : `[${reasons.indexOf(reason) + 1}]`;
  };
  const rows = [...compared.keys()].map((resource) =>
    [`\`${resource}\``, ...columns.map((column) => cell(resource, column))].join(" | "),
  );
  const notes = reasons.map((reason, index) => {
    const of = seen.filter((difference) => reasonFor(difference) === reason);
    const what = [...new Set(of.map(({ what }) => what.replace(/^attribute /, "")))].sort();
    return `${index + 1}. ${reason}: ${what.join(", ")}`;
  });
  return [
    "# The official providers beside the stand-ins",
    "",
    "Written by `npm run test:official -- --write`; `test/official/accepted-differences.ts` holds the reasons.",
    "",
    `Run on ${today} with ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}, on the sandbox.`,
    "",
    "Each resource is registered with the inputs that our components send, taken from a deployed state, by the",
    "official provider under Terraform and by our stand-in under the Pulumi engine. Compared are the calls on the",
    "wire with their parameters and order, the attributes that come of them, which inputs replace, and how often a",
    "call that fails is tried. Under faults means throttled, a server error, the connection cut before and after the",
    "call, and a slow answer. What is left empty is not compared.",
    "",
    ["resource", ...columns].join(" | "),
    ["---", ...columns.map(() => "---")].join(" | "),
    ...rows,
    "",
    "## What differs, and why that stays",
    "",
    ...notes,
    "",
  ].join("\n");
}

/** `create, throttled` and its like are one column, and an update's way back is an update. */
function columnOf(operation: string): string {
  const [verb = operation, fault] = operation.split(", ");
  if (fault !== undefined) return `${verb} under faults`;
  return operation === "update back" ? "update" : operation;
}

/** What stands in the repository, without the line that says when and with what. */
export function writtenReport(): string {
  return withoutDates(readFileSync(FILE, "utf8"));
}

export function withoutDates(text: string): string {
  return text.replace(/^Run on .*$/m, "");
}

export function write(text: string): void {
  writeFileSync(FILE, text);
}
