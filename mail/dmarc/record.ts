/**
 * DMARC policy records (RFC 9989 §4.7, §4.8; it obsoletes RFC 7489).
 * Receivers that still follow 7489 differ in this: they know neither `t`, `np` (unless RFC 9091)
 * nor `psd`; they honour `pct`, `ri` and `!size`; they want `p` second.
 */
import {
  type MailFinding,
  mailError,
  mailWarning,
  type Parsed,
  quotedExcerpt,
} from "../finding.ts";
import { encodeReportUri, isReportUri, withoutSizeLimit } from "../report-uri.ts";
import { renderTagList, splitTags, type Tag } from "../taglist.ts";
import type { Singleton } from "../txt.ts";

const RULE = "RFC 9989 §4.7";

/** A consent to reports is a DMARC record with nothing in it (RFC 9990 §4). */
const EMPTY = /^v=DMARC1[\s;]*$/;

/** The kind of TXT that a DMARC record, or a consent to reports, is: a name holds one at most. */
export const DMARC_TEXT: Singleton = {
  title: "DMARC record",
  version: "DMARC1",
  begins: /^v=DMARC1\b/,
  rule: "RFC 9989 §4.10",
  isSame: (a, b) => EMPTY.test(a) && EMPTY.test(b),
};

/** What a domain asks for, weakest first. */
export const DMARC_POLICIES = ["none", "quarantine", "reject"] as const;
export type DmarcPolicy = (typeof DMARC_POLICIES)[number];

/** What makes a failure report wanted: all fail, any fails, DKIM fails, SPF fails. */
export type FailureOption = "0" | "1" | "d" | "s";

/** What the record says. Absent members have the RFC's defaults. */
export interface DmarcRecord {
  /** Policy for the domain. Absent means none (RFC 9989), or no DMARC at all (RFC 7489). */
  p?: DmarcPolicy;
  /** For subdomains that exist. @default p */
  sp?: DmarcPolicy;
  /** For subdomains that do not exist. @default sp, then p */
  np?: DmarcPolicy;
  /** `t=y`: apply each policy one level weaker. @default false */
  t?: boolean;
  /** `y` a public suffix, `n` an organisational domain whatever stands above, `u` undeclared. @default "u" */
  psd?: "y" | "n" | "u";
  /** Alignment of DKIM, relaxed or strict. @default "r" */
  adkim?: "r" | "s";
  /** Alignment of SPF. @default "r" */
  aspf?: "r" | "s";
  /** @default ["0"] */
  fo?: FailureOption[];
  /** Where aggregate reports go; `,`, `!` and `;` are encoded. */
  rua?: string[];
  /** Where failure reports go. */
  ruf?: string[];
  /** Tags of RFC 7489 that 9989 dropped, as they stand: only older receivers heed them. */
  legacy?: Partial<Record<LegacyTag, string>>;
}

export type LegacyTag = "pct" | "rf" | "ri";
const LEGACY: readonly LegacyTag[] = ["pct", "rf", "ri"];

/** Where the record stands. */
export function dmarcName(domain: string): string {
  return `_dmarc.${domain}`;
}

/**
 * True when a TXT value claims to be a policy record: `v=DMARC1` first, in capitals.
 * Everything else at the name is ignored by receivers.
 */
export function isDmarc(text: string): boolean {
  return /^[ \t]*[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text);
}

/**
 * Reads a record as receivers do: a broken optional tag falls back to its default and is reported
 * as an error, the rest counts; a broken policy turns the record into p=none or into nothing.
 * There is no value when nobody would heed the record.
 */
export function parseDmarc(text: string): Parsed<DmarcRecord> {
  if (!isDmarc(text)) {
    const message = `${quotedExcerpt(text)} does not begin with v=DMARC1`;
    return { findings: [mailError("dmarc-version", RULE, message, "v=DMARC1; p=…")] };
  }
  const { tags, findings } = splitTags(text, { rule: RULE, foldCase: true });
  const value: DmarcRecord = {};
  // The first of a repeated tag is kept here only to report more; the repeat refuses the record.
  const repeated = new Set(tags.map(({ name }) => name)).size !== tags.length;
  for (const tag of tags.slice(1)) readTag(value, tag, findings);
  const at = tags.findIndex(({ name }) => name === "p");
  if (at > 1) {
    const fix = "write p= right after v=DMARC1";
    findings.push(
      mailWarning(
        "dmarc-policy-not-second",
        "RFC 7489 §6.4",
        "p= is not the second tag; older receivers want it",
        fix,
      ),
    );
  }
  if (repeated) return { findings };
  // RFC 9989 §4.10.1: with a p=, sp= or np= that is no policy, the record reads as p=none if it asks
  // for reports, and else as no record. One typo in sp= disarms p=reject.
  const policies = tags.filter(({ name }) => name === "p" || name === "sp" || name === "np");
  const broken = policies.some(({ value: policy }) => !isDmarcPolicy(policy.toLowerCase()));
  if (!broken) return { value, findings };
  if ((value.rua ?? []).length === 0) return { findings };
  const { sp: _sp, np: _np, ...rest } = value;
  return { value: { ...rest, p: "none" }, findings };
}

