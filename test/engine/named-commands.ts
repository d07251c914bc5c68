/** The commands that a refusal names, as arguments of `pulumi`: `import …`, `state …`. */
export function namedCommands(output: string, verb: string): string[][] {
  const found = new Set(output.match(new RegExp(`pulumi ${verb} [^\\n;]*?--yes[^\\n;,.]*`, "g")));
  return [...found].map((command) =>
    [...command.matchAll(/'([^']*)'|(\S+)/g)]
      .map(([, quoted, plain]) => quoted ?? plain ?? "")
      .slice(1),
  );
}
