/** DKIM key records (RFC 6376 §3.6.1, updated by RFC 8301 and RFC 8463). */

import {
  hasError,
  type MailFinding,
  mailError,
  mailWarning,
  type Parsed,
  quotedExcerpt,
} from "../finding.ts";
import { isHostName, lintName } from "../names.ts";
import { renderTagList, splitTags, type Tag, tagValue } from "../taglist.ts";
import type { Singleton } from "../txt.ts";

const RULE = "RFC 6376 §3.6.1";

/** The kind of TXT that a DKIM key is: a name holds one at most. A key is a key, whatever stands around it. */
export const DKIM_TEXT: Singleton = {
  title: "DKIM key",
  version: "DKIM1",
  begins: /^v=DKIM1\b/,
  rule: "RFC 6376 §3.6.2.2",
  isSame: (a, b) => {
    const [key, other] = [parseDkim(a).value?.publicKey, parseDkim(b).value?.publicKey];
    return key !== undefined && key === other;
  },
};

/** What a selector's TXT record says. Absent members have the RFC's defaults. */
export interface DkimRecord {
  keyType: "rsa" | "ed25519";
  /** `p=`: base64 without white space; empty once the key is revoked. */
  publicKey: string;
  /** `h=`: acceptable hashes. @default all */
  hashes?: string[];
  /** `s=`: services, `email` or `*`. @default ["*"] */
  services?: string[];
  /** `t=`: `y` testing, `s` no subdomain in `i=`. @default [] */
  flags?: string[];
  /** `n=`: a note to people. */
  notes?: string;
}

/** A selector: labels that start and end with a letter or digit (RFC 6376 §3.1, RFC 5321 §4.1.2). */
export function isSelector(selector: string): boolean {
  return lintName(`${selector.toLowerCase()}._domainkey.x`, { underscores: true }).length === 0
    ? /^[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*)*$/.test(selector)
    : false;
}

/** Where the record stands: `<selector>._domainkey.<domain>`. */
export function dkimName(selector: string, domain: string): string {
  return `${selector.toLowerCase()}._domainkey.${domain}`;
}

/** Faults of a selector and the name it makes. */
export function lintSelector(selector: string, domain: string): MailFinding[] {
  if (!isSelector(selector)) {
    const fix = "letters, digits and inner hyphens, e.g. s202611";
    return [
      mailError(
        "dkim-selector",
        "RFC 6376 §3.1",
        `${quotedExcerpt(selector)} is not a selector`,
        fix,
      ),
    ];
  }
  if (!isHostName(domain)) {
    return [
      mailError(
        "dkim-domain",
        "RFC 6376 §3.5",
        `${quotedExcerpt(domain)} is not a domain`,
        "a name in A-labels",
      ),
    ];
  }
  return lintName(dkimName(selector, domain), { underscores: true });
}

/** Reads a key record. Tags are case-sensitive; unknown ones are ignored, as verifiers do. */
export function parseDkim(text: string): Parsed<DkimRecord> {
  const { tags, findings } = splitTags(text, { rule: RULE });
  const version = tags.findIndex(({ name }) => name === "v");
  if (version > 0 || (version === 0 && tags[0]?.value !== "DKIM1")) {
    findings.push(
      mailError("dkim-version", RULE, "v= is not DKIM1 or not first", "begin with v=DKIM1"),
    );
  }
  if (version < 0 && tags.length > 0) {
    findings.push(mailWarning("dkim-version-absent", RULE, "v= is absent", "begin with v=DKIM1"));
  }
  const keyType = tagValue(tags, "k") ?? "rsa";
  if (keyType !== "rsa" && keyType !== "ed25519") {
    findings.push(
      mailError(
        "dkim-key-type",
        RULE,
        `k=${quotedExcerpt(keyType)} is no key type`,
        "k=rsa or k=ed25519",
      ),
    );
  }
  const publicKey = tagValue(tags, "p")?.replace(/\s/g, "");
  if (publicKey === undefined)
    findings.push(mailError("dkim-no-key", RULE, "p= is absent", "add the public key"));
  else if (!isBase64(publicKey)) {
    findings.push(
      mailError(
        "dkim-key-not-base64",
        RULE,
        "p= is not base64",
        "the key's DER in base64, padded with =",
      ),
    );
  }
  const notes = decodeNotes(tagValue(tags, "n"));
  if (notes === null) {
    findings.push(
      mailError("dkim-notes", RULE, "n= is not quoted-printable", "write = as =3D and ; as =3B"),
    );
  }
  for (const { name } of tags.filter(
    ({ name }) => !["v", "k", "p", "h", "s", "t", "n"].includes(name),
  )) {
    const message = `the tag ${name}= is unknown`;
    findings.push(mailWarning("dkim-unknown-tag", RULE, message, "remove it: verifiers ignore it"));
  }
  const lists = {
    hashes: readList(tags, "h", findings),
    services: readList(tags, "s", findings),
    flags: readList(tags, "t", findings),
  };
  if (hasError(findings) || publicKey === undefined) return { findings };
  const value: DkimRecord = { keyType: keyType === "ed25519" ? keyType : "rsa", publicKey };
  if (lists.hashes !== undefined) value.hashes = lists.hashes;
  if (lists.services !== undefined) value.services = lists.services;
  if (lists.flags !== undefined) value.flags = lists.flags;
  if (notes !== undefined && notes !== null) value.notes = notes;
  return { value, findings };
}

