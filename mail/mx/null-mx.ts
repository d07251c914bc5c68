/** Null MX (RFC 7505): a name that takes no mail, and the records of a name that sends none either. */
import { type MailFinding, mailError, type Parsed, quotedExcerpt } from "../finding.ts";
import { isNullMx, type Mx } from "./record.ts";

const RULE = "RFC 7505 §3";

/** `MX 0 .` */
export const NULL_MX: Mx = { preference: 0, exchange: "" };

/** Reads `0 .` and nothing else. */
export function parseNullMx(text: string): Parsed<Mx> {
  if (/^\s*0+\s+\.\s*$/.test(text)) return { value: NULL_MX, findings: [] };
  return {
    findings: [
      mailError("mx-null-unreadable", RULE, `${quotedExcerpt(text)} is not a null MX`, "0 ."),
    ],
  };
}

/** The data as a zone file has it (RFC 7505 §3). */
export function renderNullMx(): string {
  return "0 .";
}

/** What a name needs that never mails: no mail in, none out, and refusal of what pretends. */
export function neverMails(name: string): { name: string; type: "MX" | "TXT"; value: string }[] {
  return [
    { name, type: "MX", value: renderNullMx() },
    { name, type: "TXT", value: "v=spf1 -all" },
    { name: `_dmarc.${name}`, type: "TXT", value: "v=DMARC1; p=reject" },
  ];
}

/**
 * RFC 7505 §4.2: who sends from a name with a null MX is refused, because nobody could answer.
 * `use` is what the name is for.
 */
export function lintNullMx(
  name: string,
  records: readonly Mx[],
  use: "from" | "bounce" | "unused",
): MailFinding[] {
  if (use === "unused" || !records.some(isNullMx)) return [];
  const role = use === "from" ? "mail is sent from it" : "bounces go to it";
  const message = `${quotedExcerpt(name)} has a null MX, but ${role}`;
  return [mailError("mx-null-in-use", "RFC 7505 §4.2", message, "an MX that takes mail")];
}
