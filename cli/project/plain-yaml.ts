/** YAML of the usual form, read fast: `yaml`, which names every fault, takes several times as long. */
import { FAILSAFE_SCHEMA, load, Type } from "js-yaml";
import { isScalar, type ScalarTag, Schema } from "yaml";

/*
 * What is of the usual form, line by line: block maps and lists, flow ones on a line of their own
 * key, texts on one line, comments. Left out is whatever two parsers may read in two ways: anchors,
 * aliases, tags, directives, `---`, `?`, merge keys, block scalars, texts of several lines, escapes,
 * tabs, CR, and characters beyond ASCII outside comments. Which maps stand in which is js-yaml's to
 * read; it throws at repeated keys and at whatever is broken.
 */

/** What means nothing inside a text. */
const SAFE = "[\\w.+/=@$~^;()<>*?!&%|-]";
const TEXT = `[A-Za-z0-9_/](?:${SAFE}|:(?=${SAFE}|:)| (?=${SAFE}))*`;
const QUOTED = `"[ !#-\\[\\]-~]*"|'[ -&(-~]*'`;
/** As a key, null is an empty text to `yaml`, and "null" to js-yaml. */
const NOT_NULL = "(?!(?:null|Null|NULL):)";
/** YAML allows keys of 1024 characters; js-yaml does not count them. */
const NAME = "[\\w./-]|:(?=[\\w./-])";
const KEY = `${NOT_NULL}(?:[A-Za-z0-9_](?:${NAME}){0,250}|"(?:${NAME}){1,250}"|'(?:${NAME}){1,250}')`;
const SCALAR = `${TEXT}|${QUOTED}`;
const INNER = flow(SCALAR);
const VALUE = flow(INNER);
const COMMENT = "#.*";
const LINE = new RegExp(
  ` *(?:(?:(?:- )?${KEY}:(?: +(?:${VALUE}))?|- (?:${VALUE}))(?: +${COMMENT})?|${COMMENT})? *(?:\\n|$)`,
  "y",
);

function flow(value: string): string {
  const listed = (entry: string) => `(?:${entry})(?:, *(?:${entry}))*`;
  const list = `\\[ *(?:${listed(value)})? *\\]`;
  const map = `\\{ *(?:${listed(`${KEY}: +(?:${value})`)})? *\\}`;
  return `${SCALAR}|${list}|${map}`;
}

/** What `yaml` takes for a number, true, false or null: asked of itself, so that the two cannot differ. */
const TAGS = new Schema({ schema: "core" }).tags.filter(
  (tag): tag is ScalarTag & { test: RegExp } => "test" in tag && tag.test !== undefined,
);
const CORE = FAILSAFE_SCHEMA.extend({
  implicit: [
    new Type("tag:yaml.org,2002:core", {
      kind: "scalar",
      resolve: (text) => text === null || TAGS.some(({ test }) => test.test(text)),
      construct: (text) => {
        const tag = text === null ? undefined : TAGS.find(({ test }) => test.test(text));
        const value = tag?.resolve(text ?? "", () => {}, {}) ?? null;
        return isScalar(value) ? value.value : value;
      },
    }),
  ],
});

/**
 * Reads a YAML text of the usual form, and gives what `yaml` gives.
 *
 * @returns a map or a list; undefined when the text is of another form, or broken, and `yaml` must
 *   read it.
 */
export function readPlainYaml(text: string): object | undefined {
  try {
    if (!isPlain(text)) return undefined;
    const value = load(text, { schema: CORE });
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isPlain(text: string): boolean {
  LINE.lastIndex = 0;
  while (LINE.lastIndex < text.length) if (!LINE.test(text)) return false;
  return true;
}
