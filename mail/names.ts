/** Names: IDNA to A-labels, lengths, host names, names with underscores, keys that become labels. */
import { domainToASCII } from "node:url";
import { type MailFinding, mailError, mailWarning, type Parsed, quotedExcerpt } from "./finding.ts";

/** What {@link parseName} admits besides letters, digits and hyphens. */
export interface NameOptions {
  /** Labels such as `_dmarc` and `_domainkey` (RFC 8552). @default false */
  underscores?: boolean;
  /** `*` as the left-most label (RFC 4592). @default false */
  wildcard?: boolean;
}

const LABEL_LIMIT = 63;
/** 255 octets on the wire (RFC 1035 §3.1) are 253 characters of text without the last dot. */
const NAME_LIMIT = 253;
const LDH = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
/** An underscore may stand anywhere in a service label, as in `_domainkey` and `selector_1`. */
const UNDERSCORED = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;

/**
 * A name as DNS holds it: A-labels, lower case, no dot at the end.
 *
 * @example
 * parseName("Bücher.Example.").value // "xn--bcher-kva.example"
 */
export function parseName(text: string, options: NameOptions = {}): Parsed<string> {
  const bare = text.endsWith(".") ? text.slice(0, -1) : text;
  const name = toALabels(bare);
  if (name === undefined) {
    const fix = "a name of letters, digits and hyphens, or an IDNA name";
    return {
      findings: [
        mailError(
          "name-unreadable",
          "RFC 5891 §4",
          `${quotedExcerpt(text)} is not a domain name`,
          fix,
        ),
      ],
    };
  }
  const findings = lintName(name, options);
  return findings.length > 0 ? { findings } : { value: name, findings };
}

/** Faults of a name that is already in A-labels. */
export function lintName(name: string, options: NameOptions = {}): MailFinding[] {
  const findings: MailFinding[] = [];
  if (name.length > NAME_LIMIT) {
    const message = `${quotedExcerpt(name)} has ${name.length} characters`;
    findings.push(mailError("name-length", "RFC 1035 §2.3.4", message, `at most ${NAME_LIMIT}`));
  }
  const labels = name.split(".");
  const rest = options.wildcard === true && labels[0] === "*" ? labels.slice(1) : labels;
  const allowed = options.underscores === true ? UNDERSCORED : LDH;
  for (const label of rest.length === 0 ? [""] : rest) {
    if (label.length > LABEL_LIMIT) {
      const message = `the label ${quotedExcerpt(label)} has ${label.length} characters`;
      findings.push(
        mailError("name-label-length", "RFC 1035 §2.3.4", message, `at most ${LABEL_LIMIT}`),
      );
    }
    if (!allowed.test(label)) {
      const message = label === "" ? "an empty label" : `the label ${quotedExcerpt(label)}`;
      const underscore = options.underscores === true ? ", and underscores" : "";
      const fix = `lower-case letters, digits and inner hyphens${underscore}`;
      findings.push(
        mailError("name-characters", "RFC 1123 §2.1", `${message} in ${quotedExcerpt(name)}`, fix),
      );
    }
  }
  // An all-digit last label makes an address of the name for every URL and mail parser.
  if (/^\d+$/.test(labels.at(-1) ?? "")) {
    const fix = "a top-level domain has a letter";
    findings.push(
      mailError(
        "name-all-digits",
        "RFC 3696 §2",
        `${quotedExcerpt(name)} ends in digits only`,
        fix,
      ),
    );
  }
  return findings;
}

/** True for a host name in A-labels, lower case, with at least two labels. */
export function isHostName(name: string): boolean {
  return name.includes(".") && lintName(name).length === 0;
}

/** True for a key that can be a label as it stands: `tx1`. */
export function isDnsKey(key: string): boolean {
  return key.length <= LABEL_LIMIT && LDH.test(key);
}

/** True when a name is the other or below it. */
export function isAtOrBelow(name: string, parent: string): boolean {
  return name === parent || name.endsWith(`.${parent}`);
}

