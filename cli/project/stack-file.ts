/** Edits of a stack file through the Pulumi CLI, which alone can encrypt; all of them or none. */
import { copyFileSync, readFileSync, realpathSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isUnknownStack } from "../../core/foreign-errors.ts";
import { type Pulumi, runPulumi } from "../engine/pulumi.ts";
import { Refusal } from "../engine/surroundings.ts";
import { type Project, stackFile } from "./project.ts";

/** One change; paths as `pulumi config set --path` takes them. */
export type Edit =
  | { set: string; value: string }
  /** Encrypted by the stack's secrets provider. */
  | { secret: string; value: string }
  | { remove: string };

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Makes all edits in a copy beside the stack file, then puts the copy in its place: whatever fails
 * or is killed half-way, the file is as it was. A secret goes to the CLI by standard input, and is
 * encrypted before anything is written.
 *
 * @throws Refusal with what the CLI said, or when the file changed meanwhile.
 */
export async function editStackFile(
  project: Project,
  stack: string,
  pulumi: Pulumi,
  edits: readonly Edit[],
): Promise<void> {
  const file = realpathSync(stackFile(project, stack));
  const before = readFileSync(file);
  // Not Pulumi.*.yaml, which would be taken for another stack's.
  const copy = join(dirname(file), `.${process.pid}.${basename(file)}`);
  // Ctrl-C reaches the CLI too: it fails, and the copy is tidied up.
  const doNothing = () => {};
  for (const signal of SIGNALS) process.on(signal, doNothing);
  try {
    copyFileSync(file, copy);
    for (const { args, input } of commandsOf(edits)) {
      const where = ["--stack", stack, "--config-file", copy];
      const ended = await runPulumi(pulumi, [...args, ...where], { input });
      if (ended.code !== 0) throw new Refusal(failure(stack, ended, input));
    }
    if (!readFileSync(file).equals(before)) {
      throw new Refusal(
        `${file} was changed by someone else meanwhile; nothing was written: try again`,
      );
    }
    renameSync(copy, file);
  } finally {
    for (const signal of SIGNALS) process.off(signal, doNothing);
    rmSync(copy, { force: true });
  }
}

interface Command {
  args: string[];
  input: string;
}

/** Secrets first: a missing passphrase ends it before anything else is tried. */
function commandsOf(edits: readonly Edit[]): Command[] {
  const secrets: Command[] = [];
  const removals: Command[] = [];
  const plain: string[] = [];
  for (const edit of edits) {
    if ("secret" in edit) {
      const args = ["config", "set", "--secret", "--path", edit.secret];
      secrets.push({ args, input: edit.value });
    } else if ("set" in edit) plain.push("--plaintext", `${edit.set}=${edit.value}`);
    else removals.push({ args: ["config", "rm", "--path", edit.remove], input: "" });
  }
  const sets =
    plain.length === 0 ? [] : [{ args: ["config", "set-all", "--path", ...plain], input: "" }];
  return [...secrets, ...sets, ...removals];
}

function failure(stack: string, ended: { code: number; stderr: string }, input: string): string {
  const errorText = ended.stderr.trim() || `status ${ended.code}`;
  const clean = input === "" ? errorText : errorText.replaceAll(input, "[secret]");
  const hint = isUnknownStack(errorText) ? `\n  make it first: npx pulumi stack init ${stack}` : "";
  return `pulumi could not write the config of stack ${stack}; nothing was changed\n  ${clean}${hint}`;
}
