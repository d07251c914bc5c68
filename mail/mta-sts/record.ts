/** MTA-STS (RFC 8461): the TXT record that names a policy's version, and the policy file. */
import {
  hasError,
  type MailFinding,
  mailError,
  mailWarning,
  type Parsed,
  quotedExcerpt,
} from "../finding.ts";
import { isAtOrBelow, isHostName } from "../names.ts";
import { type Singleton, trimBlanks } from "../txt.ts";

const RECORD_RULE = "RFC 8461 §3.1";
const POLICY_RULE = "RFC 8461 §3.2";
/** A year and a leap day, in seconds (RFC 8461 §3.2). */
export const MAX_AGE_LIMIT = 31_557_600;
/** RFC 8461 §10.2 wants weeks; under a day, an attacker need only wait. */
const MAX_AGE_SHORT = 86_400;

/** The kind of TXT that an MTA-STS record is: a name holds one at most. */
export const MTA_STS_TEXT: Singleton = {
  title: "MTA-STS record",
  version: "STSv1",
  begins: /^v=STSv1\b/,
  rule: RECORD_RULE,
  parse: parseMtaSts,
};

/** The record at `_mta-sts.<domain>`. */
export interface MtaStsRecord {
  /** Changes with each change of the policy: 1 to 32 letters and digits. */
  id: string;
  /** Fields that a later standard may define. */
  extensions?: Record<string, string>;
}

export type MtaStsMode = "enforce" | "testing" | "none";

/** The file at `https://mta-sts.<domain>/.well-known/mta-sts.txt`. */
export interface MtaStsPolicy {
  mode: MtaStsMode;
  /** Seconds a sender may keep it. */
  maxAge: number;
  /** Host names of MX, or `*.` and a domain for one label below it. */
  mx: string[];
}

/** Where the record stands. */
export function mtaStsName(domain: string): string {
  return `_mta-sts.${domain}`;
}

/** Where the policy is fetched. */
export function mtaStsUrl(domain: string): string {
  return `https://mta-sts.${domain}/.well-known/mta-sts.txt`;
}

/** Reads the TXT record: `v` first, then fields; of a repeated field the first counts. */
export function parseMtaSts(text: string): Parsed<MtaStsRecord> {
  const findings: MailFinding[] = [];
  const fields = text.split(";").map((field) => trimBlanks(field));
  if (fields.length > 1 && fields.at(-1) === "") fields.pop();
  if (fields.shift() !== "v=STSv1") {
    const message = `${quotedExcerpt(text)} does not begin with v=STSv1`;
    return { findings: [mailError("mta-sts-version", RECORD_RULE, message, "v=STSv1; id=…")] };
  }
  const known = new Map<string, string>();
  for (const field of fields) {
    const match = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([!-:<>-~]+)$/.exec(field);
    const [, name = "", value = ""] = match ?? [];
    if (match === null)
      findings.push(
        mailError("mta-sts-field", RECORD_RULE, `the field ${quotedExcerpt(field)}`, "name=value"),
      );
    else if (known.has(name)) {
      const fix = `keep one ${name}=; senders take the first`;
      findings.push(mailWarning("mta-sts-repeated", RECORD_RULE, `${name}= stands twice`, fix));
    } else known.set(name, value);
  }
  const id = known.get("id");
  if (id === undefined)
    findings.push(mailError("mta-sts-id", RECORD_RULE, "id= is absent", "id=<letters and digits>"));
  known.delete("id");
  if (id === undefined || hasError(findings)) return { findings };
  const value: MtaStsRecord =
    known.size === 0 ? { id } : { id, extensions: Object.fromEntries(known) };
  findings.push(...lintMtaSts(value));
  return hasError(findings) ? { findings } : { value, findings };
}

/** The record as text, without the RFC's optional `;` at the end. */
export function renderMtaSts(record: MtaStsRecord): string {
  const extensions = Object.entries(record.extensions ?? {}).map(
    ([name, value]) => `${name}=${value}`,
  );
  return ["v=STSv1", `id=${record.id}`, ...extensions].join("; ");
}

/** Faults of a record: its id, which senders compare (RFC 8461 §3.1). */
export function lintMtaSts(record: MtaStsRecord): MailFinding[] {
  if (/^[A-Za-z0-9]{1,32}$/.test(record.id)) return [];
  const fix = "1 to 32 letters and digits";
  return [mailError("mta-sts-id", RECORD_RULE, `id=${quotedExcerpt(record.id)}`, fix)];
}

/**
 * Reads a policy file. Lines end in LF or CRLF; of a repeated field other than `mx` the first counts.
 *
 * @public for who looks at what a web server serves: the plan only writes such files.
 */
