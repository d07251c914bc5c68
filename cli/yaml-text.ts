/** YAML as the project's files hold it, with every fault and its place. */
import { type Alias, type Document, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { withoutKeys } from "../plan/mail/finding.ts";

/**
 * Reads a YAML text. Faults are `<line>:<column>: <message>`, without the text around, which may
 * hold a secret; with one there is no value.
 */
export function readYaml(text: string): { value: unknown; faults: string[] } {
  const lineCounter = new LineCounter();
  // To find repeated keys the parser compares each with each: of ten thousand zones, for seconds.
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "error",
  });
  const errors = document.errors.map(({ pos, message }) => ({ at: pos[0], message }));
  const faults = [...errors, ...repeatedKeys(document), ...brokenAliases(document)]
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, message }) => {
      const { line, col } = lineCounter.linePos(at);
      // Some messages of the parser quote the text: a key behind | on the same line, for one.
      return `${line}:${col}: ${withoutKeys(message)}`;
    });
  if (faults.length > 0) return { value: undefined, faults };
  try {
    return { value: document.toJS(), faults };
  } catch {
    // All that is left: more aliases than any config needs, each of which repeats others.
    return { value: undefined, faults: ["1:1: too many aliases (*name), one in another"] };
  }
}

/** `mx: [*.acme.example]` without quotes is an alias of nothing; one of what it stands in has no end. */
function brokenAliases(document: Document.Parsed): { at: number; message: string }[] {
  const faults: { at: number; message: string }[] = [];
  visit(document, {
    Alias(_, alias: Alias, path) {
      const source = alias.resolve(document);
      const at = alias.range?.[0] ?? 0;
      if (source === undefined) {
        faults.push({
          at,
          message: "an alias without its anchor; a text that begins with * needs quotes",
        });
      } else if (path.includes(source)) {
        faults.push({ at, message: "an alias of what it stands in" });
      }
    },
  });
  return faults;
}

function repeatedKeys(document: Document.Parsed): { at: number; message: string }[] {
  const faults: { at: number; message: string }[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          faults.push({ at: key.range?.[0] ?? 0, message: "Map keys must be unique" });
        }
        seen.add(key.value);
      }
    },
  });
  return faults;
}
