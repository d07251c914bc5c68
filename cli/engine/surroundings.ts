/** What a command may touch: handed in, so that a command can be run without a process of its own. */

/** Where a command runs, and where its words go. */
export interface Surroundings {
  /** The project is looked for here and above. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** The UTC day, `2026-11-24`. */
  today: string;
  /** Standard output. */
  out(text: string): void;
  /** Standard error. */
  err(text: string): void;
  /** Asks the person at the terminal; undefined is no answer. Absent where there is no terminal. */
  ask?: (question: string) => Promise<string | undefined>;
}

/** A command line that cannot be understood: exit status 2, with the usage. */
export class UsageError extends Error {}

/** Something that is not done, and why: exit status 1, without a stack trace. */
export class Refusal extends Error {}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The one stack that a command line asks for.
 *
 * @throws UsageError when it names none, or several.
 */
export function stackAskedFor([name, ...more]: readonly string[]): string {
  if (name === undefined || more.length > 0) throw new UsageError("name one stack");
  return name;
}
