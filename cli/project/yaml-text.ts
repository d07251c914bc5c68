/** YAML as the project's files hold it, with every fault and its place. */
import { type Document, parseDocument, visit } from "yaml";
import { withoutKeys } from "../../mail/finding.ts";

/**
 * Reads a YAML text. Faults are `<line>:<column>: <message>`, without the text around, which may
 * hold a secret; with one there is no value.
 */
export function readYaml(text: string): { value: unknown; faults: string[] } {
  const document = parseDocument(text, { prettyErrors: false, logLevel: "error" });
  const errors = document.errors.map(({ pos, message }) => ({ at: pos[0], message }));
  const faults = [...errors, ...aliasFaults(document)]
    .toSorted((a, b) => a.at - b.at)
    // Some messages of the parser quote the text: a key behind | on the same line, for one.
    .map(({ at, message }) => `${placeOf(text, at)}: ${withoutKeys(message)}`);
  if (faults.length > 0) return { value: undefined, faults };
  try {
    return { value: document.toJS(), faults };
  } catch {
    // All that is left: more aliases than any config needs, each of which repeats others.
    return { value: undefined, faults: ["1:1: too many aliases (*name), one in another"] };
  }
}

/** `<line>:<column>`, both from 1, of an offset. */
function placeOf(text: string, at: number): string {
  const before = text.slice(0, at);
  return `${before.split("\n").length}:${at - before.lastIndexOf("\n")}`;
}

interface Fault {
  at: number;
  message: string;
}

/** What the parser lets pass, or tells only later. */
function aliasFaults(document: Document.Parsed): Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Alias(_, alias, path) {
      const message = aliasFault(alias.resolve(document), path);
      if (message !== undefined) faults.push({ at: alias.range?.[0] ?? 0, message });
    },
  });
  return faults;
}

/** `mx: [*.acme.example]` without quotes is an alias of nothing; one of what it stands in has no end. */
function aliasFault(source: unknown, path: readonly unknown[]): string | undefined {
  if (source === undefined) {
    return "an alias without its anchor; a text that begins with * needs quotes";
  }
  return path.includes(source) ? "an alias of what it stands in" : undefined;
}