export function parseMtaStsPolicy(text: string): Parsed<MtaStsPolicy> {
  const findings: MailFinding[] = [];
  const known = new Map<string, string>();
  const mx: string[] = [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) {
    const match = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31}):[ \t]*(\S(?:.*\S)?)[ \t]*$/.exec(line);
    const [, name = "", value = ""] = match ?? [];
    if (match === null)
      findings.push(
        mailError(
          "mta-sts-policy-line",
          POLICY_RULE,
          `the line ${quotedExcerpt(line)}`,
          "name: value",
        ),
      );
    else if (name === "mx") mx.push(value.toLowerCase());
    else if (known.has(name)) {
      const fix = `keep one ${name}; senders take the first`;
      findings.push(mailWarning("mta-sts-repeated", POLICY_RULE, `${name} stands twice`, fix));
    } else known.set(name, value);
  }
  if (known.get("version") !== "STSv1") {
    findings.push(
      mailError("mta-sts-policy-version", POLICY_RULE, "version is not STSv1", "version: STSv1"),
    );
  }
  const mode = known.get("mode") ?? "";
  if (!isMode(mode))
    findings.push(
      mailError(
        "mta-sts-mode",
        POLICY_RULE,
        `mode: ${quotedExcerpt(mode)}`,
        "enforce, testing or none",
      ),
    );
  const age = known.get("max_age") ?? "";
  if (!/^[0-9]{1,10}$/.test(age)) {
    findings.push(
      mailError(
        "mta-sts-max-age",
        POLICY_RULE,
        `max_age: ${quotedExcerpt(age)}`,
        "seconds, in digits",
      ),
    );
  }
  for (const name of known.keys()) {
    if (["version", "mode", "max_age"].includes(name)) continue;
    findings.push(
      mailWarning(
        "mta-sts-unknown-field",
        POLICY_RULE,
        `the field ${quotedExcerpt(name)} is unknown`,
        "senders ignore it",
      ),
    );
  }
  if (!isMode(mode) || hasError(findings)) return { findings };
  const value = { mode, maxAge: Number(age), mx };
  findings.push(...lintMtaStsPolicy(value));
  return hasError(findings) ? { findings } : { value, findings };
}

/** The file's text, with CRLF as RFC 8461 §3.2 has it. */
export function renderMtaStsPolicy(policy: MtaStsPolicy): string {
  const mx = policy.mx.map((pattern) => `mx: ${pattern}`);
  const lines = ["version: STSv1", `mode: ${policy.mode}`, ...mx, `max_age: ${policy.maxAge}`];
  return `${lines.join("\r\n")}\r\n`;
}

/** Faults of a policy; given the domain's MX hosts, also those that it would shut out. */
export function lintMtaStsPolicy(
  policy: MtaStsPolicy,
  mxHosts: readonly string[] = [],
): MailFinding[] {
  const findings: MailFinding[] = [];
  if (!Number.isSafeInteger(policy.maxAge) || policy.maxAge < 0 || policy.maxAge > MAX_AGE_LIMIT) {
    const fix = `0 to ${MAX_AGE_LIMIT} seconds`;
    findings.push(mailError("mta-sts-max-age", POLICY_RULE, `max_age is ${policy.maxAge}`, fix));
  } else if (policy.mode !== "none" && policy.maxAge < MAX_AGE_SHORT) {
    const message = `max_age is ${policy.maxAge} seconds: senders soon forget the policy`;
    findings.push(
      mailWarning(
        "mta-sts-short-max-age",
        "RFC 8461 §10.2",
        message,
        "604800 seconds, a week, or more",
      ),
    );
  }
  if (policy.mode !== "none" && policy.mx.length === 0) {
    findings.push(
      mailError(
        "mta-sts-no-mx",
        POLICY_RULE,
        "no mx, which refuses every host",
        "an mx line for each host",
      ),
    );
  }
  if (policy.mode === "testing") {
    const message = "mode: testing reports failures and prevents none";
    findings.push(
      mailWarning(
        "mta-sts-testing",
        "RFC 8461 §5",
        message,
        "enforce once the TLS reports are clean",
      ),
    );
  }
  for (const pattern of policy.mx.filter((one) => !isHostName(one.replace(/^\*\./, "")))) {
    const fix = "a host name, or *. and a domain";
    findings.push(mailError("mta-sts-mx", POLICY_RULE, `mx: ${quotedExcerpt(pattern)}`, fix));
  }
  for (const host of mxHosts.filter(
    (one) => !policy.mx.some((pattern) => matchesMx(one, pattern)),
  )) {
    const message = `the MX ${quotedExcerpt(host)} matches no mx of the policy`;
    const finding = policy.mode === "enforce" ? mailError : mailWarning;
    findings.push(finding("mta-sts-mx-shut-out", "RFC 8461 §4.1", message, `add mx: ${host}`));
  }
  return findings;
}

/** RFC 8461 §4.1: a wildcard stands for exactly one label. */
export function matchesMx(host: string, pattern: string): boolean {
  if (!pattern.startsWith("*.")) return host === pattern;
  const parent = pattern.slice(2);
  return isAtOrBelow(host, parent) && host.split(".").length === parent.split(".").length + 1;
}

function isMode(text: string): text is MtaStsMode {
  return text === "enforce" || text === "testing" || text === "none";
}
