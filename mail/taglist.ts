/** Tag=value lists (RFC 6376 §3.2): the syntax that DKIM, DMARC and BIMI records share. */
import { type MailFinding, mailError, quotedExcerpt } from "./finding.ts";
import { trimBlanks } from "./txt.ts";

/** One `name=value`. */
export interface Tag {
  name: string;
  value: string;
}

/** How a record type deviates from RFC 6376 §3.2. */
export interface TagListOptions {
  /** The rule to cite. @default "RFC 6376 §3.2" */
  rule?: string;
  /**
   * Tag names are read without regard to case: DMARC and BIMI define theirs by ABNF strings,
   * which ignore case, while DKIM's are case-sensitive. @default false
   */
  foldCase?: boolean;
}

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/** `tag-value`: printable ASCII without `;`, with white space only inside; line breaks only folded. */
const VALUE = /^(?:[\x21-\x3a\x3c-\x7e]+(?:[ \t\r\n]+[\x21-\x3a\x3c-\x7e]+)*)?$/;
const FWS = " \t\r\n";

/**
 * Splits a list into tags, keeping what can be kept: receivers of DMARC drop a broken tag,
 * not the record. A tag whose name came before is kept too, and reported.
 */
export function splitTags(
  text: string,
  options: TagListOptions = {},
): { tags: Tag[]; findings: MailFinding[] } {
  const rule = options.rule ?? "RFC 6376 §3.2";
  const tags: Tag[] = [];
  const findings: MailFinding[] = [];
  const seen = new Set<string>();
  const specs = text.split(";");
  // One `;` may end the list; an empty tag elsewhere is a fault of the grammar.
  if (specs.length > 1 && trimBlanks(specs.at(-1) ?? "", FWS) === "") specs.pop();
  for (const spec of specs) {
    const at = spec.indexOf("=");
    const written = trimBlanks(at < 0 ? spec : spec.slice(0, at), FWS);
    const value = at < 0 ? "" : trimBlanks(spec.slice(at + 1), FWS);
    if (at < 0 || !NAME.test(written)) {
      const message = written === "" ? "an empty tag" : `${quotedExcerpt(spec)} is not name=value`;
      findings.push(
        mailError("tag-syntax", rule, message, "tags are name=value with `;` between them"),
      );
      continue;
    }
    if (!VALUE.test(value)) {
      const fix = "printable ASCII without `;`";
      findings.push(
        mailError("tag-value", rule, `the value of ${written}= holds ${quotedExcerpt(value)}`, fix),
      );
      continue;
    }
    const name = options.foldCase === true ? written.toLowerCase() : written;
    if (seen.has(name)) {
      findings.push(
        mailError("tag-repeated", rule, `the tag ${name}= stands twice`, `keep one ${name}=`),
      );
    }
    seen.add(name);
    tags.push({ name, value });
  }
  return { tags, findings };
}

/** `a=1; b=2`, without a `;` at the end. */
export function renderTagList(tags: readonly Tag[]): string {
  return tags.map((tag) => `${tag.name}=${tag.value}`).join("; ");
}

/** The value of a tag's first occurrence. */
export function tagValue(tags: readonly Tag[], name: string): string | undefined {
  return tags.find((tag) => tag.name === name)?.value;
}