/** `v=DKIM1` first, `p=` last, where a long key does not hide the rest from a reader. */
export function renderDkim(record: DkimRecord): string {
  const tags: Tag[] = [
    { name: "v", value: "DKIM1" },
    { name: "k", value: record.keyType },
  ];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) tags.push({ name, value });
  };
  add("h", record.hashes?.join(":"));
  add("s", record.services?.join(":"));
  add("t", record.flags?.join(":"));
  add("n", record.notes === undefined ? undefined : encodeNotes(record.notes));
  add("p", record.publicKey);
  return renderTagList(tags);
}

/** Faults of a record that parses: weak hashes, test mode, other services. Those of its key: `describePublicKey`. */
export function lintDkim(record: DkimRecord): MailFinding[] {
  const findings: MailFinding[] = [];
  if (record.publicKey === "") {
    const fix = "sign with another selector; remove the record once no mail under it is in transit";
    findings.push(mailWarning("dkim-revoked", RULE, "p= is empty: the key is revoked", fix));
  }
  if (record.hashes !== undefined && !record.hashes.includes("sha256")) {
    const fix = "h=sha256, or no h=";
    findings.push(mailError("dkim-no-sha256", "RFC 8301 §3.1", "h= leaves out sha256", fix));
  }
  if (record.hashes?.includes("sha1") === true) {
    const message = "h= admits sha1, which verifiers must not accept";
    findings.push(mailWarning("dkim-sha1", "RFC 8301 §3.1", message, "h=sha256"));
  }
  if (record.services?.some((service) => service === "*" || service === "email") === false) {
    findings.push(mailError("dkim-not-for-mail", RULE, "s= excludes mail", "s=email, or no s="));
  }
  for (const flag of record.flags ?? []) {
    if (flag === "y") {
      const message = "t=y: verifiers treat the mail as if it were unsigned when it fails";
      findings.push(mailWarning("dkim-testing", RULE, message, "remove t=y after the test"));
    } else if (flag === "s") {
      const message = "t=s: a signature fails when i= is in a subdomain of d=";
      findings.push(
        mailWarning(
          "dkim-strict-identity",
          RULE,
          message,
          "sign with i= equal to d=, or remove t=s",
        ),
      );
    } else {
      findings.push(
        mailWarning(
          "dkim-unknown-flag",
          RULE,
          `the flag ${quotedExcerpt(flag)} is unknown`,
          "t=y and t=s exist",
        ),
      );
    }
  }
  return findings;
}

/** A colon-separated list of `hyphenated-word`s or `*`. */
function readList(
  tags: readonly Tag[],
  name: string,
  findings: MailFinding[],
): string[] | undefined {
  const value = tagValue(tags, name);
  if (value === undefined) return undefined;
  const items = value.split(":").map((item) => item.trim());
  if (items.every((item) => /^(?:\*|[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?)$/.test(item))) {
    return items;
  }
  findings.push(
    mailError(
      "dkim-word-list",
      RULE,
      `${name}=${quotedExcerpt(value)}`,
      `words with \`:\` between them in ${name}=`,
    ),
  );
  return undefined;
}

function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
}

/** `qp-section` (RFC 2045 §6.7): everything but plain ASCII and inner single spaces is `=XX`. */
function encodeNotes(notes: string): string {
  let out = "";
  for (const octet of new TextEncoder().encode(notes)) {
    const plain = octet > 0x20 && octet < 0x7f && octet !== 0x3d && octet !== 0x3b;
    out += plain
      ? String.fromCharCode(octet)
      : `=${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  // Spaces stay readable between words; at the ends they would be folded away.
  return out.replace(/(?<=[^=]..)=20(?=[^=])/g, " ");
}

function decodeNotes(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  if (/=(?![0-9A-Fa-f]{2})/.test(text)) return null;
  const octets = [...text.matchAll(/=([0-9A-Fa-f]{2})|([^=])/gs)].map(([, hex, plain]) =>
    hex === undefined ? (plain ?? "").charCodeAt(0) : Number.parseInt(hex, 16),
  );
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(octets));
}
