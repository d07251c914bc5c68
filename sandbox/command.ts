/** The outermost layer of a command: its exit status, and an error as one text without a stack trace. */

/** Runs a command with the process's arguments; what it resolves to becomes the exit status. */
export function runCommand(main: (args: readonly string[]) => Promise<number>): void {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