/**
 * Lower case and A-labels. Only labels that need it go through IDNA: the URL rules behind
 * `domainToASCII` read `1.2.3` as an address and decode `%41`, which a DNS name must not.
 */
function toALabels(text: string): string | undefined {
  if (/^[a-z0-9_.-]*$/.test(text) && !text.includes("xn--")) return text;
  const name = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  if (/[^\x21-\x7e\x80-\u{10ffff}]|[%/\\?#@:[\]]/u.test(name)) return undefined;
  const labels: string[] = [];
  // RFC 3490 §3.1: the ideographic full stops separate labels as a dot does.
  for (const label of name.split(/[.\u3002\uff0e\uff61]/)) {
    if (/^[\x21-\x7e]*$/.test(label) && !label.startsWith("xn--")) labels.push(label);
    else {
      const ascii = domainToASCII(`${label}.example`);
      if (!ascii.endsWith(".example") || ascii.length === 8) return undefined;
      labels.push(ascii.slice(0, -".example".length));
    }
  }
  return labels.join(".");
}

const SHARED_SUFFIXES = [
  "amazonaws.com",
  "compute.internal",
  "googleusercontent.com",
  "cloudapp.azure.com",
  "cloudapp.net",
  "linodeusercontent.com",
  "your-server.de",
  "vultrusercontent.com",
  "contaboserver.net",
];
const GENERIC_WORDS =
  /^(?:dyn|dynamic|dynip|dhcp|dial|dialup|dialin|[avx]?dsl|ppp|pppoe|pool|ptr|cable|cpe|cust|customer|client|broadband|generic|unassigned|unused|unknown|dip|res|residential|wlan|mobile)\d*$/;

/**
 * Why receivers take a host name for a machine's default name, or nothing when they do not. Heuristics
 * (judgement, no standard): mail from a name made from the address, or one that says "dynamic" or "pool", is
 * deferred or refused.
 *
 * @example
 * genericReason("ec2-198-51-100-7.compute-1.amazonaws.com") // "it is below amazonaws.com, …"
 */
export function genericReason(name: string, ip?: string): string | undefined {
  const suffix = SHARED_SUFFIXES.find((shared) => isAtOrBelow(name, shared));
  if (suffix !== undefined) return `it is below ${suffix}, where a cloud names every address`;
  // The registered domain itself may be called anything; generic words count left of it.
  const left = name.split(".").slice(0, -2).join(".");
  if (/(?:^|[^0-9])(?:\d{1,3}[-.x_]){3}\d{1,3}(?:[^0-9]|$)/.test(left)) {
    return "it spells an address";
  }
  if (ip !== undefined && spellings(ip).some((spelling) => left.includes(spelling))) {
    return `it holds the digits of ${ip}`;
  }
  const word = left.split(/[.\-_]/).find((token) => GENERIC_WORDS.test(token));
  return word === undefined ? undefined : `it holds the word ${word}`;
}

/** A warning for a generic name. */
export function lintHostName(name: string, ip?: string): MailFinding[] {
  const reason = genericReason(name.toLowerCase(), ip);
  if (reason === undefined) return [];
  const fix = "name the host after the sender, e.g. tx1.mail.acme.example";
  return [
    mailWarning(
      "host-name-generic",
      "M3AAWG Sending Domains BCP",
      `${quotedExcerpt(name)} looks generic: ${reason}`,
      fix,
    ),
  ];
}

/** How names spell an IPv4: plain, padded, hexadecimal, in both orders; too short a digit run is noise. */
function spellings(ip: string): string[] {
  const octets = ip.split(".").map(Number);
  if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255))) return [];
  const forms = [octets, octets.toReversed()].flatMap((order) => [
    ...[".", "-", "_"].map((separator) => order.join(separator)),
    order.map((octet) => String(octet).padStart(3, "0")).join(""),
    order.map((octet) => octet.toString(16).padStart(2, "0")).join(""),
    order.join(""),
  ]);
  return forms.filter((form) => form.length >= 7);
}