/** `v` first, `p` second, then in the order of RFC 9989. Addresses are encoded where they must be. */
export function renderDmarc(record: DmarcRecord): string {
  const tags: Tag[] = [{ name: "v", value: "DMARC1" }];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) tags.push({ name, value });
  };
  add("p", record.p);
  add("sp", record.sp);
  add("np", record.np);
  add("t", record.t === undefined ? undefined : record.t ? "y" : "n");
  add("psd", record.psd);
  add("adkim", record.adkim);
  add("aspf", record.aspf);
  add("fo", record.fo?.join(":"));
  add("rua", record.rua?.map(encodeReportUri).join(","));
  add("ruf", record.ruf?.map(encodeReportUri).join(","));
  for (const name of LEGACY) add(name, record.legacy?.[name]);
  return renderTagList(tags);
}

/** The level of a policy: none 0, quarantine 1, reject 2. */
export function policyStrength(policy: DmarcPolicy): number {
  return DMARC_POLICIES.indexOf(policy);
}

function readTag(record: DmarcRecord, tag: Tag, findings: MailFinding[]): void {
  const { name } = tag;
  const lower = tag.value.toLowerCase();
  const bad = (allowed: string) => {
    const message = `${name}=${quotedExcerpt(tag.value)} is not allowed`;
    findings.push(mailError("dmarc-tag-value", RULE, message, `${name}= takes ${allowed}`));
  };
  switch (name) {
    case "p":
    case "sp":
    case "np": {
      if (isDmarcPolicy(lower)) record[name] ??= lower;
      else bad("none, quarantine or reject");
      return;
    }
    case "adkim":
    case "aspf":
      if (lower === "r" || lower === "s") record[name] ??= lower;
      else bad("r or s");
      return;
    case "t":
      if (lower === "y" || lower === "n") record.t ??= lower === "y";
      else bad("y or n");
      return;
    case "psd":
      if (lower === "y" || lower === "n" || lower === "u") record.psd ??= lower;
      else bad("y, n or u");
      return;
    case "fo": {
      const options = lower.split(":").map((option) => option.trim());
      const known = options.filter(isFailureOption);
      if (known.length === options.length) record.fo ??= known;
      else bad("0, 1, d and s with `:` between them");
      return;
    }
    case "rua":
    case "ruf": {
      const uris = readUris(tag, findings);
      if (uris.length > 0) record[name] ??= uris;
      return;
    }
    case "pct":
    case "rf":
    case "ri":
      record.legacy = { [name]: tag.value, ...record.legacy };
      findings.push(
        mailWarning("dmarc-dropped-tag", droppedBy(name), DROPPED[name], `remove ${name}=`),
      );
      return;
    default:
      findings.push(
        mailWarning(
          "dmarc-unknown-tag",
          RULE,
          `the tag ${name}= is unknown`,
          "remove it: receivers ignore it",
        ),
      );
  }
}

/** Where RFC 9989 says that it dropped a tag. */
export function droppedBy(tag: string): string {
  return `RFC 9989 appendix ${tag === "pct" ? "A.6" : "C.5"}`;
}

const DROPPED: Record<LegacyTag, string> = {
  pct: "pct= is gone: receivers apply the policy to all mail; a test is t=y",
  rf: "rf= is gone: there is one format of failure report",
  ri: "ri= is gone: aggregate reports come daily",
};

function isDmarcPolicy(text: string): text is DmarcPolicy {
  return text === "none" || text === "quarantine" || text === "reject";
}

function isFailureOption(option: string): option is FailureOption {
  return option === "0" || option === "1" || option === "d" || option === "s";
}

/** The URIs of a tag. A size limit, `!10m`, is taken off: RFC 9989 has reporters ignore it. */
function readUris(tag: Tag, findings: MailFinding[]): string[] {
  const uris: string[] = [];
  for (const written of tag.value.split(",").map((part) => part.trim())) {
    const bare = withoutSizeLimit(written);
    if (bare !== undefined) {
      const message = `${tag.name}= limits the report's size with \`!\`; reporters ignore it`;
      findings.push(
        mailWarning("dmarc-report-size", "RFC 9989 appendix C.4", message, "remove !size"),
      );
    }
    const uri = bare ?? written;
    if (isReportUri(uri)) uris.push(uri);
    else {
      const message = `${tag.name}= holds ${quotedExcerpt(written)}, which is not a URI for reports`;
      findings.push(
        mailError(
          "dmarc-report-uri",
          RULE,
          message,
          "mailto:name@domain, with , and ! as %2C and %21",
        ),
      );
    }
  }
  return uris;
}
