/** `docs/findings.md`: every code that a problem can have, from the registry of the code. */
import { SUBJECTS } from "../core/finding-codes.ts";
import type { CodeMeaning, Codes } from "../mail/code-meaning.ts";

const HEAD = `# Findings

Made from the code by \`npm run schema\`. Every problem that sendips reports carries one of these codes, at the end of
its first line and as \`code\` in JSON. A code outlives changes of the sentence.

An **error** stops a deployment before anything is changed. A **warning** is for a person to judge. What is *either* is
an error where it would do harm, and a warning where it stood before us or is somebody else's to mend.
`;

const LEVELS: Record<CodeMeaning["level"], string> = {
  error: "error",
  warning: "warning",
  either: "*either*",
};

/** The reference as Markdown. */
export function findingsReference(): string {
  const sections = SUBJECTS.map(([title, codes]: readonly [string, Codes]) =>
    [
      `\n## ${title}\n`,
      "| code | level | what is the case |",
      "|---|---|---|",
      ...Object.entries(codes).map(
        ([code, { level, meaning }]) => `| \`${code}\` | ${LEVELS[level]} | ${meaning} |`,
      ),
      "",
    ].join("\n"),
  );
  return [HEAD, ...sections].join("");
}
